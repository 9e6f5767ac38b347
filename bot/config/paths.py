"""Where Parley keeps its state and finds its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def default_state_dir(environ: Mapping[str, str]) -> Path:
    """`PARLEY_STATE_DIR`, or `.parley` in the home folder. Nothing is created."""
    configured = environ.get("PARLEY_STATE_DIR", "").strip()
    return expanded(configured or "~/.parley", environ)


def config_path(environ: Mapping[str, str], state_dir: Path) -> Path | None:
    """`PARLEY_CONFIG` whether it exists or not, else `config.json5` in `state_dir` if it does."""
    configured = environ.get("PARLEY_CONFIG", "").strip()
    if configured:
        return expanded(configured, environ)
    path = state_dir / "config.json5"
    return path if path.exists() else None


def expanded(path: str, environ: Mapping[str, str]) -> Path:
    """`path` with a leading `~` replaced by the home folder that `environ` names."""
    home = environ.get("HOME", "")
    if home and (path == "~" or path.startswith("~/")):
        return Path(home) / path[2:]
    return Path(path).expanduser()
