"""Paths as a recipe's data says them: what an ending tells of the source, and where a path starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.core.urls import is_url

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
SOURCES |= {".pq": "parquet", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow"}
SOURCES |= dict.fromkeys((".xlsx", ".xls", ".ods"), "excel")
SQLITE = "sqlite:///"
DATABASES = frozenset({".db", ".sqlite", ".sqlite3"})


def unnamed(path: str, suffix: str) -> str:
    """What to write where a path's ending tells no source."""
    if suffix in DATABASES:
        return f"a database is read so: {{source: sql, url: 'sqlite:///{path}', table: NAME}}"
    if not suffix:
        return (
            "has no ending, which would tell the source: say it, such as {source: csv, path: ...}; for a folder"
            " {source: folder, path: ...} where its folders are the classes, else {source: parquet, path: ...}"
        )
    return f"the ending '{suffix}' names no source: use one of {', '.join(SOURCES)}, or {{source: csv, path: ...}}"


def moved(said: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A source, and what is joined to it, whose paths start from here, with paths that start from `folder`."""
    told = dict(said)
    if "path" in said:
        told["path"] = _path(str(said["path"]), folder)
    url = str(said.get("url", ""))
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_absolute():
        told["url"] = SQLITE + _path(url.removeprefix(SQLITE), folder)
    if "join" in said:
        told["join"] = [{**one, "data": _joined(one["data"], folder)} for one in said["join"]]
    return told


def _joined(data: str | Mapping[str, Any], folder: Path) -> str | dict[str, Any]:
    return _path(data, folder) if isinstance(data, str) else moved(data, folder)


def _path(path: str, folder: Path) -> str:
    """URLs and what the environment says stay."""
    if is_url(path) or path.startswith("${"):
        return path
    return Path(os.path.relpath(path, folder)).as_posix()
