"""The words that several verbs take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

# Panels of the help of what has many options.
CHANGES = "Canaries and shadows"
ACCESS = "Who may ask"
TLS = "TLS"
LIMITS = "Limits"
LOGS = "What is written down"
RecipeWord: TypeAlias = Annotated[
    str, typer.Argument(metavar="RECIPE", help="A recipe: a YAML file.", show_default=False)
]
BundleWord: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="BUNDLE",
        help="A bundle's folder, or a release: NAME, NAME@champion or NAME@VERSION.",
        show_default=False,
    ),
]
DataWord: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A .csv, .parquet or .jsonl file, or a source in YAML: '{source: csv, path: a.csv, encoding: gb18030}'.",
        show_default=False,
    ),
]
Sets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a value of the recipe, such as training.epochs=5; repeatable."
    ),
]
Home: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="DIR|URL",
        help="The yard: a folder or a database's URL, before $MODELYARD_HOME and .modelyard.",
        show_default=False,
    ),
]
Host: TypeAlias = Annotated[str, typer.Option(metavar="HOST", help="The address to listen at.")]
Port: TypeAlias = Annotated[int, typer.Option(metavar="PORT", help="The port; 0 picks a free one.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", metavar="", help="Print one JSON object and nothing else.")]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", metavar="", help="No progress and no notes; the result stays.")
]
Who: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAME", help="Who does it, for the history; this user where not said.", show_default=False
    ),
]
NameWord: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="A release's name.", show_default=False)]
CanaryRules: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--canary",
        metavar="[NAME:]ALIAS=SHARE",
        help="Let the release that carries an alias answer a share of the requests, such as challenger=5%; repeatable.",
        show_default=False,
        rich_help_panel=CHANGES,
    ),
]
ShadowRules: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--shadow",
        metavar="[NAME:]ALIAS",
        help="Give the release that carries an alias copies of the requests, which no client hears; repeatable.",
        show_default=False,
        rich_help_panel=CHANGES,
    ),
]
PromoteAfter: TypeAlias = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=0,
        help="Promote a canary that has answered so many requests, if its gates say yes; 0: never by itself.",
        rich_help_panel=CHANGES,
    ),
]
PromoteErrors: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        min=0,
        max=1,
        help="The share of its requests that a canary may fail; over it, it is taken out of traffic.",
        rich_help_panel=CHANGES,
    ),
]
PromoteSlower: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="TIMES",
        min=0,
        help="How many times the champion's 99th percentile a canary may take.",
        rich_help_panel=CHANGES,
    ),
]
Open: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--open",
        metavar="",
        help="Let in everybody who reaches the address, though there is no key.",
        rich_help_panel=ACCESS,
    ),
]
Rate: TypeAlias = Annotated[
    float | None,
    typer.Option(
        metavar="N",
        help="Requests a second of a key that names no rate of its own; of an address where there are no keys.",
        show_default=False,
        rich_help_panel=ACCESS,
    ),
]
Burst: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Requests at once, over the rate; as many as a second has.",
        show_default=False,
        rich_help_panel=ACCESS,
    ),
]
Cors: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--cors",
        metavar="ORIGIN",
        help="Let pages of another site ask from a browser, such as https://app.example.com; repeatable.",
        show_default=False,
        rich_help_panel=ACCESS,
    ),
]
TlsCert: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="The chain of a certificate, in PEM: speak HTTPS.", show_default=False, rich_help_panel=TLS
    ),
]
TlsKey: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The certificate's key, in PEM.", show_default=False, rich_help_panel=TLS),
]
TlsClientCa: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Ask clients for a certificate that this one signed.",
        show_default=False,
        rich_help_panel=TLS,
    ),
]
TrustProxy: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-proxy",
        metavar="ADDRESS",
        help="Believe this proxy, or network of proxies, about where a request comes from; repeatable.",
        show_default=False,
        rich_help_panel=ACCESS,
    ),
]
AccessLog: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--access-log", metavar="", help="Tell each request on standard error, in a line of JSON.", rich_help_panel=LOGS
    ),
]
MaxBody: TypeAlias = Annotated[
    int, typer.Option(metavar="BYTES", min=1, help="The largest body of a request.", rich_help_panel=LIMITS)
]
MaxHead: TypeAlias = Annotated[
    int, typer.Option(metavar="BYTES", min=512, help="The longest path with headers.", rich_help_panel=LIMITS)
]
HeadSeconds: TypeAlias = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.1, help="The time to send headers.", rich_help_panel=LIMITS)
]
BodySeconds: TypeAlias = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.1, help="The time to send a body.", rich_help_panel=LIMITS)
]
Timeout: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="SECONDS", min=0.1, help="The time of a whole request, from headers to answer.", rich_help_panel=LIMITS
    ),
]
Connections: TypeAlias = Annotated[
    int, typer.Option(metavar="N", min=1, help="The most connections at once.", rich_help_panel=LIMITS)
]
WorkersWord: TypeAlias = Annotated[
    str, typer.Option("--workers", metavar="N", help="Processes on the one port; auto: as many as there are cores.")
]
LogWord: TypeAlias = Annotated[
    str,
    typer.Option(
        "--log",
        metavar="DIR",
        help="Write every answer down in this folder, then into the yard, if there is one; off: nowhere.",
        show_default="the yard's",
        rich_help_panel=LOGS,
    ),
]
LogInputs: TypeAlias = Annotated[
    bool,
    typer.Option("--log-inputs", metavar="", help="Write down the rows that were asked for too.", rich_help_panel=LOGS),
]
LogLenient: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--log-lenient",
        metavar="",
        help="Answer though the log cannot be written, as on a full disk.",
        rich_help_panel=LOGS,
    ),
]
