"""Wrong values are named, explained and replaced by defaults; the grave ones stop the bot."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.build import build
from bot.config.checks import check
from bot.config.env import apply_environment
from bot.config.findings import Report
from bot.config.load import Finding, Loaded, load
from bot.config.openclaw_names import RENAMES, canonical
from bot.config.schema import Config
from bot.config.tree import Tree
from bot.config.unknown import documented_paths, report_unknown

Read = Callable[..., Loaded]


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [finding.message for finding in findings]
    return findings[0]


def nested(path: str, value: str) -> str:
    """`a.b` and a value as the text of a file, the value on line 2."""
    text = f"\n{value}"
    for part in reversed(path.split(".")):
        text = f'{{ "{part}":{text} }}'
    return text


def test_no_file_is_a_configuration_with_all_defaults() -> None:
    result = load(path=None, environ={"OPENROUTER_API_KEY": "sk-or-1"})
    assert result.config == Config()
    assert (result.errors, result.warnings, result.notes, result.source) == ((), (), (), None)
    assert result.environ == {"OPENROUTER_API_KEY": "sk-or-1"}
    assert result.config.messages.tts.auto == "inbound"
    assert result.config.tools.media.audio.echo_transcript
    assert result.config.agents.defaults.model.primary == "openrouter/auto"


def test_an_empty_block_is_a_configuration_with_all_defaults(read: Read) -> None:
    assert read("{}").config == Config()


def test_defaults_are_those_of_the_fact_sheets() -> None:
    config = Config()
    telegram, tts, audio = config.channels.telegram, config.messages.tts, config.tools.media.audio
    assert telegram.dm_policy == "pairing"
    assert (telegram.group_policy, telegram.groups, telegram.allow_from) == ("allowlist", None, ())
    assert (telegram.text_chunk_limit, telegram.history_limit) == (4000, 50)
    assert telegram.streaming.mode == "partial"
    assert (tts.openrouter.model, tts.openrouter.voice) == ("hexgrad/kokoro-82m", "af_alloy")
    assert tts.openrouter.response_format is None
    assert tts.timeout_ms == 30_000
    assert (audio.max_bytes, audio.timeout_seconds) == (20_971_520, 60)
    assert "{transcript}" in audio.echo_format
    assert config.session.dm_scope == "per-peer"
    assert len(config.openrouter.attribution.categories) == 7


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("channels.telegram.botToken", '"no token"', "expected"),
        ("channels.telegram.botToken", "5", "expected a text"),
        ("channels.telegram.apiRoot", '"ftp://x"', "an http:// or https:// address"),
        ("channels.telegram.apiRoot", '"https://x/bot12:AA"', "without /bot<token>"),
        ("channels.telegram.dmPolicy", '"opne"', "pairing, allowlist, open or disabled"),
        ("channels.telegram.allowFrom", '"5"', "a list"),
        ("channels.telegram.allowFrom", "[true]", "a numeric user id"),
        ("channels.telegram.allowFrom", '["bob"]', "a numeric user id"),
        ("channels.telegram.groupPolicy", '"any"', "allowlist, open or disabled"),
        ("channels.telegram.groupAllowFrom", "{}", "a list"),
        ("channels.telegram.groups", '["-100"]', "a block"),
        ("channels.telegram.groups.-100", "true", "a block"),
        ("channels.telegram.groups.-100.enabled", '"perhaps"', "true or false"),
        ("channels.telegram.groups.-100.topics.7.allowFrom", '"x"', "a list"),
        ("channels.telegram", '"123:abc"', "a block"),
        ("models.providers.openrouter.apiKey", "[]", "a text"),
        ("models.providers.openrouter.apiKey", '"two words"', "printable characters"),
        ("models.providers.openrouter.baseUrl", '"https://u:p@x/v1"', "without user"),
        ("models.providers.openrouter", '"sk-or-v1-secret"', "a block"),
        ("models.providers.openrouter.baseUrl", '"https://x/v1#a"', "or fragment"),
        ("models.providers.openrouter.baseUrl", '"https://x/v1?a#b"', "or fragment"),
        ("messages.tts.providers.openrouter.apiKey", "1", "a text"),
        ("messages.tts.providers.openrouter.baseUrl", '"http://"', "an http://"),
        ("tools.media.audio.baseUrl", "7", "a text"),
    ],
)
def test_a_wrong_token_key_address_or_access_key_stops_the_bot(
    read: Read, path: str, value: str, said: str
) -> None:
    error = only(read(nested(path, value)).errors)
    assert error.fatal
    assert error.path.replace('["', ".").replace('"]', "").startswith(path)
    assert error.line == 1 or error.line == 2
    assert error.path in error.message
    assert said in error.message


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("messages.tts.auto", '"sometimes"', '"sometimes" is not understood; expected off, always'),
        ("messages.tts.timeoutMs", "10", "10 is not understood; expected at least 1000"),
        ("messages.tts.providers.openrouter.responseFormat", '"ogg"', "expected mp3 or pcm"),
        ("messages.tts.providers.openrouter.speed", "0", "a number above 0"),
        ("channels.telegram.textChunkLimit", "5000", "at most 4096"),
        ("channels.telegram.historyLimit", "true", "expected a number"),
        ("channels.telegram.historyLimit", "1.5", "a whole number"),
        ("channels.telegram.historyLimit", "NaN", "a finite number"),
        ("channels.telegram.streaming", '"loud"', "off, partial, block or progress"),
        ("channels.telegram.webhookPath", '"x"', "a path"),
        ("channels.telegram.groups.-100.requireMention", "1", "true or false"),
        ("agents.defaults.thinkingDefault", '"deep"', "off, minimal, low"),
        ("agents.defaults.model", "{ primary: 5 }", "a text"),
        ("agents.defaults.params.temperature", "-Infinity", "a finite number"),
        ("agents.defaults.mediaModels.image", "{ timeoutMs: 'soon' }", "a whole number"),
        ("tools.media.audio.enabled", '"perhaps"', "true or false"),
        ("messages", "5", "a block"),
        ("env.SOMETHING", "[]", "a text"),
        ("parley.timeouts.connectS", "-1", "a number above 0"),
    ],
)
def test_every_other_wrong_value_gives_way_to_its_default(
    read: Read, path: str, value: str, said: str
) -> None:
    result = read(nested(path, value))
    error = only(result.errors)
    assert (error.fatal, error.line in (1, 2)) == (False, True)
    assert said in error.message
    kept = {"env": True, "channels": {"telegram": {"groups"}}, "messages": {"tts": {"providers"}}}
    assert result.config.model_dump(exclude=kept) == Config().model_dump(exclude=kept)
    assert result.config.messages.tts.openrouter == Config().messages.tts.openrouter


def test_a_wrong_item_leaves_the_rest_of_its_list(read: Read) -> None:
    result = read("""{ tools: { media: { audio: { models: [
      "whisper",
      { model: "good", timeoutSeconds: "soon" },
      { model: "better", maxBytes: {} },
    ] } } },
    messages: { groupChat: { mentionPatterns: ["a", 1, "b", [], "c"] } } }""")
    audio = result.config.tools.media.audio
    assert [(model.model, model.timeout_seconds) for model in audio.models] == [
        ("good", None),
        ("better", None),
    ]
    assert result.config.messages.group_chat.mention_patterns == ("a", "b", "c")
    assert {(error.path, error.line) for error in result.errors} == {
        ("tools.media.audio.models[0]", 2),
        ("tools.media.audio.models[1].timeoutSeconds", 3),
        ("tools.media.audio.models[2].maxBytes", 4),
        ("messages.groupChat.mentionPatterns[1]", 6),
        ("messages.groupChat.mentionPatterns[3]", 6),
    }


def test_shorthands_mean_what_their_blocks_mean(read: Read) -> None:
    short = read("""{
      channels: { telegram: { streaming: false } },
      agents: { defaults: { model: "openrouter/a", imageGenerationModel: "openrouter/i" } },
      models: { providers: { openrouter: { attribution: { categories: "x, y" } } } },
    }""").config
    assert short.channels.telegram.streaming.mode == "off"
    assert short.agents.defaults.model.primary == "openrouter/a"
    assert short.agents.defaults.image_generation_model.primary == "openrouter/i"
    assert short.openrouter.attribution.categories == ("x", "y")


def test_addresses_are_trimmed_and_get_a_scheme(read: Read) -> None:
    config = read("""{
      models: { providers: { openrouter: { baseUrl: " http://127.0.0.1:8080/api/v1/ " } } },
      channels: { telegram: { apiRoot: "tg.example.org/" } },
    }""").config
    assert config.openrouter.base_url == "http://127.0.0.1:8080/api/v1"
    assert config.channels.telegram.api_root == "https://tg.example.org"


def test_no_secret_is_ever_shown(read: Read) -> None:
    result = read("""{
      env: { OPENROUTER_API_KEY: "hush-1", BROKEN: ["hush-2"] },
      channels: { telegram: { botToken: "hush-3 x", webhookSecret: "hush-4 !" } },
      models: { providers: { openrouter: { apiKey: "hush-5",
        request: { headers: { "X-A": "hush-6" }, auth: { token: "hush-7", value: "hush-8" } } },
        groq: { apiKey: 9 } } },
      messages: { tts: { providers: { openrouter: {
        apiKey: "hush 10", baseUrl: "http://u:hush-11@h" } } } },
    }""")
    shown = repr(result) + repr(result.config) + result.config.model_dump_json()
    assert "hush" not in shown
    key = result.config.openrouter.api_key
    assert key is not None
    assert key.get_secret_value() == "hush-5"


def test_an_unknown_key_warns_with_path_line_and_nearest_match(read: Read) -> None:
    result = read("""{
      channels: { telegram: { dmPolcy: "open", groups: { "-100": { requireMentions: true } } } },
      mesages: {},
      imageGenerationModel: "x",
      agents: { defaults: { params: { anything: 1 }, models: { "a/b": { parms: {} } } } },
    }""")
    assert not result.errors
    told = {(w.path, w.line, w.message.partition(": ")[2]) for w in result.warnings}
    belongs = "imageGenerationModel belongs at agents.defaults.imageGenerationModel"
    assert told == {
        ("channels.telegram.dmPolcy", 2, "unknown key; did you mean dmPolicy?"),
        (
            'channels.telegram.groups["-100"].requireMentions',
            2,
            "unknown key; did you mean requireMention?",
        ),
        ("mesages", 3, "unknown key; did you mean messages?"),
        ("imageGenerationModel", 4, f"unknown key; {belongs}"),
        ('agents.defaults.models["a/b"].parms', 5, "unknown key; did you mean params?"),
    }


def test_what_openclaw_knows_and_parley_does_not_use_is_a_note(read: Read) -> None:
    result = read("""{
      gateway: { port: 1 }, plugins: {}, meta: {},
      channels: { whatsapp: { x: 1 }, telegram: { retry: {}, linkPreview: true,
        groups: { "*": { skills: [] } } } },
      agents: {
        entries: { main: { anything: {} } }, defaults: { contextPruning: {}, timeoutSeconds: 9 } },
      messages: { tts: { providers: { elevenlabs: { voiceId: "v", stability: 1 } } } },
      models: { providers: { anthropic: { apiKey: "k", models: [] } } },
    }""")
    assert (result.errors, result.warnings) == ((), ())
    assert {note.path for note in result.notes} == {
        "gateway",
        "plugins",
        "meta",
        "channels.whatsapp",
        "channels.telegram.retry",
        "channels.telegram.linkPreview",
        "channels.telegram.groups.*.skills",
        "agents.entries.main",
        "agents.defaults.contextPruning",
        "agents.defaults.timeoutSeconds",
        "messages.tts.providers.elevenlabs",
        "models.providers.anthropic",
    }


def test_a_misplaced_transcription_model_gets_a_hint(read: Read) -> None:
    result = read("{ tools: { media: { audio: { provider: 'openrouter', model: 'm' } } } }")
    assert [warning.path for warning in result.warnings] == [
        "tools.media.audio.provider",
        "tools.media.audio.model",
    ]
    assert "tools.media.audio.models: [{ provider, model }]" in result.warnings[0].message


def test_odd_shapes_in_old_and_new_places_are_findings_not_crashes(read: Read) -> None:
    result = read("""{
      agents: { list: [{ id: [] }, 5], entries: { a: 5 } },
      tools: { media: { models: [5, { capabilities: 7 }], audio: { preferredModel: 5 } } },
      channels: { telegram: { groups: { "-1": { allowFrom: null } } } },
      env: 5, tts: [],
    }""")
    assert {error.path for error in result.errors} == {
        "agents.list[0].id",
        "agents.list[1]",
        "agents.entries.a",
        "tools.media.models[0]",
        "tools.media.models[1].capabilities",
        "env",
        "tts",
    }
    assert not result.fatal


def test_every_documented_key_has_a_description() -> None:
    paths = documented_paths()
    assert "channels.telegram.groups.*.topics.*.requireMention" in paths
    assert [path for path, text in paths.items() if not text.strip()] == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)


OTHER_NAMES = ["tts", "agents.entries", "agents.entries.a", "tools.media.audio.preferredModel"]
OTHER_NAMES += [name for rename in RENAMES for name in (rename.old, rename.new)]


@given(
    st.dictionaries(
        st.sampled_from(sorted({*documented_paths(), *OTHER_NAMES})), json_values, max_size=4
    )
)
def test_no_combination_of_wrong_values_stops_the_loading(settings: dict[str, object]) -> None:
    data: dict[str, object] = {}
    for path, value in settings.items():
        node = data
        *above, last = path.split(".")
        for part in above:
            step = node.setdefault(part, {})
            if not isinstance(step, dict):
                break
            node = step
        else:
            node[last] = value
    report = Report(tree=Tree(data=json.loads(json.dumps(data))))
    canonical(report)
    environ = apply_environment(report, {})
    report_unknown(report)
    config = build(report)
    check(report, config, environ)
    assert isinstance(config, Config)
