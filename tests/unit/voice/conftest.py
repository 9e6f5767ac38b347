"""A workshop for tests that make sound."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.voice.workshop import Workshop


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()
