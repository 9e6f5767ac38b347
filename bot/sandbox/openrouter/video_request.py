"""A video request, checked: types by model, then what the chosen model takes. Blocking.

facts/openrouter-api.md §7
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.sandbox.openrouter.film import FilmPlan
from bot.sandbox.openrouter.model import FilmLimits, Model
from bot.sandbox.openrouter.parts import read_data_url, read_picture
from bot.sandbox.openrouter.refusal import ApiRefusal

USUAL_S = 8
AUDIO_TYPES = ("audio/mpeg", "audio/mp3", "audio/wav", "audio/ogg", "audio/mp4")
VIDEO_TYPES = ("video/mp4", "video/webm", "video/quicktime")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Address(_Strict):
    url: str = Field(min_length=1)


class FrameImage(_Strict):
    type: Literal["image_url"]
    image_url: Address
    frame_type: Literal["first_frame", "last_frame"]


class Reference(_Strict):
    type: Literal["image_url", "audio_url", "video_url"]
    image_url: Address | None = None
    audio_url: Address | None = None
    video_url: Address | None = None


class VideoProvider(_Strict):
    """Only `options` counts here."""

    options: dict[str, Any] | None = None


class VideoRequest(_Strict):
    """The body, closed: a field that the service does not know is an error here."""

    model: str = Field(min_length=1)
    prompt: str = Field(min_length=1)
    duration: Annotated[int, Field(ge=1)] | None = None
    resolution: Literal["360p", "480p", "720p", "768p", "1080p", "1K", "2K", "4K"] | None = None
    aspect_ratio: (
        Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"] | None
    ) = None
    size: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{1,3}x[1-9]\d{1,3}$")] | None = None
    frame_images: list[FrameImage] | None = None
    input_references: list[Reference] | None = None
    generate_audio: bool | None = None
    seed: int | None = None
    callback_url: Annotated[str, StringConstraints(pattern=r"^https://.+")] | None = None
    previous_job_id: str | None = None
    creativity: float | None = None
    upscale_factor: float | None = None
    provider: VideoProvider | None = None
    session_id: Annotated[str, StringConstraints(max_length=256)] | None = None
    trace: dict[str, Any] | None = None
    user: str | None = None

    @property
    def seconds(self) -> int:
        return self.duration or USUAL_S

    @property
    def shape(self) -> tuple[int, int]:
        """Width by height."""
        words = self.size.split("x") if self.size else (self.aspect_ratio or "16:9").split(":")
        return int(words[0]), int(words[1])


def check_video(request: VideoRequest, model: Model) -> FilmPlan:
    """What is to be shot. Raises ApiRefusal 400 for whatever the model does not take."""
    film = model.film
    assert film is not None, "the caller found a video model"
    _among("duration", request.duration, film.durations, model)
    _among("resolution", request.resolution, film.resolutions, model)
    _among("aspect_ratio", request.aspect_ratio, film.ratios, model)
    _among("size", request.size, film.sizes, model)
    if request.generate_audio and not film.has_sound:
        raise ApiRefusal(400, f"generate_audio is not supported by {model.id}")
    if request.seed is not None and not film.takes_seed:
        raise ApiRefusal(400, f"seed is not supported by {model.id}")
    frames = _frames(request, film, model)
    first_reference = _references(request, film, model)
    if not frames:  # frames win over references
        frames = {"first_frame": first_reference}
    return FilmPlan(
        request.prompt,
        request.seconds,
        request.shape,
        film.has_sound and request.generate_audio is not False,
        frames.get("first_frame", b""),
        frames.get("last_frame", b""),
    )


def _among(name: str, value: object, known: tuple[object, ...], model: Model) -> None:
    if value is not None and value not in known:
        choice = ", ".join(str(item) for item in known) or "none"
        raise ApiRefusal(400, f"{name} {value} is not supported by {model.id}. Supported: {choice}")


def _frames(request: VideoRequest, film: FilmLimits, model: Model) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for place, frame in enumerate(request.frame_images or ()):
        where = f"frame_images.{place}"
        _among(f"{where}.frame_type", frame.frame_type, film.frames, model)
        if frame.frame_type in found:
            raise ApiRefusal(400, f"{where}.frame_type: {frame.frame_type} was given twice")
        found[frame.frame_type] = read_picture(frame.image_url.url, where)[0]
    return found


def _references(request: VideoRequest, film: FilmLimits, model: Model) -> bytes:
    """The first picture among the references, empty for none."""
    first = b""
    for place, reference in enumerate(request.input_references or ()):
        where = f"input_references.{place}"
        _among(f"{where}.type", reference.type, film.references, model)
        address: Address | None = getattr(reference, reference.type)
        if address is None:
            raise ApiRefusal(400, f"Input validation failed: {where}.{reference.type}: Required")
        if reference.type == "image_url":
            first = first or read_picture(address.url, where)[0]
        else:
            types = AUDIO_TYPES if reference.type == "audio_url" else VIDEO_TYPES
            read_data_url(address.url, where, types, error_type="invalid_request")
    return first
