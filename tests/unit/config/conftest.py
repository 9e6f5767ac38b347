"""Loading of a configuration that a test writes down as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.config.load import Loaded, load

Read = Callable[..., Loaded]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read(text, {"NAME": "value"})`: the text as a file, loaded with that environment alone."""

    def from_text(text: str, environ: Mapping[str, str] | None = None) -> Loaded:
        path = tmp_path / "config.json5"
        path.write_text(text, encoding="utf-8")
        return load(path=path, environ=environ or {})

    return from_text
