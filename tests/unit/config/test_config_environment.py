"""The env block and references to variables (seeds; facts/behaviour.md I, L1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.env import MissingVariable, substitute
from bot.config.load import Loaded

Read = Callable[..., Loaded]

names = st.from_regex(r"[A-Z_][A-Z0-9_]{0,6}", fullmatch=True)
plain = st.text(max_size=6).filter(lambda text: "$" not in text)


@given(plain, names, st.text(min_size=1, max_size=8).filter(str.strip), plain)
def test_a_reference_becomes_its_value_once(before: str, name: str, value: str, after: str) -> None:
    assert substitute(f"{before}${{{name}}}{after}", {name: value}) == before + value + after


@given(plain, names, plain)
def test_a_doubled_dollar_stays_a_literal_and_needs_no_variable(
    before: str, name: str, after: str
) -> None:
    assert substitute(f"{before}$${{{name}}}{after}", {}) == f"{before}${{{name}}}{after}"


@given(names, st.sampled_from([None, "", "  "]))
def test_a_missing_or_empty_variable_is_refused_by_name(name: str, value: str | None) -> None:
    with pytest.raises(MissingVariable, match=name):
        substitute(f"${{{name}}}", {} if value is None else {name: value})


@given(st.text(max_size=12).filter(lambda text: "${" not in text))
def test_text_without_a_reference_stays_as_it_is(text: str) -> None:
    assert substitute(text, {}) == text


def test_only_upper_case_names_are_references() -> None:
    assert substitute("${name} $NAME {NAME} ${}", {}) == "${name} $NAME {NAME} ${}"


def test_both_forms_of_the_env_block_fill_what_the_process_leaves_open(read: Read) -> None:
    text = """{ env: {
      PLAIN: "a", PORT: 8080, TAKEN: "config", BLANK: "config",
      vars: { NESTED: "${OUTER}/b", PLAIN_TOO: "c" },
      shellEnv: { enabled: true },
    } }"""
    result = read(text, {"TAKEN": "process", "BLANK": " ", "OUTER": "o"})
    assert not result.errors
    assert not result.warnings
    assert dict(result.environ) == {
        "PLAIN": "a",
        "PORT": "8080",
        "TAKEN": "process",
        "BLANK": "config",
        "NESTED": "o/b",
        "PLAIN_TOO": "c",
        "OUTER": "o",
    }
    assert [note.path for note in result.notes] == ["env.shellEnv"]


def test_references_reach_every_text_and_see_the_env_block(read: Read) -> None:
    text = """{
      env: { EMOJI: "x", OWNER: "42", PORT: 9000 },
      channels: { telegram: {
        allowFrom: ["${OWNER}"], webhookPort: "${PORT}", ackReaction: "<${EMOJI}> $${EMOJI}" } },
      agents: { defaults: { params: { deep: [{ er: "${EMOJI}" }] } } },
    }"""
    result = read(text)
    assert (result.errors, result.warnings) == ((), ())
    telegram = result.config.channels.telegram
    assert telegram.allow_from == ("42",)
    assert telegram.webhook_port == 9000
    assert telegram.ack_reaction == "<x> ${EMOJI}"
    assert result.config.agents.defaults.params == {"deep": [{"er": "x"}]}


def test_a_missing_variable_names_the_path_and_stops_only_where_it_must(read: Read) -> None:
    result = read("""{
      channels: { telegram: { botToken: "${NO_TOKEN}", allowFrom: [1, "${NO_ID}", 2] } },
      tools: { media: { audio: { language: "${NO_LANGUAGE}" } } },
      env: { OPENROUTER_API_KEY: "${NO_KEY}", OTHER: "${NO_OTHER}" },
    }""")
    told = {error.path: (error.line, error.fatal) for error in result.errors}
    assert told == {
        "channels.telegram.botToken": (2, True),
        "channels.telegram.allowFrom[1]": (2, True),
        "tools.media.audio.language": (3, False),
        "env.OPENROUTER_API_KEY": (4, True),
        "env.OTHER": (4, False),
    }
    assert "NO_TOKEN is not set or empty" in next(
        error.message for error in result.errors if "botToken" in error.path
    )
    assert result.config.tools.media.audio.language is None
    assert result.config.channels.telegram.allow_from == ("1", "2")


def test_a_secret_may_be_a_short_or_a_structured_reference(read: Read) -> None:
    text = """{
      models: { providers: { openrouter: { apiKey: "$MY_KEY" } } },
      channels: { telegram: {
        botToken: { source: "env", provider: "default", id: "MY_TOKEN" },
        webhookSecret: { source: "file", id: "/x" },
      } },
    }"""
    result = read(text, {"MY_KEY": "sk-or-9", "MY_TOKEN": "1:abc"})
    key = result.config.openrouter.api_key
    token = result.config.channels.telegram.bot_token
    assert key is not None
    assert key.get_secret_value() == "sk-or-9"
    assert token is not None
    assert token.get_secret_value() == "1:abc"
    assert [error.path for error in result.errors] == ["channels.telegram.webhookSecret"]
    assert 'source "env"' in result.errors[0].message


def test_the_environment_of_the_process_is_never_changed(read: Read) -> None:
    environ = {"A": "1"}
    result = read('{ env: { A: "2", B: "3" } }', environ)
    assert environ == {"A": "1"}
    assert result.environ["A"] == "1"
    with pytest.raises(TypeError):
        result.environ["B"] = "4"  # type: ignore[index]
