"""The rows of models that make pictures, films and songs; prices are plausible, not the real
ones."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.openrouter.model import FilmLimits, Model
from bot.sandbox.openrouter.rows import NO_TOOLS, chat_model

PICTURE_TOKENS = 1_290
BOTH_FRAMES = ("first_frame", "last_frame")
WIDE_AND_TALL = ("16:9", "9:16")
HD = ("720p", "1080p")
HD_SIZES = ("1280x720", "720x1280", "1920x1080", "1080x1920")


def _painter(
    id: str, name: str, picture_usd: float, *, outputs: tuple[str, ...] = ("image", "text")
) -> Model:
    row = chat_model(id, name, 65_536, 32_768, (0.5, 3), outputs=outputs, without=NO_TOOLS)
    return replace(row, picture_usd=picture_usd)


def _composer(id: str, name: str, song_usd: float) -> Model:
    row = chat_model(
        id, name, 1_048_576, 65_536, (0, 0), outputs=("text", "audio"), without=NO_TOOLS
    )
    return replace(row, song_usd=song_usd, formats=("wav", "mp3"))


def _filmer(id: str, name: str, film: FilmLimits) -> Model:
    return Model(id, name, ("text", "image") if film.frames else ("text",), ("video",), film=film)


VEO = FilmLimits(
    durations=(4, 6, 8),
    resolutions=HD,
    ratios=WIDE_AND_TALL,
    sizes=HD_SIZES,
    frames=BOTH_FRAMES,
    references=("image_url",),
    passthrough=("personGeneration", "negativePrompt"),
)

MEDIA_ROWS = (
    _painter("google/gemini-3.1-flash-image-preview", "Google: Gemini 3.1 Flash Image", 0.039),
    _painter("google/gemini-3-pro-image-preview", "Google: Gemini 3 Pro Image", 0.134),
    _painter("openai/gpt-5.4-image-2", "OpenAI: GPT-5.4 Image 2", 0.05),
    _painter("black-forest-labs/flux.2-pro", "FLUX.2 Pro", 0.03, outputs=("image",)),
    _painter("bytedance-seed/seedream-4.5", "ByteDance: Seedream 4.5", 0.04, outputs=("image",)),
    _composer("google/lyria-3-pro-preview", "Google: Lyria 3 Pro", 0.08),
    _composer("google/lyria-3-clip-preview", "Google: Lyria 3 Clip", 0.04),
    _filmer("google/veo-3.1-fast", "Google: Veo 3.1 Fast", VEO),
    _filmer(
        "google/veo-3.1",
        "Google: Veo 3.1",
        replace(VEO, silent_second_usd=0.2, sound_second_usd=0.4),
    ),
    _filmer(
        "bytedance/seedance-2.0",
        "ByteDance: Seedance 2.0",
        FilmLimits(
            durations=(5, 10),
            resolutions=("480p", "720p", "1080p"),
            ratios=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
            frames=("first_frame",),
            references=("image_url", "video_url", "audio_url"),
            silent_second_usd=0.06,
            sound_second_usd=0.06,
        ),
    ),
    _filmer(
        "alibaba/wan-2.7",
        "Alibaba: Wan 2.7",
        FilmLimits(
            durations=(5, 10, 15),
            resolutions=HD,
            ratios=("16:9", "9:16", "1:1"),
            has_sound=False,
            takes_seed=False,
            silent_second_usd=0.04,
        ),
    ),
)
