"""The reasoning of one answer: what it thought, what goes back, what is answer.

Sources: facts/openrouter-wire.md §3.7 and §3.8, facts/openrouter-api.md §2.6.
"""

from __future__ import annotations

from typing import Any

ANSWER_TYPES = ("response.output_text", "response.text")
TEXT_FIELDS = ("reasoning_content", "reasoning", "reasoning_text")
GROWING = ("text", "summary", "data")

Detail = dict[str, Any]


class Thoughts:
    """Collects the reasoning fields of deltas."""

    def __init__(self) -> None:
        self._details: list[Detail] = []
        self._texts: list[str] = []
        self._field = "reasoning"

    def add(self, delta: dict[str, Any]) -> tuple[str, str]:
        """The new thought and the new visible text of one delta, in that order."""
        thought, visible = self._add_details(delta.get("reasoning_details"))
        if not thought:
            for name in TEXT_FIELDS:
                if isinstance(delta.get(name), str) and delta[name]:
                    thought = delta[name]
                    self._field = "reasoning" if name == "reasoning_text" else name
                    break
        if thought:
            self._texts.append(thought)
        return thought, visible

    def fields(self, *, with_details: bool) -> dict[str, Any]:
        """The fields to store with the answer; details are asked back only beside tool calls."""
        fields: dict[str, Any] = {}
        if self._texts:
            fields[self._field] = "".join(self._texts)
        if with_details and self._details:
            fields["reasoning_details"] = self._details
        return fields

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
