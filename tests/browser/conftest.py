"""Fixtures of the browser tests: one bot, one browser, a fresh visitor for each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.machine import chromium
from tests.browser.visitor import Visitor, visiting
from tests.flow.stage import Stage, stand_ins


# While it runs, playwright holds the thread's event loop, which asynchronous tests need: it ends
# with this folder, not with the session.
@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A running bot that answers in private chats and, when it is meant, in groups."""
    folder = tmp_path_factory.mktemp("house")
    with stand_ins() as base, httpx.Client(timeout=60, trust_env=False) as http:
        stage = Stage(base, folder, http)
        stage.configure({"channels": {"telegram": {"groupPolicy": "open"}}})
        try:
            stage.start()
            yield stage
        finally:
            stage.close()


@pytest.fixture
def visitor(browser: Browser, house: Stage) -> Iterator[Visitor]:
    with visiting(browser, house) as one:
        yield one.open()


@pytest.fixture(scope="package")
def silence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Stand-ins without a bot: the tests send as the bot, and nobody takes its updates away."""
    with stand_ins() as base, httpx.Client(timeout=60, trust_env=False) as http:
        yield Stage(base, tmp_path_factory.mktemp("silence"), http)


@pytest.fixture
def guest(browser: Browser, silence: Stage) -> Iterator[Visitor]:
    """A visitor whom no bot answers."""
    with visiting(browser, silence) as one:
        yield one.open()
