"""Somebody who has the page open: what they see, and whether their browser complained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.flow.stage import Stage, eventually

PATIENCE_MS = 15_000
GROUP = "Kitchen table"
GROUP_ID = -1_002_000_000_101
FORUM_ID = -1_002_000_000_102
LEFT = "net::ERR_ABORTED"  # the page was left while this was under way, as its stream of events is
new_person = count(11)


class Visitor:
    """A page at the private chat of a person whom nobody else plays."""

    def __init__(self, page: Page, stage: Stage, person: int) -> None:
        self.page = page
        self.stage = stage
        self.person = person
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != LEFT:
            self.complaints.append(f"failed: {request.method} {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def open(self) -> Visitor:
        self.page.goto(f"{self.stage.base}/?token={self.stage.token}&person={self.person}")
        self.is_ready()
        self.stage.telegram.post("users", {"id": self.person, "started": True})
        return self

    def reload(self) -> Visitor:
        self.page.reload()
        return self.is_ready()

    def is_ready(self) -> Visitor:
        self.page.wait_for_selector("body[data-ready]")
        return self

    # what there is

    @property
    def field(self) -> Locator:
        return self.page.locator("#text")

    @property
    def mic(self) -> Locator:
        return self.page.locator("#mic")

    def message(self, words: str) -> Locator:
        return self.page.locator("#messages .message", has_text=words).last

    @property
    def mine(self) -> Locator:
        return self.page.locator("#messages .message.mine")

    @property
    def from_bot(self) -> Locator:
        return self.page.locator("#messages .message.bot")

    def place(self, name: str) -> Locator:
        return self.page.locator("#places .place", has_text=name)

    # what one does

    def writes(self, words: str) -> None:
        self.field.fill(words)
        self.field.press("Enter")
        expect(self.mine.filter(has_text=words).last).to_be_visible()

    def holds_mic(self, milliseconds: int) -> None:
        self.mic.hover()
        self.page.mouse.down()
        expect(self.page.locator(".rec-time")).to_be_visible()
        self.page.wait_for_timeout(milliseconds)
        self.page.mouse.up()

    # what Telegram knows

    def messages(self, chat_id: int | None = None) -> list[dict[str, Any]]:
        return list(self.stage.chat(chat_id or self.person)["messages"])

    def awaits_message(self, chat_id: int | None = None, **fields: Any) -> dict[str, Any]:
        """The first message with these fields, seen from the server's side."""
        return eventually(
            lambda: next((m for m in self.messages(chat_id) if fields.items() <= m.items()), None),
            f"a message with {fields}",
        )

    def bot_sends(self, method: str, **params: Any) -> dict[str, Any]:
        """The bot does something, at the Bot API itself."""
        answer = self.stage.http.post(
            f"{self.stage.base}/bot{self.stage.token}/{method}",
            json={"chat_id": self.person, **params},
        )
        assert answer.json()["ok"], answer.text
        result = answer.json()["result"]
        return dict(result) if isinstance(result, dict) else {}


@contextmanager
def visiting(
    browser: Browser, stage: Stage, *, person: int | None = None, **context: Any
) -> Iterator[Visitor]:
    """A visitor with a browser profile of their own, which must have nothing to complain."""
    profile = browser.new_context(
        **{"viewport": {"width": 1280, "height": 800}, "permissions": ["microphone"], **context}
    )
    try:
        visitor = Visitor(profile.new_page(), stage, next(new_person) if person is None else person)
        yield visitor
        assert not visitor.complaints, visitor.complaints
    finally:
        profile.close()


def seconds_of(label: str) -> int:
    """The seconds in a label such as 1:05."""
    found = re.search(r"(\d+):(\d\d)", label)
    assert found, label
    return int(found[1]) * 60 + int(found[2])
