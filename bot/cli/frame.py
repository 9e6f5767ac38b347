"""The frame of every command: options, where files are, exit codes and how errors are shown.

Imported at every start, so nothing heavy stands at its top.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from bot.errors import ConfigError, ParleyError, StageError

if TYPE_CHECKING:
    from bot.cli.prepare import Ground
    from bot.config.load import Loaded

EXIT_FAILED = 1
EXIT_WRONG = 2
CONFIG_FILE = "config.json5"
CATALOG_FILE = "catalog.json"

ConfigOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--config",
        metavar="FILE",
        help="Config file (JSON5). Default: PARLEY_CONFIG, or config.json5.",
    ),
]
StateOption = Annotated[
    Optional[Path],  # noqa: UP045 - as above
    typer.Option(
        "--state-dir",
        metavar="DIR",
        help="State folder. Default: PARLEY_STATE_DIR, or ~/.parley.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Flow(StrEnum):
    """How the code of a sign-in finds its way back."""

    AUTO = "auto"
    BROWSER = "browser"
    PASTE = "paste"
    CODE = "code"


FlowOption = Annotated[
    Flow,
    typer.Option(
        "--flow",
        help="How the code of the sign-in comes back: browser (a local callback), paste (the "
        "address that the browser ended at), code (shown on the page), or auto.",
    ),
]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a command reads and writes. `config` need not exist yet."""

    config: Path
    state_dir: Path

    def load(self) -> Loaded:
        """The configuration as it is; defaults while there is no file. Raises ConfigError."""
        from bot.config.load import load

        found = self.config if self.config.exists() else None
        return load(path=found, environ=os.environ)

    def load_to_edit(self) -> Loaded:
        """The same, but a file of nothing but comments counts as an empty one."""
        from bot.config.edit import load_to_edit

        return load_to_edit(self.config, environ=os.environ)


def home(config: Path | None, state_dir: Path | None) -> Home:
    """Where the options and the environment point."""
    from bot.config.paths import config_path, default_state_dir

    folder = (state_dir or default_state_dir(os.environ)).expanduser()
    found = config or config_path(os.environ, folder) or folder / CONFIG_FILE
    return Home(config=found, state_dir=folder)


def ground(config: Path | None, state_dir: Path | None) -> Ground:
    """What a one-shot command stands on. Raises ConfigError when a key or address is wrong.

    Other errors are told, warnings are left to `parley config validate`; a wrong Telegram block
    does not stop it.
    """
    from bot.cli.finding import place, shown
    from bot.cli.prepare import Ground, set_up_logs
    from bot.config.load import load
    from bot.config.paths import config_path, default_state_dir

    os.environ.setdefault("PARLEY_LOG_LEVEL", "CRITICAL")  # failures are said by the command
    folder = (state_dir or default_state_dir(os.environ)).expanduser()
    path = config or config_path(os.environ, folder)
    loaded = load(path=path, environ=os.environ)
    for finding in loaded.fatal:
        if not finding.path.startswith("channels") and "TELEGRAM" not in finding.path:
            raise ConfigError(f"{place(finding, path)}{finding.message}.")
    for finding in loaded.errors:
        print(f"parley: {shown(finding, path)}", file=sys.stderr)
    set_up_logs(loaded)
    return Ground(loaded, folder)


@contextmanager
def exits() -> Iterator[None]:
    """Turn our errors into a sentence on standard error and an exit code."""
    try:
        yield
    except ConfigError as error:
        print(f"parley: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_WRONG) from None
    except ParleyError as error:
        print(f"parley: {explained(error)}", file=sys.stderr)
        raise typer.Exit(EXIT_FAILED) from None
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_FAILED) from None


def explained(error: ParleyError) -> str:
    """What failed, for the operator: the sentences of stages are made for chats."""
    if not isinstance(error, StageError):
        return str(error)
    kind = (type(error).__doc__ or "").strip().splitlines()[0]
    return kind if str(error) == kind else f"{kind} ({error})"
