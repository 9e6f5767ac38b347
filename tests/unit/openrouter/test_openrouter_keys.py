"""Which key is used, in which order, and that it never shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.openrouter.keys import KeySources, Secret, chat_key, read_profiles, speech_key

CONFIG, ENV, STORED, SPEECH = Secret("config"), Secret("env"), Secret("stored"), Secret("speech")
PROFILES = {"openrouter:default": STORED}


def source(found: object) -> str:
    return getattr(found, "source", "none")


def test_a_stored_profile_beats_the_environment_which_beats_the_config() -> None:
    assert source(chat_key(KeySources(CONFIG, ENV, PROFILES))) == "profile openrouter:default"
    assert source(chat_key(KeySources(CONFIG, ENV))) == "environment"
    assert source(chat_key(KeySources(CONFIG))) == "config"
    assert chat_key(KeySources()) is None


def test_api_key_mode_lets_the_configured_key_beat_everything() -> None:
    assert source(chat_key(KeySources(CONFIG, ENV, PROFILES, auth_mode="api-key"))) == "config"
    assert source(chat_key(KeySources(None, ENV, auth_mode="api-key"))) == "environment"


def test_the_environment_comes_first_when_asked_for() -> None:
    assert source(chat_key(KeySources(CONFIG, ENV, PROFILES, env_first=True))) == "environment"


def test_a_requested_profile_is_the_only_one_looked_at() -> None:
    asked = KeySources(CONFIG, ENV, PROFILES, requested_profile="openrouter:default")
    assert source(chat_key(asked)) == "profile openrouter:default"
    with pytest.raises(ConfigError, match="openrouter:work"):
        chat_key(KeySources(CONFIG, ENV, PROFILES, requested_profile="openrouter:work"))


def test_a_configured_profile_name_is_resolved_and_never_sent_as_a_key() -> None:
    named = Secret("openrouter:default")
    found = chat_key(KeySources(named, ENV, PROFILES))
    assert found is not None
    assert found.key == STORED
    for resolve in (chat_key, speech_key):
        with pytest.raises(ConfigError):
            resolve(KeySources(named, ENV))


def test_an_empty_profile_is_passed_over() -> None:
    profiles = {"openrouter:default": Secret(" "), "openrouter:b": STORED}
    assert source(chat_key(KeySources(None, ENV, profiles))) == "profile openrouter:b"


def test_speech_asks_its_own_key_then_the_providers_then_the_environment_then_a_profile() -> None:
    full = KeySources(CONFIG, ENV, PROFILES, speech=SPEECH)
    assert source(speech_key(full)) == "speech config"
    assert source(speech_key(KeySources(CONFIG, ENV, PROFILES))) == "config"
    assert source(speech_key(KeySources(None, ENV, PROFILES))) == "environment"
    assert source(speech_key(KeySources(None, None, PROFILES))) == "profile openrouter:default"
    assert speech_key(KeySources()) is None


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret(" sk-or-1\n")
    assert "sk-or" not in f"{secret} {secret!r} {KeySources(secret)!r}"
    assert secret.reveal() == "sk-or-1"
    assert not Secret("  ")


def test_profiles_are_read_with_the_default_first_and_strangers_left_out(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    stored = {
        "openrouter:work": {"provider": "openrouter", "key": "w"},
        "openai:default": {"provider": "openai", "key": "o"},
        "openrouter:broken": {"provider": "openrouter"},
        "openrouter:default": {"provider": "openrouter", "key": "d"},
    }
    path.write_text(json.dumps({"profiles": stored}))
    assert list(read_profiles(path)) == ["openrouter:default", "openrouter:work"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"profiles": 3}', '{"profiles": {"a": 1}}'])
def test_a_broken_profiles_file_holds_no_profiles(tmp_path: Path, content: str) -> None:
    path = tmp_path / "profiles.json"
    assert read_profiles(path) == {}
    path.write_text(content)
    assert read_profiles(path) == {}
