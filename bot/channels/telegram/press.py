"""A pressed button, as the id of the message that a turn answers."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "press"


@dataclass(frozen=True, slots=True)
class Press:
    """`query_id` waits for an acknowledgement; `panel_id` is the message with the button."""

    query_id: str
    panel_id: str

    @property
    def as_message_id(self) -> str:
        return f"{MARK}:{self.query_id}:{self.panel_id}"

    @classmethod
    def parse(cls, message_id: str) -> Press | None:
        """The reverse of `as_message_id`; None for the id of an ordinary message."""
        mark, _, rest = message_id.partition(":")
        query_id, _, panel_id = rest.partition(":")
        return cls(query_id, panel_id) if mark == MARK and panel_id.isdigit() else None
