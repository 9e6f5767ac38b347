"""Fixtures of flow tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.flow.guest import Guest, new_person
from tests.flow.stage import Stage, stand_ins

ACCIDENTS = ("turn.crashed", "update.crashed", "task.failed", "telegram.preview.broken")
NOISE = ("Traceback", "never retrieved", "never awaited", "was destroyed but it is pending")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    with stand_ins() as base:
        yield base


@pytest.fixture
def stage(sandbox: str, tmp_path: Path) -> Iterator[Stage]:
    """A stage of its own; the test starts the bot."""
    with httpx.Client(timeout=60, trust_env=False) as http:
        staged = Stage(sandbox, tmp_path, http)
        try:
            yield staged
            _no_accidents(staged)
        finally:
            staged.close()


@pytest.fixture(scope="module")
def house(
    sandbox: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    """One running bot for all tests of a module, with the module's CONFIG."""
    with httpx.Client(timeout=60, trust_env=False) as http:
        staged = Stage(sandbox, tmp_path_factory.mktemp("house"), http)
        staged.configure(getattr(request.module, "CONFIG", {}))
        try:
            staged.start()
            yield staged
            assert staged.bots[-1].process.poll() is None, staged.bots[-1].log
            _no_accidents(staged)
        finally:
            staged.close()


@pytest.fixture
def guest(house: Stage) -> Guest:
    """A person whom the house's bot has not met; faults, scripts and calls start empty."""
    house.openrouter.delete()
    house.telegram.delete("faults")
    return Guest(house, next(new_person))


def _no_accidents(stage: Stage) -> None:
    for bot in stage.bots:
        assert not [event for name in ACCIDENTS for event in bot.events(name)], bot.log
        assert not [word for word in NOISE if word in bot.log], bot.log
