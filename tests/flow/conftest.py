"""Fixtures of flow tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.flow.stage import Stage, stand_ins


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    with stand_ins() as base:
        yield base


@pytest.fixture
def stage(sandbox: str, tmp_path: Path) -> Iterator[Stage]:
    with httpx.Client(timeout=60, trust_env=False) as http:
        staged = Stage(sandbox, tmp_path, http)
        try:
            yield staged
        finally:
            staged.close()
