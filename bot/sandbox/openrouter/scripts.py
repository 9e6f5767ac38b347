"""What an account is told to answer: chat answers by last words, transcripts by fingerprint."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.sandbox.openrouter.faults import Fault


class _Scripted(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    times: int | None = Field(default=1, ge=1)


class Chunk(BaseModel):
    """A piece of text, after `wait_ms` and after gate `hold` was released."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    wait_ms: float = Field(default=0, ge=0)
    hold: str = ""


class ScriptedCall(BaseModel):
    """A tool call; `arguments` as text is sent as it is, valid JSON or not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    arguments: Any = Field(default_factory=dict)
    id: str = ""
    fragment_chars: int = Field(default=12, ge=1)


class ScriptedImage(BaseModel):
    """A picture in an answer: drawn, unless `raw_url` is to be sent as it is.

    `shape` is where it stands in the message. facts/openrouter-wire.md §12.2
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str | None = None
    size: str = Field(default="", pattern=r"^([1-9]\d{0,3}x[1-9]\d{0,3})?$")
    mime: Literal["", "image/png", "image/jpeg", "image/webp"] = ""
    raw_url: str | None = None
    shape: Literal["images", "camel", "text", "part", "b64_json", "inline_data"] = "images"

    @property
    def pixels(self) -> tuple[int, int] | None:
        """`size` as numbers."""
        wide, cross, tall = self.size.partition("x")
        return (int(wide), int(tall)) if cross else None


class ScriptedSong(BaseModel):
    """The song of an answer; what is not said comes from the request."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str | None = None
    seconds: float | None = Field(default=None, gt=0, le=200)
    transcript: str | None = None


class Answer(BaseModel):
    """What the model says. All fields may be combined; `chunks` outranks `text`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = ""
    chunks: list[Chunk] | None = None
    first_token_ms: float | None = Field(default=None, ge=0)
    tokens_per_s: float | None = Field(default=None, gt=0)
    reasoning: str = ""
    reasoning_details: list[dict[str, Any]] = []
    tool_calls: list[ScriptedCall] = []
    finish_reason: str | None = None
    usage: dict[str, Any] = {}
    model: str = ""
    images: list[ScriptedImage] | None = None
    audio: ScriptedSong | None = None
    fault: Fault | None = None

    @field_validator("chunks", mode="before")
    @classmethod
    def _plain_chunks(cls, value: Any) -> Any:
        """A chunk may be written as plain text."""
        if not isinstance(value, list):
            return value
        return [{"text": item} if isinstance(item, str) else item for item in value]


class ScriptedAnswer(_Scripted):
    """An answer and when it is due: parts of the last user, tool or system text, and the model."""

    match: str = "*"
    match_tool: str | None = None
    match_system: str | None = None
    model: str = ""
    answer: Answer

    def suits(
        self, *, user: str, tool: str | None, system: str, model: str, makes: str = ""
    ) -> bool:
        """`tool` is None unless the request ends with tool results; `makes` is what is to be made,
        image or audio. Such a request takes a script only that names a model or makes it too."""
        return (
            self._serves(makes)
            and (self.match == "*" or self.match in user)
            and (self.match_tool is None or (tool is not None and self.match_tool in tool))
            and (self.match_system is None or self.match_system in system)
            and self.model in model
        )

    def _serves(self, makes: str) -> bool:
        given = {"image": self.answer.images, "audio": self.answer.audio}
        return bool(self.model) or given[makes] is not None if makes else not any(given.values())


class ScriptedTranscript(_Scripted):
    """What is heard in a sound of this length, language or format."""

    text: str
    min_s: float = 0
    max_s: float = float("inf")
    format: str = ""
    language: str = ""

    def suits(self, *, seconds: float, format: str, language: str) -> bool:
        return (
            self.min_s <= seconds <= self.max_s
            and self.format in ("", format)
            and self.language in ("", language)
        )


class ChatScripts:
    """The scripted answers, in order; the first that suits is taken and counted off."""

    def __init__(self) -> None:
        self._waiting: list[ScriptedAnswer] = []

    def add(self, answers: list[ScriptedAnswer]) -> None:
        self._waiting.extend(answers)

    def clear(self) -> None:
        self._waiting.clear()

    def take(
        self, *, user: str, tool: str | None, system: str, model: str, makes: str = ""
    ) -> Answer | None:
        for place, script in enumerate(self._waiting):
            if script.suits(user=user, tool=tool, system=system, model=model, makes=makes):
                _count_off(self._waiting, place)
                return script.answer
        return None


class Transcripts:
    """What is heard: by fingerprint of the posted bytes first, then by the queue."""

    def __init__(self) -> None:
        self._by_sha256: dict[str, str] = {}
        self._waiting: list[ScriptedTranscript] = []

    def add(self, by_sha256: dict[str, str], queue: list[ScriptedTranscript]) -> None:
        self._by_sha256 |= {sha256.lower(): text for sha256, text in by_sha256.items()}
        self._waiting.extend(queue)

    def clear(self) -> None:
        self._by_sha256.clear()
        self._waiting.clear()

    def take(self, sha256: str, *, seconds: float, format: str, language: str) -> str | None:
        if sha256 in self._by_sha256:
            return self._by_sha256[sha256]
        for place, script in enumerate(self._waiting):
            if script.suits(seconds=seconds, format=format, language=language):
                _count_off(self._waiting, place)
                return script.text
        return None


S = TypeVar("S", bound=_Scripted)


def _count_off(waiting: list[S], place: int) -> None:
    times = waiting[place].times
    if times == 1:
        del waiting[place]
    elif times is not None:
        waiting[place] = waiting[place].model_copy(update={"times": times - 1})
