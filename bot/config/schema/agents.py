"""`agents`: which models answer, draw, film and sing, and how they think."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.config.schema.base import (
    LOWER,
    Block,
    Flag,
    Millis,
    OptionalText,
    Params,
    Positive,
    Text,
    Texts,
    shorthand,
)

Thinking = Literal["off", "minimal", "low", "medium", "high", "xhigh", "adaptive", "max"]


class ModelChoice(Block):
    """A model and those that step in for it; a plain string names the primary alone."""

    primary: Annotated[Text, Field(min_length=1)] = Field(
        default="openrouter/auto", description="Model that answers."
    )
    fallbacks: Texts = Field(default=(), description="Models tried in order when it fails.")


class ModelEntry(Block):
    """Settings of one model, found by its reference."""

    alias: OptionalText = Field(default=None, description="Short name for commands.")
    params: Params = Field(
        default_factory=dict, description="Request parameters of this model; win over wider ones."
    )


class GenerationModel(Block):
    """A model that makes media; a plain string names the primary alone."""

    primary: OptionalText = Field(default=None, description="Model that makes it.")
    fallbacks: Texts = Field(default=(), description="Models tried in order when it fails.")
    timeout_ms: Millis | None = Field(
        default=None, description="Time for one generation; a tool call's own timeoutMs wins."
    )


class Compaction(Block):
    """How long conversations are made short."""

    model: OptionalText = Field(
        default=None, description="Model that writes the summary; unset is the one that answers."
    )


class Persona(Block):
    """Parley's own: who the bot is."""

    name: OptionalText = Field(default=None, description="Name that it goes by and listens to.")
    persona: OptionalText = Field(default=None, description="How it talks, in plain words.")


Choice = Annotated[ModelChoice, shorthand("primary", ModelChoice)]
Generation = Annotated[GenerationModel, shorthand("primary", GenerationModel)]


class AgentDefaults(Block):
    """What holds for every agent."""

    model: Choice = Field(default_factory=ModelChoice, description="The model that answers.")
    models: dict[str, ModelEntry] = Field(
        default_factory=dict, description="Settings by model reference."
    )
    thinking_default: Annotated[Thinking | None, LOWER] = Field(
        default=None, description="How much the model thinks unless told otherwise."
    )
    params: Params = Field(default_factory=dict, description="Request parameters of every model.")
    image_generation_model: Generation = Field(
        default_factory=GenerationModel, description="The model that draws."
    )
    video_generation_model: Generation = Field(
        default_factory=GenerationModel, description="The model that films."
    )
    music_generation_model: Generation = Field(
        default_factory=GenerationModel, description="The model that makes music."
    )
    media_max_mb: Positive | None = Field(
        default=None, description="Largest generated file, in MB."
    )
    media_generation_auto_provider_fallback: Flag = Field(
        default=True,
        description="Whether the bundled default model steps in after the configured ones.",
    )
    compaction: Compaction = Field(
        default_factory=Compaction, description="How long conversations are made short."
    )
    parley: Persona = Field(default_factory=Persona, description="Parley's own: who the bot is.")


class AgentEntry(Block):
    """One agent of OpenClaw's roster. Parley runs one agent, made from the defaults."""

    id: OptionalText = Field(default=None, description="Its id.")
    default: Flag = Field(default=False, description="Whether it is the default one.")
    name: OptionalText = Field(default=None, description="Its name.")


class Agents(Block):
    """Agents and their defaults."""

    defaults: AgentDefaults = Field(
        default_factory=AgentDefaults, description="What holds for every agent."
    )
    list: tuple[AgentEntry, ...] = Field(default=(), description="OpenClaw's roster of agents.")
