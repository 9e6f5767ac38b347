"""What models may write into the media tools, read leniently: they often send numbers as text.

Source: facts/openrouter-wire.md §12.4, §13.6, §14; facts/behaviour.md E2 to E4.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from bot.openrouter.geometry import ratio_of_size
from bot.tools.registry import ToolFailed

MOST_PICTURES = 10
NAME_CHARS = 40
MOST_NAMES = 8
IGNORED = "{name} is not available and was ignored"
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
    # Not available here, said so and ignored (facts/openrouter-wire.md §12.1).
    quality: Any = None
    output_format: Any = None
    background: Any = None
    timeout_ms: Annotated[int, Field(ge=1, le=600_000)] | None = None

    @property
    def ratio(self) -> str:
        """The aspect ratio that is asked for, if need be in pixels."""
        return self.aspect_ratio or ratio_of_size(self.size)

    @property
    def notices(self) -> list[str]:
        """What becomes of wishes that can't be fulfilled as they are."""
        asked = {
            "quality": self.quality,
            "outputFormat": self.output_format,
            "background": self.background,
        }
        said = [IGNORED.format(name=name) for name, wish in asked.items() if wish]
        if self.size:
            used = f"aspect ratio {self.ratio} was used" if self.ratio else "it was ignored"
            said.append(f"size is not available for pictures; {used}")
        return said


class VideoArguments(Arguments):
    duration_seconds: Annotated[float, Field(ge=1)] | None = None
    audio: bool | None = None
    image_roles: Strings = ()
    video: Strings = ()
    videos: Strings = ()
    watermark: bool | None = None
    provider_options: dict[str, Any] = Field(default_factory=dict)
    timeout_ms: Annotated[int, Field(ge=1)] | None = None

    @property
    def notices(self) -> list[str]:
        """What becomes of wishes that can't be fulfilled as they are."""
        unknown = [f"providerOptions.{name[:NAME_CHARS]}" for name in self.provider_options]
        unknown = [name for name in unknown if name != "providerOptions.seed"]
        watermark = ["watermark"] if self.watermark is not None else []
        return [IGNORED.format(name=name) for name in (*watermark, *unknown[:MOST_NAMES])]


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
