"""The JSON envelope of one-shot calls, which other people's scripts read, and their exit codes.

Source: design "The interface others rely on", facts/behaviour.md H.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from bot.cli.frame import EXIT_FAILED, EXIT_WRONG, explained
from bot.errors import ConfigError, ParleyError, StageError
from bot.openrouter.usage import MICRO

PROVIDER = "openrouter"


@dataclass(slots=True)
class Envelope:
    """What a call is about and, bit by bit, what came of it."""

    capability: str
    model: str = ""
    attempts: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)  # what was changed to suit the model
    error: str | None = None

    def attempted(
        self, model: str, *, error: ParleyError | None = None, cost_micro_usd: int | None = None
    ) -> None:
        """Note one attempt. A cost that is not known stays out."""
        entry: dict[str, Any] = {"provider": PROVIDER, "model": model, "ok": error is None}
        if error is not None:
            entry["error"] = explained(error)
            if isinstance(error, StageError):
                entry["code"] = error.code
        if cost_micro_usd is not None:
            entry["costUsd"] = cost_micro_usd / MICRO
        self.attempts.append(entry)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.error is None,
            "capability": self.capability,
            "transport": "local",
            "provider": PROVIDER,
            "model": self.model or None,
            "attempts": self.attempts,
            "outputs": self.outputs,
            "ignoredOverrides": self.notices,
            "error": self.error,
        }


def deliver(
    envelope: Envelope, call: Callable[[Envelope], None], *, as_json: bool, plain: Callable[[], str]
) -> None:
    """Run `call`, print the envelope or `plain()`, and leave with the exit code that fits.

    0 done, 1 failed (an empty text is a failure), 2 wrong usage or configuration.
    """
    code = 0
    try:
        call(envelope)
    except ConfigError as error:
        envelope.error, code = str(error), EXIT_WRONG
    except ParleyError as error:
        envelope.error, code = explained(error), EXIT_FAILED
    except KeyboardInterrupt:
        envelope.error, code = "Interrupted.", EXIT_FAILED
    if as_json:
        print(json.dumps(envelope.as_json(), indent=2, ensure_ascii=False))
    elif envelope.error is None:
        print(plain())
    if envelope.error is not None:
        print(f"parley: {envelope.error}", file=sys.stderr)
        raise typer.Exit(code)


def check_output(path: Path) -> None:
    """Raises ConfigError when a file can't be put there: asked before anything is paid."""
    folder = path.parent
    if path.is_dir():
        raise ConfigError(f"{path} is a folder; name a file.")
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}.")
    if not os.access(folder, os.W_OK):
        raise ConfigError(f"The folder {folder} is not writable.")


def write_output(path: Path, data: bytes, *, mime: str) -> dict[str, Any]:
    """Put `data` at `path`, whole or not at all; its entry for `outputs`. Raises ParleyError."""
    draft: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        draft = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        draft.chmod(0o666 & ~_umask())
        draft.replace(path)
    except OSError as error:
        raise ParleyError(f"{path} can't be written: {error.strerror}.") from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
    return {"path": str(path), "mimeType": mime, "size": len(data)}


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
