"""Keeps what `parley run` never uses out of its memory.

structlog and httpx import rich and pygments, for terminal output of their own, wherever those are
installed: a tenth of a second and several megabytes at each start.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

GREEDY = ("structlog", "httpx")
UNWANTED = ("rich", "pygments")


def import_lean() -> None:
    """Import the greedy libraries as if the unwanted ones were not installed. Idempotent."""
    with _hidden(*UNWANTED):
        for name in GREEDY:
            import_module(name)


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Let `import name` fail inside, as it would without the package; afterwards it works."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python itself marks "not there"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
