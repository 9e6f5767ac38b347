"""The state folder: private to its owner, and held by one process at a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import StartError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
SECRET_BYTES = 32


@contextmanager
def hold(folder: Path) -> Iterator[Path]:
    """Create `folder` if need be and hold it exclusively. Raises StartError."""
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
        lock = FileLock(folder / "parley.lock", timeout=0, mode=FILE_MODE)
        lock.acquire()
    except Timeout:
        raise StartError(
            f"Another Parley already runs on the state folder {folder}. Stop it first, or give "
            "this one a folder of its own with --state-dir."
        ) from None
    except OSError as error:
        raise StartError(
            f"The state folder {folder} can't be used: {error.strerror or error}. Choose a "
            "writable folder with --state-dir or PARLEY_STATE_DIR."
        ) from error
    try:
        yield folder
    finally:
        lock.release()


def install_secret(folder: Path) -> bytes:
    """Random bytes made once per state folder; they key the aliases of people sent upstream.

    Raises StartError.
    """
    path = folder / "secret"
    try:
        return _fresh(path) if not path.exists() else path.read_bytes()
    except OSError as error:
        raise StartError(
            f"{path} can't be used: {error.strerror or error}. Repair or delete it."
        ) from error


def _fresh(path: Path) -> bytes:
    """New random bytes, in a file that appears whole or not at all."""
    unfinished = path.with_suffix(".part")
    unfinished.touch(mode=FILE_MODE)
    unfinished.write_bytes(fresh := secrets.token_bytes(SECRET_BYTES))
    unfinished.replace(path)
    return fresh
