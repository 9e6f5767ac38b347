"""What models may write into the media tools, read leniently: they often send numbers as text.

Source: facts/openrouter-wire.md §12.4, §13.6, §14; facts/behaviour.md E2 to E4.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from bot.tools.registry import ToolFailed

MOST_PICTURES = 10
Strings = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value or ()),
]
Words = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class Arguments(BaseModel):
    """What all three take. Unknown fields are ignored: other programs' tools have more."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", str_strip_whitespace=True
    )

    action: Literal["generate", "status", "list"] = "generate"
    prompt: Words = ""
    model: Words = ""
    image: Strings = ()
    images: Strings = ()
    size: Words = ""
    aspect_ratio: Words = ""
    resolution: Words = ""

    @property
    def pictures(self) -> tuple[str, ...]:
        """The references of all pictures, each once."""
        given = (ref.lstrip("@").strip() for ref in (*self.image, *self.images))
        found = tuple(dict.fromkeys(ref for ref in given if ref))
        if len(found) > MOST_PICTURES:
            raise ToolFailed(f"at most {MOST_PICTURES} pictures, {len(found)} were given")
        return found


class ImageArguments(Arguments):
    count: Annotated[int, Field(ge=1)] | None = None
    timeout_ms: Annotated[int, Field(ge=1, le=600_000)] | None = None


class VideoArguments(Arguments):
    duration_seconds: Annotated[float, Field(ge=1)] | None = None
    audio: bool | None = None
    image_roles: Strings = ()
    video: Strings = ()
    videos: Strings = ()
    watermark: bool | None = None
    provider_options: dict[str, Any] = Field(default_factory=dict)
    timeout_ms: Annotated[int, Field(ge=1)] | None = None


class MusicArguments(Arguments):
    lyrics: Words = ""
    instrumental: bool = False
    duration_seconds: Annotated[float, Field(ge=1)] | None = None
    format: Literal["", "mp3", "wav"] = ""


A = TypeVar("A", bound=Arguments)


def read(kind: type[A], raw: object) -> A:
    """`raw` as arguments. Raises ToolFailed with a sentence that the model can act on."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise ToolFailed(f"{where}: {first['msg']}") from error
