"""Every snippet that the seeds show loads without a word and means what the seed says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config.load import Loaded, load
from bot.config.schema import Config

Read = Callable[..., Loaded]
SNIPPETS = Path(__file__).parent / "snippets"
NAMES = sorted(path.name for path in SNIPPETS.glob("*.json5"))
FACTS: dict[str, object] = json.loads((SNIPPETS / "meaning.json").read_text(encoding="utf-8"))


def dumped(config: Config, path: str) -> object:
    value: object = config.model_dump(mode="json", by_alias=True)
    for part in path.split("/"):
        assert isinstance(value, dict), path
        value = value[part.replace("~", "/")]
    return value


def test_every_snippet_has_its_meaning_written_down() -> None:
    assert NAMES
    assert set(NAMES) == set(FACTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_snippet_loads_and_means_what_the_seed_says(name: str) -> None:
    result = load(path=SNIPPETS / name, environ={})
    assert (result.errors, result.warnings, result.notes) == ((), (), ())
    meaning = FACTS[name]
    assert isinstance(meaning, dict)
    for path, expected in meaning.items():
        assert dumped(result.config, path) == expected


def test_the_key_of_the_env_block_reaches_the_environment() -> None:
    result = load(path=SNIPPETS / "start.json5", environ={})
    assert result.environ["OPENROUTER_API_KEY"] == "sk-or-..."


def test_both_generations_of_every_name_come_to_the_same_configuration(read: Read) -> None:
    old = read("""{
      env: { OPENROUTER_API_KEY: "sk-or-1" },
      agents: {
        list: [{ id: "main", default: true }],
        defaults: {
          imageGenerationModel: { primary: "openrouter/i", timeoutMs: 180_000 },
          videoGenerationModel: { primary: "openrouter/v" },
          musicGenerationModel: "openrouter/m",
        },
      },
      messages: { tts: { auto: "always", provider: "openrouter", providers: {
        openrouter: {
          modelId: "hexgrad/kokoro-82m", voice: "af_bella", responseFormat: "MP3" } } } },
      tools: { media: { audio: { models: [
        { provider: "openrouter", model: "b", capabilities: ["audio"] },
        { provider: "openrouter", model: "a", capabilities: ["audio"] } ] } } },
    }""")
    new = read("""{
      env: { vars: { OPENROUTER_API_KEY: "sk-or-1" } },
      agents: {
        entries: { main: { default: true } },
        defaults: { mediaModels: {
          image: { primary: "openrouter/i", timeoutMs: 180_000 },
          video: { primary: "openrouter/v" },
          music: "openrouter/m",
        } },
      },
      tts: { auto: "always", provider: "openrouter", openrouter: {
        model: "hexgrad/kokoro-82m", speakerVoice: "af_bella", responseFormat: "mp3" } },
      tools: { media: {
        audio: { preferredModel: "openrouter/b" },
        models: [
          { provider: "openrouter", model: "a", capabilities: ["audio"] },
          { provider: "openrouter", model: "see", capabilities: ["image"] },
          { provider: "openrouter", model: "b", capabilities: ["audio"] },
        ] } },
    }""")
    assert (old.errors, old.warnings, new.errors, new.warnings) == ((), (), (), ())
    assert old.environ == new.environ
    differs = {"tools": {"media": {"models": True}}}  # the shared list stays readable as written
    assert old.config.model_dump(exclude=differs) == new.config.model_dump(exclude=differs)


def test_the_example_configuration_loads_without_a_word_and_without_a_variable() -> None:
    example = Path(__file__).parents[3] / "config.example.json5"
    result = load(path=example, environ={})
    assert (result.errors, result.warnings, result.notes) == ((), (), ())
    assert result.config.channels.telegram.groups is not None
    assert result.config.agents.defaults.image_generation_model.timeout_ms == 180_000


def test_what_the_example_calls_a_default_is_the_default() -> None:
    example = Path(__file__).parents[3] / "config.example.json5"
    config, default = load(path=example, environ={}).config, Config()
    assert config.messages.tts.openrouter == default.messages.tts.openrouter
    assert config.messages.queue == default.messages.queue
    assert config.parley == default.parley
    assert config.session == default.session
    assert config.openrouter.attribution == default.openrouter.attribution
    audio = {"models"}
    assert config.tools.media.audio.model_dump(exclude=audio) == (
        default.tools.media.audio.model_dump(exclude=audio)
    )
    mine = {"groups"}
    assert config.channels.telegram.model_dump(exclude=mine) == (
        default.channels.telegram.model_dump(exclude=mine)
    )
