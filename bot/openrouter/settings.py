"""What a session with OpenRouter is configured with: frozen values, resolved once by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.openrouter.keys import Secret
from bot.openrouter.route import CANONICAL_URL

Params = Mapping[str, Any]

DEFAULT_CATEGORIES = (
    "cli-agent,cloud-agent,programming-app,creative-writing,writing-assistant,"
    "general-chat,personal-agent"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """The application that OpenRouter shows for these requests. Defaults as in seeds 002."""

    referer: str = "https://openclaw.ai"
    title: str = "OpenClaw"
    categories: str = DEFAULT_CATEGORIES


@dataclass(frozen=True, slots=True)
class BearerAuth:
    """`request.auth` of mode `authorization-bearer`: this token in place of the key."""

    token: Secret


@dataclass(frozen=True, slots=True)
class HeaderAuth:
    """`request.auth` of mode `header`: this header in place of Authorization."""

    name: str
    value: Secret
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each wait may take. `chat_first_byte_s` ends with the answer's headers.

    `chat_silence_s` ends a stream that sends only comments; `chat_tail_s` is the wait for usage and
    `[DONE]` once the answer itself is complete.
    """

    connect_s: float = 10
    write_s: float = 30
    pool_s: float = 30
    chat_first_byte_s: float = 120
    chat_idle_s: float = 60
    chat_silence_s: float = 300
    chat_tail_s: float = 5
    transcription_s: float = 60
    speech_s: float = 30
    lookup_s: float = 10


@dataclass(frozen=True, slots=True)
class OpenRouterSettings:
    """`models.providers.openrouter` and the params of `agents.defaults`, already resolved.

    The `params` are the layers of facts/openrouter-wire.md §3.3, weakest first: `own_params` are
    those of `models.providers.openrouter.models[]` by model id, `model_params` those of
    `agents.defaults.models` by reference. `thinking_default` holds where neither the request nor
    the model's params name a level; empty means off.
    """

    base_url: str = CANONICAL_URL
    attribution: Attribution = field(default_factory=Attribution)
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: BearerAuth | HeaderAuth | None = None
    provider_params: Params = field(default_factory=dict)
    own_params: Mapping[str, Params] = field(default_factory=dict)
    default_params: Params = field(default_factory=dict)
    model_params: Mapping[str, Params] = field(default_factory=dict)
    thinking_default: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)
    allow_private_network: bool = False
