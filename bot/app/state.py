"""The state folder: private to its owner, and held by one process at a time."""

from __future__ import annotations

import os
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
    """Random bytes made once per state folder; they key the aliases of people sent upstream."""
    path = folder / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(fresh := secrets.token_bytes(SECRET_BYTES))
    return fresh
