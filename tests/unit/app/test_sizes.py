"""How large files may be: what the configuration says, and never more than the server takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.app.settings import telegram_settings, turn_settings
from bot.config.load import Loaded, load

MB = 1_000_000
ROOTS = {"trustedLocalFileRoots": ["/var/lib/telegram-bot-api"]}
OWN = {"apiRoot": "http://127.0.0.1:8081"}


def read(tmp_path: Path, telegram: dict[str, Any]) -> Loaded:
    path = tmp_path / "config.json5"
    path.write_text(json.dumps({"channels": {"telegram": telegram}}))
    return load(path=path, environ={"TELEGRAM_BOT_TOKEN": "123456:abcdefghijklmnopqrstuvwxyz"})


@pytest.mark.parametrize(
    ("telegram", "down_mb", "up_mb"),
    [
        ({}, 20, 50),
        ({"mediaMaxMb": 30}, 20, 30),
        ({"mediaMaxMb": 5}, 5, 5),
        (OWN, 20, 50),
        ({**OWN, **ROOTS}, 100, 100),
        ({**OWN, **ROOTS, "mediaMaxMb": 1_500.5}, 1_500.5, 1_500.5),
        ({**OWN, **ROOTS, "mediaMaxMb": 9_000}, 2_000, 2_000),
        ({**OWN, "trustedLocalFileRoots": []}, 20, 50),
    ],
)
def test_the_smaller_of_what_is_configured_and_what_the_server_takes(
    tmp_path: Path, telegram: dict[str, Any], down_mb: float, up_mb: float
) -> None:
    loaded = read(tmp_path, telegram)
    settings = telegram_settings(loaded)
    assert settings is not None
    assert not loaded.errors
    assert settings.download_limit_bytes == round(down_mb * MB)
    assert settings.upload_limit_bytes == round(up_mb * MB)
    assert turn_settings(loaded.config).download_limit_bytes == settings.download_limit_bytes


def test_trusted_folders_reach_the_channel_and_are_no_unknown_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    loaded = read(tmp_path, {"trustedLocalFileRoots": ["/var/lib/telegram-bot-api", " ~/tg "]})
    settings = telegram_settings(loaded)
    assert settings is not None
    assert settings.local_file_roots == (Path("/var/lib/telegram-bot-api"), Path("/home/ada/tg"))
    assert not loaded.errors
    assert not [
        note for note in (*loaded.warnings, *loaded.notes) if "trustedLocalFileRoots" in str(note)
    ]


@pytest.mark.parametrize("roots", [["files"], ["/ok", "../files"], ["~nobody-of-that-name/x"], [7]])
def test_a_folder_without_its_whole_path_is_told(tmp_path: Path, roots: list[object]) -> None:
    errors = read(tmp_path, {"trustedLocalFileRoots": roots}).errors
    assert ["trustedLocalFileRoots" in error.path for error in errors] == [True]


@pytest.mark.parametrize(("telegram", "wait_s"), [({}, 30), (ROOTS, 120)])
def test_a_local_server_may_take_the_time_of_a_download_to_name_a_file(
    tmp_path: Path, telegram: dict[str, Any], wait_s: float
) -> None:
    settings = telegram_settings(read(tmp_path, telegram))
    assert settings is not None
    assert settings.locate_timeout_s == wait_s
