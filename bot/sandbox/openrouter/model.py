"""What the stand-in knows about one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FilmLimits:
    """What a video model takes and asks for a second, with sound and without."""

    durations: tuple[int, ...]
    resolutions: tuple[str, ...]
    ratios: tuple[str, ...]
    sizes: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # of image_url, audio_url, video_url
    has_sound: bool = True
    takes_seed: bool = True
    silent_second_usd: float = 0.1
    sound_second_usd: float = 0.15
    passthrough: tuple[str, ...] = ()

    def second_usd(self, *, with_sound: bool) -> float:
        return self.sound_second_usd if with_sound and self.has_sound else self.silent_second_usd


@dataclass(frozen=True, slots=True)
class Model:
    """One catalogue row. Prices in USD: per token, per second heard, per character spoken, per
    picture, per song; `film` has those of a video model."""

    id: str
    name: str
    inputs: tuple[str, ...] = ("text",)
    outputs: tuple[str, ...] = ("text",)
    context: int = 0
    max_out: int | None = None
    prompt_usd: float = 0.0
    completion_usd: float = 0.0
    second_usd: float = 0.0
    character_usd: float = 0.0
    picture_usd: float = 0.0
    song_usd: float = 0.0
    parameters: tuple[str, ...] = ()
    reasoning: dict[str, Any] | None = None
    voices: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    max_sound_s: float | None = None
    film: FilmLimits | None = None

    @property
    def uses_tools(self) -> bool:
        return not self.parameters or "tools" in self.parameters
