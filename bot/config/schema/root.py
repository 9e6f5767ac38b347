"""The whole configuration, and Parley's own block."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.config.schema.agents import Agents
from bot.config.schema.base import (
    Block,
    OptionalText,
    Port,
    Positive,
    Seconds,
    SecretTexts,
)
from bot.config.schema.media import Tools
from bot.config.schema.messages import Messages, Session
from bot.config.schema.models import Models, ProviderConfig
from bot.config.schema.money import Budgets, RateLimit, Zone
from bot.config.schema.telegram import Channels


class Timeouts(Block):
    """How long the bot waits for the network, in seconds."""

    connect_s: Seconds = Field(default=10, description="Connecting, to any server.")
    chat_idle_s: Seconds = Field(default=60, description="Silence within a model's stream.")
    download_s: Seconds = Field(default=120, description="Fetching one file.")
    telegram_poll_s: Seconds = Field(default=30, description="One long poll of Telegram.")
    telegram_send_s: Seconds = Field(default=30, description="One call to Telegram.")
    telegram_silence_s: Seconds = Field(
        default=120, description="Without a completed poll for so long, `/readyz` says no."
    )


class HttpIn(Block):
    """Where the bot answers over HTTP: health and metrics. `PORT` of the environment wins."""

    host: OptionalText = Field(
        default=None,
        description="Address to listen on; unset means this machine, with `PORT` everywhere.",
    )
    port: Port | None = Field(default=None, description="Port to listen on; unset means none.")


class Retention(Block):
    """How many days things are kept; null keeps them for ever."""

    messages_days: Positive | None = Field(
        default=None, description="What was said: turns, messages, transcripts, summaries, jobs."
    )
    media_days: Positive | None = Field(
        default=30, description="Pictures, films, songs and papers on the disk."
    )
    receipts_days: Positive | None = Field(
        default=30, description="Proof of sends, arrived messages in raw, what was heard in files."
    )
    ledger_days: Annotated[Positive, Field(ge=31)] | None = Field(
        default=None, description="What calls cost; at least 31, as /usage looks back a month."
    )


class Parley(Block):
    """What OpenClaw has no key for."""

    timeouts: Timeouts = Field(default_factory=Timeouts, description="Waits for the network.")
    http: HttpIn = Field(default_factory=HttpIn, description="Health and metrics over HTTP.")
    retention: Retention = Field(default_factory=Retention, description="How long things are kept.")
    budgets: Budgets = Field(default_factory=Budgets, description="What may be spent.")
    timezone: Zone = Field(
        default="UTC", description="Where days and months begin: a name like `Europe/Berlin`."
    )
    rate_limit: RateLimit = Field(
        default_factory=RateLimit, description="How fast one person may write."
    )


class Environment(Block):
    """Variables for what the process environment does not set."""

    vars: SecretTexts = Field(
        default_factory=dict, description="Values by name; the process environment wins."
    )


class Config(Block):
    """Everything that can be configured. `Config()` is a working bot once two variables are set."""

    env: Environment = Field(default_factory=Environment, description="Environment variables.")
    channels: Channels = Field(
        default_factory=Channels, description="Where people talk to the bot."
    )
    models: Models = Field(default_factory=Models, description="Model providers.")
    agents: Agents = Field(default_factory=Agents, description="Models and how they think.")
    messages: Messages = Field(default_factory=Messages, description="Messages in and out.")
    tools: Tools = Field(default_factory=Tools, description="Tools and media understanding.")
    session: Session = Field(default_factory=Session, description="Conversations.")
    parley: Parley = Field(default_factory=Parley, description="Parley's own settings.")

    @property
    def openrouter(self) -> ProviderConfig:
        """OpenRouter's provider block, defaults where nothing is configured."""
        return self.models.providers.get("openrouter") or ProviderConfig()
