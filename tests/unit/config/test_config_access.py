"""Who is answered, and with which token (facts/behaviour.md A1, A3, A4, L2, L6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config.load import Loaded, load, telegram_token
from bot.config.paths import config_path, default_state_dir
from bot.errors import ConfigError

Read = Callable[..., Loaded]


def test_prefixes_before_ids_make_no_difference(read: Read) -> None:
    result = read("""{ channels: { telegram: {
      allowFrom: [12, "13", "tg:14", "Telegram: 15", "*"],
      groupAllowFrom: ["telegram:16"],
      groups: { "telegram:-1001": { allowFrom: ["tg:17"] }, "*": {} } } } }""")
    telegram = result.config.channels.telegram
    assert (result.errors, result.warnings) == ((), ())
    assert telegram.allow_from == ("12", "13", "14", "15", "*")
    assert telegram.group_allow_from == ("16",)
    assert telegram.groups is not None
    assert set(telegram.groups) == {"-1001", "*"}
    assert telegram.groups["-1001"].allow_from == ("17",)


@pytest.mark.parametrize(
    "keys",
    [
        "dmPolicy: 'open'",
        "dmPolicy: 'open', allowFrom: [1]",
        "dmPolicy: 'allowlist'",
        "dmPolicy: 'allowlist', allowFrom: []",
        "dmPolicy: 'allowlist', allowFrom: ['@me']",
    ],
)
def test_open_needs_a_star_and_an_allowlist_needs_somebody(read: Read, keys: str) -> None:
    result = read(f"{{ channels: {{ telegram: {{\n {keys} }} }} }}")
    assert [(error.path, error.line, error.fatal) for error in result.errors] == [
        ("channels.telegram.dmPolicy", 2, True)
    ]


@pytest.mark.parametrize(
    "keys",
    [
        "dmPolicy: 'open', allowFrom: ['*']",
        "dmPolicy: 'open', allowFrom: [1, '*']",
        "dmPolicy: 'allowlist', allowFrom: ['tg:1']",
        "dmPolicy: 'pairing'",
        "dmPolicy: 'disabled'",
    ],
)
def test_a_policy_that_fits_its_list_is_fine(read: Read, keys: str) -> None:
    assert read(f"{{ channels: {{ telegram: {{\n {keys} }} }} }}").errors == ()


def test_a_group_among_the_people_is_diagnosed_and_left_out(read: Read) -> None:
    result = read("{ channels: { telegram: { groupAllowFrom: [\n1,\n-1001] } } }")
    assert result.config.channels.telegram.group_allow_from == ("1",)
    assert [(e.path, e.line, e.fatal) for e in result.errors] == [
        ("channels.telegram.groupAllowFrom[1]", 3, False)
    ]
    assert "list it under groups" in result.errors[0].message


def test_names_and_access_groups_warn_because_they_match_nobody(read: Read) -> None:
    result = read("""{ channels: { telegram: {
      allowFrom: [1, "@me", "accessGroup:ops"], groups: { "@room": {}, "5": {} } } } }""")
    assert not result.errors
    assert result.config.channels.telegram.allow_from == ("1",)
    assert [warning.path for warning in result.warnings] == [
        "channels.telegram.allowFrom[1]",
        "channels.telegram.allowFrom[2]",
        'channels.telegram.groups["@room"]',
        'channels.telegram.groups["5"]',
    ]


def test_the_token_file_goes_before_the_token_and_the_token_before_the_variable(
    read: Read, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("3:file\n")
    environ = {"TELEGRAM_BOT_TOKEN": "1:env"}
    token_file = f"tokenFile: '{tmp_path / 'token'}'"

    def token(keys: str) -> str | None:
        return telegram_token(read(f"{{ channels: {{ telegram: {{ {keys} }} }} }}", environ))

    assert token(f"{token_file}, botToken: '2:config'") == "3:file"
    assert token("botToken: '2:config'") == "2:config"
    assert token("botToken: ''") == "1:env"
    assert token("") == "1:env"
    assert telegram_token(load(path=None, environ={})) is None


def test_a_token_file_must_be_a_regular_file_with_a_token(read: Read, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("3:file")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "bad").write_text("hush hush")
    (tmp_path / "empty").write_text("")
    for name, said in {
        "link": "is a symbolic link",
        ".": "is not a regular file",
        "gone": "can't be read",
        "bad": "is not a bot token",
        "empty": "is empty",
    }.items():
        keys = f"tokenFile: '{tmp_path / name}', botToken: '2:config'"
        result = read(f"{{ channels: {{ telegram: {{ {keys} }} }} }}")
        assert [(error.path, error.fatal) for error in result.errors] == [
            ("channels.telegram.tokenFile", True)
        ]
        assert said in result.errors[0].message
        assert "hush" not in result.errors[0].message
        with pytest.raises(ConfigError, match=r"^channels\.telegram\.tokenFile: "):
            telegram_token(result)


def test_wrong_secrets_in_the_environment_stop_the_bot_unseen() -> None:
    environ = {"TELEGRAM_BOT_TOKEN": "hush hush", "OPENROUTER_API_KEY": "hush\nhush"}
    result = load(path=None, environ=environ)
    assert [(error.path, error.fatal) for error in result.errors] == [
        ("TELEGRAM_BOT_TOKEN", True),
        ("OPENROUTER_API_KEY", True),
    ]
    assert result.fatal == result.errors
    assert not any("hush" in error.message for error in result.errors)


def test_the_state_folder_and_the_file_are_found(tmp_path: Path) -> None:
    assert default_state_dir({"HOME": "/home/ada"}) == Path("/home/ada/.parley")
    assert default_state_dir({"PARLEY_STATE_DIR": "~/s", "HOME": "/h"}) == Path("/h/s")
    assert config_path({}, tmp_path) is None
    (tmp_path / "config.json5").write_text("{}")
    assert config_path({}, tmp_path) == tmp_path / "config.json5"
    assert config_path({"PARLEY_CONFIG": "/x/y.json5"}, tmp_path) == Path("/x/y.json5")


@pytest.mark.parametrize("key", ["provider", "type"])
def test_services_other_than_openrouter_are_told(read: Read, key: str) -> None:
    value = {"provider": "groq", "type": "cli"}[key]
    result = read(f"""{{
      tools: {{ media: {{ audio: {{ models: [{{ {key}: "{value}", model: "m" }}] }} }} }},
      messages: {{ tts: {{ provider: "elevenlabs" }} }} }}""")
    assert [warning.path for warning in result.warnings] == [
        "messages.tts.provider",
        "tools.media.audio.models[0]",
    ]
