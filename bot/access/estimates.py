"""What a call will probably cost, before it is made: rather too much than too little.

The catalogue's prices where it has them, typical prices otherwise; the real cost replaces the
estimate as soon as it is known. Sources: facts/openrouter-api.md §§6.2, 6.3, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.openrouter.facts import ModelFacts
from bot.openrouter.route import media_model, wire_model
from bot.values.chat import ChatRequest, Message
from bot.values.media import ImageOrder, MusicOrder, VideoOrder

CHARS_PER_TOKEN = 3  # English has four, other scripts fewer
FILE_TOKENS = 1_500  # a picture, or another part that is no text
TOOL_TOKENS = 250
ANSWER_TOKENS = 2_000  # answers here are short; a cap of 64k would refuse everybody
AUDIO_TOKENS_PER_CHAR = 2  # of models that are paid by the token of sound

MICRO_PER_MILLION = 10**6
SPEECH_PER_CHAR_MILLIONTHS = 30 * MICRO_PER_MILLION  # $30 for a million characters
HEARD_SECOND = 200  # $0.012 a minute
PICTURE, SONG = 50_000, 100_000
FILM_SECOND, FILM_S = 200_000, 8.0
# The first part of a model's name that fits tells its price, in micro-USD.
PICTURES = (("pro", 150_000), ("gpt", 100_000))
FILM_SECONDS = (
    ("veo-3.1-fast", 150_000),
    ("veo-3.1-lite", 80_000),
    ("veo", 400_000),
    ("sora-2-pro", 500_000),
)
SHARP = {"4K": 2.0}


@dataclass(frozen=True, slots=True)
class Work:
    """How much is asked for. What does not belong to a kind of call is left alone.

    `seconds` are heard or filmed ones; `size` is `1K`, `2K` or `4K`.
    """

    tokens_in: int = 0
    tokens_out: int = ANSWER_TOKENS
    chars: int = 0
    seconds: float = 0.0
    pieces: int = 1
    size: str = ""


def chat_work(request: ChatRequest) -> Work:
    """How much a model is asked to read and to write."""
    tools = TOOL_TOKENS * len(request.tools)
    out = min(request.max_tokens or ANSWER_TOKENS, ANSWER_TOKENS)
    return Work(tokens_in=tokens_of(request.messages) + tools, tokens_out=out)


def order_work(order: ImageOrder | VideoOrder | MusicOrder) -> Work:
    """How much is to be made."""
    match order:
        case ImageOrder():
            return Work(pieces=order.count, size=order.resolution)
        case VideoOrder():
            return Work(seconds=order.duration_s or FILM_S)
        case MusicOrder():
            return Work()


def tokens_of(messages: Sequence[Message]) -> int:
    """Roughly how long a conversation is."""
    return sum(_tokens(message) for message in messages)


def _tokens(message: Mapping[str, Any]) -> int:
    content = message.get("content")
    chars, files = 0, 0
    if isinstance(content, str):
        chars = len(content)
    elif isinstance(content, list):
        texts = [str(part.get("text", "")) for part in content if part.get("type") == "text"]
        chars, files = sum(map(len, texts)), len(content) - len(texts)
    for call in message.get("tool_calls") or ():
        chars += len(str(call))
    return 4 + -(-chars // CHARS_PER_TOKEN) + FILE_TOKENS * files


class Estimates:
    """`facts_of` knows models by their wire id; a chat of unknown price costs `unknown`."""

    def __init__(self, facts_of: Callable[[str], ModelFacts], *, unknown_micro_usd: int) -> None:
        self._facts_of = facts_of
        self._unknown = unknown_micro_usd

    def of(self, kind: str, model: str, work: Work) -> int:
        """Micro-USD for one call of `kind` to `model`, a config reference."""
        match kind:
            case "chat":
                facts = self._facts_of(wire_model(model))
                cost = facts.cost_micro_usd(
                    prompt_tokens=work.tokens_in, completion_tokens=self._written(facts, work)
                )
                return self._unknown if cost is None else cost
            case "speech":
                return self._speech(media_model(model), work.chars)
            case "transcription":
                return round(HEARD_SECOND * work.seconds)
            case "image":
                one = _listed(model, PICTURES, PICTURE)
                return round(one * work.pieces * SHARP.get(work.size, 1.0))
            case "video":
                return round(_listed(model, FILM_SECONDS, FILM_SECOND) * (work.seconds or FILM_S))
            case "music":
                return SONG
        return self._unknown

    @staticmethod
    def _written(facts: ModelFacts, work: Work) -> int:
        return min(work.tokens_out, facts.max_completion_tokens or work.tokens_out)

    def _speech(self, model: str, chars: int) -> int:
        facts = self._facts_of(model)
        price = (facts.prompt_price or 0) + AUDIO_TOKENS_PER_CHAR * (facts.completion_price or 0)
        # Nothing is free to say: a price of zero stands in a field that is not read here.
        return -(-chars * (price or SPEECH_PER_CHAR_MILLIONTHS) // MICRO_PER_MILLION)


def _listed(model: str, prices: Sequence[tuple[str, int]], usual: int) -> int:
    return next((price for part, price in prices if part in model), usual)
