"""What the bot tells the page about itself: the turns it lived through, and who listens."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_TURNS = 500
MAX_BOTS = 100
EAR_PACKAGE = "pocketsphinx"

Mind = Literal["rehearsal", "openrouter", "unknown"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PaidCall(_Strict):
    """A call that may cost something. The times are ms since the turn's first stage."""

    kind: str
    model: str
    state: str
    cost_micro_usd: int | None
    from_ms: int
    until_ms: int | None


class TurnReport(_Strict):
    """A settled turn. `trace` holds [milliseconds since received, stage, facts]."""

    id: str
    conversation: str
    message_id: int | None = None
    state: str
    received_at_ms: int
    trace: list[tuple[int, str, dict[str, Any]]]
    calls: list[PaidCall] = Field(default_factory=list)


class House(_Strict):
    """Who answers: the rehearsal model of the stand-in or the real service."""

    mind: Mind = "unknown"


@dataclass(slots=True)
class Board:
    """Of one bot."""

    house: House = field(default_factory=House)
    turns: OrderedDict[str, TurnReport] = field(default_factory=OrderedDict)

    def keep(self, report: TurnReport) -> None:
        """Put up a turn, a changed one in its old place; the oldest beyond the bound go."""
        self.turns[report.id] = report
        while len(self.turns) > MAX_TURNS:
            self.turns.popitem(last=False)

    def facts(self) -> dict[str, Any]:
        """For the page. `ear` is what turns a recording into words without a key."""
        ear = "real" if self.house.mind == "openrouter" else offline_ear()
        return {
            "mind": self.house.mind,
            "ear": ear,
            "turns": [report.model_dump() for report in self.turns.values()],
        }


def offline_ear() -> str:
    """`crude` with the package that can be an ear on this machine, else `none`."""
    return "crude" if find_spec(EAR_PACKAGE) else "none"


class Boards:
    """All boards of one server, by bot token; the longest unused beyond the bound go."""

    def __init__(self) -> None:
        self._boards: OrderedDict[str, Board] = OrderedDict()

    def only(self) -> str | None:
        """The token of the one bot that has introduced itself, None when it is not one."""
        known = [token for token, board in self._boards.items() if board.house.mind != "unknown"]
        return known[0] if len(known) == 1 else None

    def of(self, token: str) -> Board:
        """The board of a token, empty on first use."""
        board = self._boards.setdefault(token, Board())
        self._boards.move_to_end(token)
        while len(self._boards) > MAX_BOTS:
            self._boards.popitem(last=False)
        return board
