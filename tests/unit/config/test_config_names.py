"""Older and newer names: each is accepted, retired ones are told once, canonical ones win."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.config.load import Loaded

Read = Callable[..., Loaded]


@pytest.mark.parametrize(
    ("keys", "voice"),
    [
        ("speakerVoice: 'a', voice: 'b', voiceName: 'c', voiceId: 'd'", "a"),
        ("voice: 'b', voiceName: 'c', speakerVoiceId: 'e'", "b"),
        ("voiceName: 'c', voiceId: 'd', speakerVoiceId: 'e'", "c"),
        ("voiceId: 'd', speakerVoiceId: 'e'", "e"),
        ("voiceId: 'd'", "d"),
    ],
)
def test_the_names_of_the_voice_have_an_order(read: Read, keys: str, voice: str) -> None:
    result = read(f"{{ messages: {{ tts: {{ providers: {{ openrouter: {{ {keys} }} }} }} }} }}")
    assert result.config.messages.tts.openrouter.voice == voice
    assert not result.errors
    assert len(result.warnings) == keys.count(",")
    assert all("is set too and counts" in warning.message for warning in result.warnings)


def test_equal_values_under_two_names_are_no_conflict(read: Read) -> None:
    result = read("{ tts: { auto: 'always' }, messages: { tts: { auto: 'always' } } }")
    assert result.warnings == ()
    assert result.config.messages.tts.auto == "always"


def test_both_blocks_merge_and_the_canonical_value_wins_with_a_warning(read: Read) -> None:
    result = read("""{
      tts: { auto: "off", timeoutMs: 5_000, openrouter: { speed: 2 } },
      messages: { tts: { auto: "always", providers: { openrouter: { voice: "v" } } } },
    }""")
    tts = result.config.messages.tts
    assert (tts.auto, tts.timeout_ms) == ("always", 5000)
    assert (tts.openrouter.voice, tts.openrouter.speed) == ("v", 2)
    assert [(w.path, w.line) for w in result.warnings] == [("tts.auto", 2)]
    assert "messages.tts.auto is set too and counts" in result.warnings[0].message


def test_a_wrong_value_is_reported_under_the_name_that_was_written(read: Read) -> None:
    result = read("""{
      tts: { auto: "loud", openrouter: { speakerVoice: 5 } },
      agents: { defaults: { mediaModels: { music: { timeoutMs: "x" } } } },
      channels: { telegram: { streamMode: "loud", groups: { "tg:-100": { enabled: "perhaps" } } } },
      tools: { media: { models: [{ capabilities: ["audio"], maxBytes: 0 }] } },
      env: { A: [] },
    }""")
    assert {(error.path, error.line) for error in result.errors} == {
        ("tts.auto", 2),
        ("tts.openrouter.speakerVoice", 2),
        ("agents.defaults.mediaModels.music.timeoutMs", 3),
        ("channels.telegram.streamMode", 4),
        ('channels.telegram.groups["tg:-100"].enabled', 4),
        ("tools.media.models[0].maxBytes", 5),
        ("env.A", 6),
    }


@pytest.mark.parametrize(
    ("telegram", "mode", "retired"),
    [
        ("streamMode: 'block'", "block", ["streamMode"]),
        ("streaming: 'progress', chunkMode: 'newline'", "progress", ["chunkMode"]),
        ("streaming: true", "partial", []),
        ("streaming: false", "off", []),
        ("streaming: { mode: 'Block' }", "block", []),
        ("blockStreaming: true", "partial", ["blockStreaming"]),
    ],
)
def test_flat_streaming_keys_join_the_block(
    read: Read, telegram: str, mode: str, retired: list[str]
) -> None:
    result = read(f"{{ channels: {{ telegram: {{ {telegram} }} }} }}")
    streaming = result.config.channels.telegram.streaming
    assert streaming.mode == mode
    assert streaming.chunk_mode == ("newline" if "newline" in telegram else "length")
    assert [warning.path for warning in result.warnings] == [
        f"channels.telegram.{name}" for name in retired
    ]
    assert all("retired" in warning.message for warning in result.warnings)


@pytest.mark.parametrize(("value", "auto"), [("true", "always"), ("false", "off")])
def test_the_old_switch_of_speech_still_works(read: Read, value: str, auto: str) -> None:
    result = read(f"{{ messages: {{ tts: {{ enabled: {value} }} }} }}")
    assert result.config.messages.tts.auto == auto
    assert [warning.path for warning in result.warnings] == ["messages.tts.enabled"]


def test_shared_listeners_follow_the_own_ones_and_the_preferred_one_leads(read: Read) -> None:
    text = """{ tools: { media: {
      models: [
        { model: "shared", capabilities: ["image", "audio"] },
        { model: "eyes", capabilities: ["image"] },
        { model: "own" , capabilities: ["audio"] },
      ],
      audio: { PREFERRED models: [{ model: "own", capabilities: ["audio"] }] } } } }"""

    def order(preferred: str) -> list[str | None]:
        config = read(text.replace("PREFERRED", preferred)).config
        return [model.model for model in config.tools.media.audio.models]

    assert order("") == ["own", "shared"]
    assert order("preferredModel: 'openrouter/shared',") == ["shared", "own"]
    assert order("preferredModel: 'openrouter/new/one',") == ["new/one", "own", "shared"]


def test_agents_of_both_shapes_are_accepted(read: Read) -> None:
    result = read("""{ agents: {
      list: [{ id: "main" }],
      entries: { main: { name: "M" }, side: { default: true } },
    } }""")
    assert [(agent.id, agent.default) for agent in result.config.agents.list] == [
        ("main", False),
        ("side", True),
    ]
    assert [warning.path for warning in result.warnings] == ["agents.entries.main"]
