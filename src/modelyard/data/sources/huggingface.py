"""A data set of the Hugging Face hub, or a folder of data files of such a form. No code of it is ever run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from modelyard.core import cache, room
from modelyard.core.errors import DataError
from modelyard.core.registry import missing_extra, part
from modelyard.core.sources import Source
from modelyard.data import fingerprint
from modelyard.data.gathered import stored, united

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import polars as pl

# What only reads values: no pickle, no script.
FORMATS = frozenset({"csv", "json", "parquet", "arrow", "text", "imagefolder"})


@part
class Huggingface(Source):
    """A split of a data set by its name, such as `stanfordnlp/imdb`; or of a folder of data files beside the recipe.

    Labels become their names and pictures their bytes. It is kept in `MODELYARD_CACHE`; say a `revision`, so that it
    stays the same.
    """

    name: str = Field(description="of the data set, or the path of a folder")
    config: str | None = Field(default=None, description="of several that a data set has")
    split: str = Field(default="train", description="such as train, test, or train[:10%]")
    revision: str | None = Field(default=None, description="a commit, tag or branch of the hub")

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - its types are told
        """The rows of the split, in pieces, which lie on disk where memory has no room for them.

        Raises:
            DataError: there is no such data set, config or split, or the hub cannot be reached.
            MissingExtraError: the package `datasets` is not installed.
        """
        return fingerprint.remembered(self, folder, lambda: self._read(folder)).lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the rows that were read last."""
        return fingerprint.last(self, folder, lambda: self.read(folder))

    def _read(self, folder: Path) -> pl.DataFrame:
        try:
            import datasets
        except ModuleNotFoundError as error:
            raise missing_extra(error, "source 'huggingface'") from error
        local = (folder / self.name).expanduser()
        place = str(local.resolve()) if local.is_dir() else self.name
        shown = datasets.is_progress_bar_enabled()
        datasets.disable_progress_bars()
        try:
            found = self._loaded(datasets, place)
        finally:
            if shown:
                datasets.enable_progress_bars()
        if len(found) == 0:
            raise DataError("holds no rows", self.name)
        frames = [stored(_plain(frame, found.features, local)) for frame in _pieces(found)]
        return united(frames, self.name, "write the column in one type")

    def _loaded(self, datasets: Any, place: str) -> Any:  # noqa: ANN401 - the package ships no types
        kept = str(cache.folder() / "datasets")
        try:
            builder = datasets.load_dataset_builder(place, self.config, revision=self.revision, cache_dir=kept)
            form = type(builder).__module__.rsplit(".", 1)[-1]
            if form not in FORMATS:
                raise DataError(
                    f"its files are of the form '{form}'", self.name, f"known: {', '.join(sorted(FORMATS))}"
                )
            builder.download_and_prepare()
            return builder.as_dataset(split=self.split)
        except (OSError, ConnectionError) as error:
            hint = "is the name right, and is there a way to the hub? A folder is given by its path"
            raise DataError(f"cannot be had: {_first(error)}", self.name, hint) from error
        except (ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
            raise DataError(
                f"cannot be read: {_first(error)}", self.name, "see `config`, `split` and `revision`"
            ) from error


def _pieces(found: Any) -> Iterator[pl.DataFrame]:  # noqa: ANN401 - as above
    import polars as pl

    for piece in found.with_format("arrow").iter(room.PIECE):
        yield pl.DataFrame(pl.from_arrow(piece))


def _plain(frame: pl.DataFrame, features: Any, local: Path) -> pl.DataFrame:  # noqa: ANN401 - as above
    """The same rows with the names of labels and the bytes of pictures."""
    import polars as pl

    made = []
    for name, feature in features.items():
        kind = type(feature).__name__
        if kind == "ClassLabel":
            labels = dict(enumerate(feature.names))
            made.append(frame[name].replace_strict(labels, default=None, return_dtype=pl.String))
        elif kind == "Image":
            held = [_picture(value, local) for value in frame[name].to_list()]
            made.append(pl.Series(name, held, dtype=pl.Binary))
    return frame.with_columns(made)


def _picture(value: Any, local: Path) -> bytes | None:  # noqa: ANN401 - a struct of bytes and a path
    """A picture's bytes; those of a file only where it lies in the data set's own folder."""
    if value is None or value["bytes"] is not None:
        return None if value is None else bytes(value["bytes"])
    file = Path(value["path"] or "").resolve()
    return file.read_bytes() if file.is_file() and file.is_relative_to(local.resolve()) else None


def _first(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
