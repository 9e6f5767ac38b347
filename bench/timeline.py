"""One turn as the stand-ins saw it: every time is milliseconds since the update was handed out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bench import upstream
from bench.house import House


@dataclass(frozen=True, slots=True)
class Timeline:
    """`None` for what did not happen in this turn."""

    chat_received: float
    first_token: float
    last_token: float
    text: float
    draft: float | None
    first_bubble: float | None
    voice: float | None
    bubbles: int
    last_spoken: str
    last_speech_received: float | None
    last_speech_answered: float | None

    @property
    def stream_ms(self) -> float:
        """What the model took, from the request until its last token."""
        return self.last_token - self.chat_received

    @property
    def voice_bound_ms(self) -> float:
        return upstream.voice_bound_ms(self.stream_ms, self.last_spoken)

    @property
    def speech_lag_ms(self) -> float:
        """How much longer than asked for the stand-in took for the last sentence."""
        if self.last_speech_answered is None or self.last_speech_received is None:
            return 0.0
        took_ms = self.last_speech_answered - self.last_speech_received
        return took_ms - upstream.speech_ms(self.last_spoken)


class Watch:
    """Reads the calls of one turn at a time from both stand-ins."""

    def __init__(self, stage: House) -> None:
        self._stage = stage
        self._telegram_seen = self._openrouter_seen = 0
        self.calls()

    def calls(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The calls since the last look: of Telegram, of OpenRouter."""
        told = self._stage.telegram.get("calls", after=self._telegram_seen)
        # A poll that still runs belongs to the next turn: it is what delivers it.
        running = [call["n"] for call in told["calls"] if call["status"] is None]
        self._telegram_seen = min([told["last"], *(n - 1 for n in running)])
        asked = self._stage.upstream_calls()
        fresh = [call for call in asked if call["n"] > self._openrouter_seen]
        self._openrouter_seen = max((call["n"] for call in asked), default=self._openrouter_seen)
        return told["calls"], fresh

    def timeline(self) -> Timeline:
        """The one turn since the last look."""
        telegram, openrouter = self.calls()
        return timeline(telegram, openrouter)


def delivered(telegram: list[dict[str, Any]]) -> float:
    """When the answer was given that carried an update: the poll after it asks for more."""
    polls = [call for call in telegram if call["method"] == "getUpdates"]
    for poll, following in pairwise(polls):
        if int(following["params"].get("offset", 0)) > int(poll["params"].get("offset", 0)):
            return float(poll["done_s"])
    raise ValueError("no update was handed out")


def timeline(telegram: list[dict[str, Any]], openrouter: list[dict[str, Any]]) -> Timeline:
    """The times of one turn from the calls that belong to it."""
    delivered_s = delivered(telegram)

    def sent(method: str, *, last: bool = False) -> float | None:
        times = [call["at_s"] for call in telegram if call["method"] == method]
        times = [at_s for at_s in times if at_s >= delivered_s]
        return float(times[-1 if last else 0] - delivered_s) * 1_000 if times else None

    def mark(call: dict[str, Any], name: str) -> float:
        return float(call["marks"][name]["monotonic_ms"]) - delivered_s * 1_000

    (chat,) = (call for call in openrouter if call["endpoint"] == "chat")
    speech = [call for call in openrouter if call["endpoint"] == "speech"]
    text = sent("sendMessage", last=True)
    if text is None:
        raise ValueError("no text was sent in this turn")
    return Timeline(
        chat_received=mark(chat, "received"),
        first_token=mark(chat, "first_token"),
        last_token=mark(chat, "last_token"),
        text=text,
        draft=sent("sendMessageDraft"),
        first_bubble=sent("sendVoice"),
        voice=sent("sendVoice", last=True),
        bubbles=len([call for call in telegram if call["method"] == "sendVoice"]),
        last_spoken=speech[-1]["json"]["input"] if speech else "",
        last_speech_received=mark(speech[-1], "received") if speech else None,
        last_speech_answered=mark(speech[-1], "first_byte") if speech else None,
    )
