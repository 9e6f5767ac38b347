"""One person (or one place in a group) at a stage, so that tests can share a bot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.flow.stage import Stage, eventually

new_person = count(1_001)


@dataclass
class Guest:
    """Somebody who talks to the bot; sees only what happens in their own chat."""

    stage: Stage
    id: int
    chat_id: int = 0
    thread_id: int | None = None

    def __post_init__(self) -> None:
        self.chat_id = self.chat_id or self.id

    @property
    def key(self) -> str:
        """The key of the conversation, as the log names it."""
        topic = f":{self.thread_id}" if self.thread_id else ""
        return f"telegram:{self.chat_id}{topic}"

    def says(self, text: str, **fields: Any) -> int:
        return self.stage.says(text, person=self.id, **self._place(), **fields)

    def sends(self, data: bytes, **fields: Any) -> int:
        return self.stage.sends(data, person=self.id, **self._place(), **fields)

    def asks(self, text: str, *, turns: int = 1, **fields: Any) -> list[str]:
        """Write, and wait until it is answered; what the bot wrote since."""
        return self._new(lambda: self.says(text, **fields), turns)

    def plays(self, data: bytes, *, turns: int = 1, **fields: Any) -> list[str]:
        """Send a recording, and wait until it is answered; what the bot wrote since."""
        return self._new(lambda: self.sends(data, **fields), turns)

    def replies(self, kind: str = "") -> list[dict[str, Any]]:
        """The bot's messages here, oldest first."""
        # Replies in a group carry a thread id too; only that of a topic counts.
        return [
            message
            for message in self.stage.replies(self.chat_id, kind=kind)
            if (message["thread_id"] if message["is_topic_message"] else None) == self.thread_id
        ]

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.replies("text")]

    def awaits_text(self, part: str) -> dict[str, Any]:
        return eventually(
            lambda: next((m for m in self.replies("text") if part in m["text"]), None),
            f"{part!r} among {self.texts}",
        )

    def awaits_draft(self, part: str) -> None:
        """Until the growing text shows `part`."""
        eventually(
            lambda: part in ((self.stage.chat(self.chat_id).get("draft") or {}).get("text") or ""),
            f"a draft with {part!r}",
        )

    def endings(self) -> list[str]:
        """How the turns here ended, in order."""
        events = self.stage.bots[-1].events("turn.settled")
        return [event["ending"] for event in events if event["conversation"] == self.key]

    def awaits_endings(self, number: int) -> list[str]:
        return eventually(
            lambda: (ends := self.endings())[number - 1 :] and ends,
            f"{number} settled turns of {self.key}\n{self.stage.bots[-1].log[-3000:]}",
        )

    def _new(self, act: Callable[[], object], turns: int) -> list[str]:
        before, settled = len(self.texts), len(self.endings())
        act()
        self.awaits_endings(settled + turns)
        return self.texts[before:]

    def _place(self) -> dict[str, Any]:
        if self.chat_id == self.id:
            return {}
        topic = {} if self.thread_id is None else {"thread_id": self.thread_id}
        return {"chat_id": self.chat_id, **topic}
