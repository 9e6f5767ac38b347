"""Which history a message belongs to, and when that history starts afresh by itself. Pure.

Answers always go to the conversation that asked. Source: facts/behaviour.md F, L24.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.values.conversation import ChatKind, Command, Incoming

MAIN = "main"
PEER = "peer"
MS_PER_S = 1000
MS_PER_MINUTE = 60_000
START_AFRESH = "new"
NEW, RESET = "/new", "/reset"

DmScope = Literal["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]


@dataclass(frozen=True, slots=True)
class ResetRules:
    """`session.reset`. `zone` is an IANA name, "" for UTC."""

    mode: Literal["none", "daily", "idle"] = "none"
    at_hour: int = 4
    idle_minutes: float | None = None
    zone: str = ""

    def due(self, last_ms: int, *, now_ms: int) -> bool:
        """Whether a history in which a person was last active at `last_ms` is over by now."""
        match self.mode:
            case "daily":
                return last_ms < self._latest_hour_ms(now_ms)
            case "idle" if self.idle_minutes:
                return now_ms - last_ms > self.idle_minutes * MS_PER_MINUTE
        return False

    def _latest_hour_ms(self, now_ms: int) -> int:
        """When the hour of the daily reset last was."""
        zone = _zone(self.zone)
        now = datetime.fromtimestamp(now_ms / MS_PER_S, zone)
        hour = now.replace(hour=self.at_hour, minute=0, second=0, microsecond=0)
        if hour > now:
            hour -= timedelta(days=1)
        return round(hour.timestamp() * MS_PER_S)


def _zone(name: str) -> tzinfo:
    """The zone `name`; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@dataclass(frozen=True, slots=True)
class SessionRules:
    """`session`. `links` tells the one name of a person by `channel:id`.

    An id means another person in another channel, so that without a link the scopes per peer all
    come to the same; there is one account.
    """

    dm_scope: DmScope = "per-peer"
    group_scope: Literal["per-group", "main"] = "per-group"
    links: Mapping[str, str] = field(default_factory=dict)
    reset: ResetRules = field(default_factory=ResetRules)
    triggers: tuple[str, ...] = (NEW, RESET)

    def key(self, incoming: Incoming) -> str:
        """Under which the history of `incoming` stands. Topics are conversations of their own."""
        place = incoming.conversation
        if incoming.chat_kind is ChatKind.GROUP:
            return MAIN if self.group_scope == MAIN else place.key
        if self.dm_scope == MAIN:
            return MAIN
        name = self.links.get(f"{place.channel}:{incoming.sender.id}")
        if name is None or place.thread_id:
            return place.key
        return f"{PEER}:{name}" if self.dm_scope == "per-peer" else f"{PEER}:{name}:{place.channel}"

    def understood(self, incoming: Incoming) -> Incoming:
        """`incoming`, as /new where it is one of the words that start afresh."""
        said = incoming.text.strip().rstrip(".!").casefold()
        if incoming.command is not None:
            said = f"/{incoming.command.name}".casefold()
        if said in (NEW, RESET) or said not in {word.strip().casefold() for word in self.triggers}:
            return incoming
        args = "" if incoming.command is None else incoming.command.args
        return replace(incoming, command=Command(START_AFRESH, args))


def linked(identities: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """`session.identityLinks` turned round; an id that names no channel is Telegram's."""
    return {
        item if ":" in item else f"telegram:{item}": name
        for name, ids in identities.items()
        for item in ids
    }
