"""The reasoning of one answer: what it thought, what goes back, what is answer.

Sources: facts/openrouter-wire.md §3.7 and §3.8, facts/openrouter-api.md §2.6.
"""

from __future__ import annotations

from typing import Any

ANSWER_TYPES = ("response.output_text", "response.text")
TEXT_FIELDS = ("reasoning_content", "reasoning", "reasoning_text")
GROWING = ("text", "summary", "data")
DETAILS_OF = "reasoning_model"  # stored with a message, never sent

Detail = dict[str, Any]


class Thoughts:
    """Collects the reasoning fields of deltas."""

    def __init__(self) -> None:
        self._details: list[Detail] = []
        self._detailed: list[str] = []
        self._plain: list[str] = []
        self._field = "reasoning"

    def add(self, delta: dict[str, Any]) -> tuple[str, str]:
        """The new thought and the new visible text of one delta, in that order."""
        detailed, visible = self._add_details(delta.get("reasoning_details"))
        plain = self._add_plain(delta)
        return detailed or plain, visible

    def fields(self, *, details_of: str | None) -> dict[str, Any]:
        """The fields to store with the answer.

        Details are asked back only beside tool calls and by the same model: `details_of` is the id
        that was asked, None for an answer without calls.
        """
        fields: dict[str, Any] = {}
        # The same thought comes in both forms, in one delta or in two: the fuller one is kept.
        text = max("".join(self._plain), "".join(self._detailed), key=len)
        if text:
            fields[self._field] = text
        if details_of is not None and self._details:
            fields["reasoning_details"] = self._details
            fields[DETAILS_OF] = details_of
        return fields

    def _add_plain(self, delta: dict[str, Any]) -> str:
        for name in TEXT_FIELDS:
            text = delta.get(name)
            if isinstance(text, str) and text:
                self._plain.append(text)
                self._field = "reasoning" if name == "reasoning_text" else name
                return text
        return ""

    def _add_details(self, details: object) -> tuple[str, str]:
        thought, visible = [], []
        for detail in details if isinstance(details, list) else []:
            if not isinstance(detail, dict):
                continue
            text = detail.get("text")
            if detail.get("type") in ANSWER_TYPES:
                visible.append(text if isinstance(text, str) else "")
                continue
            if detail.get("type") == "reasoning.text" and isinstance(text, str):
                thought.append(text)
            self._merge(detail)
        self._detailed += thought
        return "".join(thought), "".join(visible)

    def _merge(self, piece: Detail) -> None:
        """Pieces of one item share index and type: texts grow, of the rest the last counts."""
        known = next((d for d in reversed(self._details) if _same_item(d, piece)), None)
        if known is None:
            self._details.append(dict(piece))
            return
        for name, value in piece.items():
            if name in GROWING and isinstance(value, str) and isinstance(known.get(name), str):
                known[name] += value
            elif value is not None:
                known[name] = value


def _same_item(known: Detail, piece: Detail) -> bool:
    if known.get("type") != piece.get("type"):
        return False
    if isinstance(piece.get("index"), int):
        return bool(known.get("index") == piece["index"])
    # Without an index only running text is continued; whole items stay apart.
    ids = known.get("id"), piece.get("id")
    return piece.get("type") == "reasoning.text" and (ids[0] == ids[1] or None in ids)
