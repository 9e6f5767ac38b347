"""Files that a Bot API server in local mode has put on this machine's disk.

Its paths are claims of another program: only what really lies in the trusted folders is read. They
contain the bot token, as addresses do, so no path is ever told.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from bot.errors import ParleyError

PLAINLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # neither exists on Windows


class Untrusted(ParleyError):
    """No plain file within the trusted folders."""


class TooLong(ParleyError):
    """More bytes than were asked for."""


def read(path: Path, *, roots: Sequence[Path], limit_bytes: int) -> bytes:
    """The file at `path`, whole and once in memory. Blocks.

    Raises Untrusted when it is not in `roots`, wherever links lead; TooLong; and OSError.
    """
    real = _real(path)
    if not any(real.is_relative_to(_real(root)) for root in roots):
        raise Untrusted("outside")
    with open(real, "rb", opener=_opener) as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise Untrusted("no plain file")
        if facts.st_size > limit_bytes:
            raise TooLong(f"{facts.st_size} bytes on disk")
        data = file.read(facts.st_size + 1)
    if len(data) != facts.st_size:
        raise OSError("the file changed while it was read")
    return data


def _real(path: Path) -> Path:
    """`path` without links, as far as it exists."""
    try:
        return path.resolve()
    except (RuntimeError, ValueError):  # links in a circle, a zero byte
        raise Untrusted("no path") from None


def _opener(path: str, flags: int) -> int:
    """What was resolved is no link, and must not have become one; a pipe must not be waited for."""
    return os.open(path, flags | PLAINLY)
