"""How the answer of one turn is said: whether aloud, in which form, voice and length.

Pure. The order is: the conversation's choices, the person's own, the configuration
(facts/behaviour.md D2, D3, D5, J3).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.store.conversations import Choices
from bot.values.audio import Voice
from bot.values.conversation import ChatKind
from bot.voice.sentences import Sentences
from bot.voice.speakable import is_block

Auto = Literal["off", "always", "inbound", "tagged"]
Form = Literal["voice", "both", "caption", "text"]
AUTOS: tuple[Auto, ...] = ("off", "always", "inbound", "tagged")
FORMS: tuple[Form, ...] = ("voice", "both", "caption", "text")
LEAST_CHARS = 10  # shorter answers are read faster than heard (facts/behaviour.md D3)
WIDE = ("W", "F")
# Addresses are shortened for the ear, and links lose theirs.
ADDRESS = re.compile(r"\w://|\bwww\.\w|\]\(\S|\w@\w+\.\w", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MannerSettings:
    """`messages.tts`, resolved. `voices` are by language code."""

    voice: Voice
    auto: Auto = "inbound"
    form: Form = "both"
    mode: Literal["final", "all"] = "final"
    delivery: Literal["auto", "single", "progressive"] = "auto"
    limit_chars: int = 4096
    summary_model: str = ""
    voices: Mapping[str, Voice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manner:
    """What holds for one turn. `speaks` is false when nothing at all is said aloud.

    `waits_for_tag`: only what the model marks is spoken. `progressive`: a first bubble may leave
    while the rest is still being made. `summary_chars`: a longer answer is summarised for the ear;
    None says all of it, in several bubbles if need be. `voice_chosen`: a person picked the voice,
    so the language of the answer doesn't.
    """

    speaks: bool
    form: Form
    voice: Voice
    waits_for_tag: bool = False
    progressive: bool = False
    final_only: bool = True
    summary_chars: int | None = None
    voice_chosen: bool = False
    language: str = ""

    @property
    def shows_text(self) -> bool:
        """Whether the answer stands in the chat as a text of its own."""
        return not self.speaks or self.form in ("both", "text")


def manner_of(
    settings: MannerSettings,
    choices: Choices,
    *,
    was_voice: bool,
    chat_kind: ChatKind,
    voice_refused: bool,
) -> Manner:
    """How to answer a message that was a voice note or was not."""
    auto = choices.auto if choices.auto in AUTOS else settings.auto
    form = choices.form if choices.form in FORMS else settings.form
    wanted = auto in ("always", "tagged") or (auto == "inbound" and was_voice)
    speaks = wanted and form != "text" and not voice_refused
    voice = settings.voice
    if choices.voice:
        voice = replace(voice, name=choices.voice)
    if choices.speed is not None:
        voice = replace(voice, speed=choices.speed)
    summarised = choices.summary if choices.summary is not None else bool(settings.summary_model)
    limit = choices.limit or settings.limit_chars
    return Manner(
        speaks=speaks,
        form=form if speaks else "text",
        voice=voice,
        waits_for_tag=speaks and auto == "tagged",
        progressive=_progressive(settings, form, chat_kind),
        final_only=settings.mode == "final",
        summary_chars=limit if summarised else None,
        voice_chosen=bool(choices.voice),
        language=choices.language or "",
    )


def _progressive(settings: MannerSettings, form: str, chat_kind: ChatKind) -> bool:
    """A caption belongs to one bubble; in a group, pieces of one answer get torn apart."""
    if form == "caption" or settings.delivery == "single":
        return False
    return settings.delivery == "progressive" or chat_kind is ChatKind.PRIVATE


def worth_saying(text: str) -> bool:
    """Whether `text` is long enough to be spoken unasked; wide characters count twice."""
    size = sum(2 if unicodedata.east_asian_width(char) in WIDE else 1 for char in text.strip())
    return size >= LEAST_CHARS


def needs_reading(text: str) -> bool:
    """Whether something in `text` is only named when it is spoken: code, a table, an address."""
    if ADDRESS.search(text):
        return True
    sentences = Sentences()
    return any(is_block(piece) for piece in [*sentences.feed(text), *sentences.flush()])
