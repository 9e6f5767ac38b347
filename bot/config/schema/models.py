"""`models.providers`: keys, addresses and request settings of model providers."""

from __future__ import annotations

from pydantic import Field, SecretStr

from bot.config.schema.base import (
    Block,
    Flag,
    OptionalApiUrl,
    OptionalKey,
    OptionalText,
    Params,
    Seconds,
    SecretTexts,
    Text,
    Texts,
)


def revealed(headers: dict[str, SecretStr]) -> dict[str, str]:
    """Header values in clear, for the request that needs them and nowhere else."""
    return {name: value.get_secret_value() for name, value in headers.items()}


class RequestAuth(Block):
    """Replaces the Bearer header (facts/openrouter-wire.md §1.4)."""

    mode: OptionalText = Field(
        default=None, description="provider-default, authorization-bearer (token) or header."
    )
    token: OptionalKey = Field(default=None, description="Bearer token for authorization-bearer.")
    header_name: OptionalText = Field(default=None, description="Header that carries the value.")
    value: SecretStr | None = Field(default=None, description="Value of that header.")
    prefix: str | None = Field(default=None, description="Put before the value.")


class RequestConfig(Block):
    """How requests to the provider are sent."""

    headers: SecretTexts = Field(default_factory=dict, description="Headers added to each request.")
    allow_private_network: Flag = Field(
        default=False, description="Let addresses that an answer names be private ones."
    )
    auth: RequestAuth | None = Field(default=None, description="Replaces the Authorization header.")


class Attribution(Block):
    """Who the requests say they come from (seeds: 002, Authentication and headers)."""

    referer: Text = Field(default="https://openclaw.ai", description="Sent as HTTP-Referer.")
    title: Text = Field(default="OpenClaw", description="Sent as X-OpenRouter-Title.")
    categories: Texts = Field(
        default=(
            "cli-agent",
            "cloud-agent",
            "programming-app",
            "creative-writing",
            "writing-assistant",
            "general-chat",
            "personal-agent",
        ),
        description="Sent as X-OpenRouter-Categories.",
    )


class ProviderModel(Block):
    """One model in a provider's own list."""

    id: Text = Field(default="", description="Its id, as in a reference without `openrouter/`.")
    params: Params = Field(
        default_factory=dict, description="Request parameters; wider ones of agents.defaults win."
    )


class ProviderConfig(Block):
    """One provider. Parley itself speaks to `openrouter`."""

    api_key: OptionalKey = Field(
        default=None, description="Key; OPENROUTER_API_KEY serves when unset."
    )
    auth: OptionalText = Field(
        default=None, description='"api-key" lets a configured apiKey win over a stored login.'
    )
    base_url: OptionalApiUrl = Field(
        default=None, description="Address of the API; unset means https://openrouter.ai/api/v1."
    )
    params: Params = Field(
        default_factory=dict, description="Request parameters of every model, the weakest layer."
    )
    models: tuple[ProviderModel, ...] = Field(
        default=(), description="Parameters by model, above those of the provider."
    )
    headers: SecretTexts = Field(
        default_factory=dict, description="Headers of every model request."
    )
    request: RequestConfig = Field(
        default_factory=RequestConfig, description="How requests are sent."
    )
    attribution: Attribution = Field(
        default_factory=Attribution, description="Identity shown to OpenRouter."
    )
    timeout_seconds: Seconds | None = Field(
        default=None, description="Limit of one whole request, from connect to the last byte."
    )


class Models(Block):
    """Model providers."""

    providers: dict[str, ProviderConfig] = Field(
        default_factory=dict, description="Settings by provider name."
    )
