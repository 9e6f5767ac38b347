"""Lines of standard input without a thread: one that waits in `input` can't be ended by Ctrl+C."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator

READ_BYTES = 65_536


async def typed_lines() -> AsyncGenerator[str, None]:
    """Each line as it is entered, without its end; a terminal, a pipe or a file all do."""
    descriptor = sys.stdin.fileno()
    pending = b""
    while read := await _read(descriptor):
        *lines, pending = (pending + read).split(b"\n")
        for line in lines:
            yield _text(line)
    if pending:
        yield _text(pending)


async def _read(descriptor: int) -> bytes:
    """What there is to read, as soon as there is something; empty at the end."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    try:
        loop.add_reader(descriptor, readable.set)
    except PermissionError:  # a plain file is always readable
        return os.read(descriptor, READ_BYTES)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
    return os.read(descriptor, READ_BYTES)


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="replace").strip()
