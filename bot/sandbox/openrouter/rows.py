"""The rows of models that write, hear and speak. Names are those of the seeds and fact sheets plus
a few common ones; prices are plausible, not the real ones."""

from __future__ import annotations

from typing import Any

from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.voices import (
    ELEVEN_VOICES,
    GEMINI_VOICES,
    KOKORO_VOICES,
    VOXTRAL_VOICES,
)

CHAT_PARAMETERS = (
    "frequency_penalty",
    "include_reasoning",
    "max_completion_tokens",
    "max_tokens",
    "presence_penalty",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "seed",
    "stop",
    "structured_outputs",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
)
EFFORTS = ("xhigh", "high", "medium", "low", "minimal", "none")


def _think(*, mandatory: bool = False, default: str = "medium") -> dict[str, Any]:
    efforts = [e for e in EFFORTS if not (mandatory and e == "none")]
    return {
        "supported_efforts": efforts,
        "default_effort": default,
        "default_enabled": mandatory,
        "mandatory": mandatory,
        "supports_max_tokens": True,
    }


def chat_model(
    id: str,
    name: str,
    context: int,
    max_out: int | None,
    dollars: tuple[float, float],
    *,
    inputs: tuple[str, ...] = ("text", "image"),
    outputs: tuple[str, ...] = ("text",),
    without: tuple[str, ...] = (),
    mandatory: bool = False,
) -> Model:
    """A chat row; `dollars` are per million tokens in and out."""
    thinks = "reasoning" not in without
    return Model(
        id,
        name,
        inputs,
        outputs,
        context,
        max_out,
        dollars[0] / 1e6,
        dollars[1] / 1e6,
        parameters=tuple(p for p in CHAT_PARAMETERS if p not in without),
        reasoning=_think(mandatory=mandatory) if thinks else None,
    )


NO_TOOLS = ("tools", "tool_choice", "reasoning", "reasoning_effort", "include_reasoning")
HEARS, HEARD = ("audio",), ("transcription",)
TEXT, SPOKEN = ("text",), ("speech",)
SEES_ALL = ("text", "image", "file", "audio", "video")

ROWS = (
    chat_model("openrouter/auto", "Auto Router", 2_000_000, None, (0, 0), inputs=SEES_ALL),
    chat_model("openrouter/fusion", "Fusion Router", 1_000_000, None, (0, 0)),
    chat_model("openrouter/free", "Free Models Router", 200_000, None, (0, 0)),
    chat_model("moonshotai/kimi-k2.6", "MoonshotAI: Kimi K2.6", 262_144, 262_144, (0.8, 3.5)),
    chat_model("moonshotai/kimi-k2.5", "MoonshotAI: Kimi K2.5", 262_144, 262_144, (0.44, 2)),
    chat_model(
        "anthropic/claude-sonnet-4.6", "Anthropic: Claude Sonnet 4.6", 1_000_000, 128_000, (3, 15)
    ),
    chat_model(
        "anthropic/claude-sonnet-4-6", "Anthropic: Claude Sonnet 4.6", 1_000_000, 128_000, (3, 15)
    ),
    chat_model(
        "google/gemini-3.5-flash",
        "Google: Gemini 3.5 Flash",
        1_048_576,
        65_536,
        (0.5, 3),
        inputs=SEES_ALL,
    ),
    chat_model(
        "google/gemini-3.1-pro",
        "Google: Gemini 3.1 Pro",
        1_048_576,
        65_536,
        (2, 12),
        inputs=SEES_ALL,
        mandatory=True,
    ),
    chat_model(
        "deepseek/deepseek-v4-pro",
        "DeepSeek: V4 Pro",
        1_048_576,
        131_072,
        (0.6, 2.4),
        inputs=("text",),
    ),
    chat_model(
        "deepseek/deepseek-v4-flash",
        "DeepSeek: V4 Flash",
        1_048_576,
        65_536,
        (0.1, 0.4),
        inputs=("text",),
    ),
    chat_model("openai/gpt-5.2-mini", "OpenAI: GPT-5.2 Mini", 400_000, 128_000, (0.25, 2)),
    chat_model("x-ai/grok-4.1-fast", "xAI: Grok 4.1 Fast", 2_000_000, 30_000, (0.2, 0.5)),
    chat_model(
        "mistralai/mistral-large-2512",
        "Mistral: Large 3",
        262_144,
        None,
        (0.5, 1.5),
        without=("reasoning",),
    ),
    chat_model(
        "meta-llama/llama-3.2-3b-instruct",
        "Meta: Llama 3.2 3B",
        8_192,
        2_048,
        (0.02, 0.02),
        inputs=("text",),
        without=NO_TOOLS,
    ),
    Model(
        "openai/whisper-large-v3-turbo",
        "OpenAI: Whisper Large V3 Turbo",
        HEARS,
        HEARD,
        second_usd=0.04 / 3600,
    ),
    Model(
        "openai/whisper-large-v3", "OpenAI: Whisper Large V3", HEARS, HEARD, second_usd=0.11 / 3600
    ),
    Model(
        "google/chirp-3",
        "Google: Chirp 3",
        HEARS,
        HEARD,
        second_usd=0.96 / 3600,
        max_sound_s=60,
        formats=("wav", "flac", "m4a", "ogg", "webm", "aac", "pcm"),
    ),
    Model(
        "hexgrad/kokoro-82m",
        "Kokoro 82M",
        TEXT,
        SPOKEN,
        character_usd=0.62e-6,
        voices=KOKORO_VOICES,
        formats=("mp3", "pcm"),
    ),
    Model(
        "google/gemini-3.1-flash-tts-preview",
        "Google: Gemini 3.1 Flash TTS",
        TEXT,
        SPOKEN,
        character_usd=10e-6,
        voices=GEMINI_VOICES,
        formats=("pcm",),
    ),
    Model(
        "mistralai/voxtral-mini-tts-2603",
        "Mistral: Voxtral Mini TTS",
        TEXT,
        SPOKEN,
        character_usd=16e-6,
        voices=VOXTRAL_VOICES,
        formats=("mp3", "pcm"),
    ),
    Model(
        "elevenlabs/eleven-turbo-v2",
        "ElevenLabs: Turbo v2",
        TEXT,
        SPOKEN,
        character_usd=50e-6,
        voices=ELEVEN_VOICES,
        formats=("mp3",),
    ),
)
