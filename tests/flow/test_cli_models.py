"""`parley models`: choosing, listing and showing models."""

from __future__ import annotations

import json

import pytest

from tests.flow.desk import Desk, mode_of
from tests.flow.stage import Stage


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def test_set_changes_the_model_and_keeps_every_comment(desk: Desk) -> None:
    before = desk.config.read_text()
    done = desk.runs("models", "set", "openrouter/openrouter/fusion")
    assert done.returncode == 0, done.stderr
    after = desk.config.read_text()
    added = '      model: { primary: "openrouter/openrouter/fusion" },\n'
    assert added in after
    assert after.replace(added, "") == before

    desk.runs("models", "set", "openrouter/moonshotai/kimi-k2.6")
    assert desk.config.read_text() == after.replace("openrouter/fusion", "moonshotai/kimi-k2.6")
    assert desk.prints("models", "status")["model"] == "openrouter/moonshotai/kimi-k2.6"


def test_set_follows_the_short_form_of_the_file(desk: Desk) -> None:
    desk.config.write_text("{ agents: { defaults: { model: 'openrouter/auto' /* mine */ } } }")
    assert desk.runs("models", "set", "anthropic/claude-sonnet-4.6").returncode == 0
    model = '"openrouter/anthropic/claude-sonnet-4.6" /* mine */'
    assert desk.config.read_text() == f"{{ agents: {{ defaults: {{ model: {model} }} }} }}"


def test_set_makes_a_private_file_where_none_is(desk: Desk) -> None:
    desk.config.unlink()
    assert desk.runs("models", "set", "auto").returncode == 0
    assert desk.prints("models", "status")["model"] == "openrouter/auto"
    assert mode_of(desk.config) == 0o600


def test_set_refuses_an_unknown_provider_and_leaves_the_file_alone(desk: Desk) -> None:
    before = desk.config.read_text()
    done = desk.runs("models", "set", "nosuch/model")
    assert done.returncode == 2
    assert "Unknown provider 'nosuch'" in done.stderr
    assert desk.config.read_text() == before


def test_set_in_a_broken_file_says_where_it_is_broken(desk: Desk) -> None:
    desk.config.write_text("{\n  half: ")
    done = desk.runs("models", "set", "auto")
    assert done.returncode == 2
    assert "config.json5:1:" in done.stderr
    assert desk.config.read_text() == "{\n  half: "


def test_list_shows_bundled_configured_and_catalogued_models(desk: Desk) -> None:
    desk.runs("models", "set", "openrouter/moonshotai/kimi-k2.6")
    rows = {row["ref"]: row for row in desk.prints("models", "list")["models"]}
    assert rows["openrouter/moonshotai/kimi-k2.6"]["role"] == "primary"
    assert rows["openrouter/auto"]["retired"] is False
    assert rows["openrouter/openrouter/hunter-alpha"]["retired"] is True
    assert rows["openrouter/anthropic/claude-sonnet-4.6"]["promptUsdPerM"] == 3
    assert not [ref for ref in rows if "whisper" in ref]

    plain = desk.runs("models", "list", "--search", "alpha").stdout.splitlines()
    assert len(plain) == 2
    assert all(line.endswith("retired") for line in plain)


def test_list_goes_on_without_a_catalogue(desk: Desk) -> None:
    desk.stage.openrouter.post(
        "faults", [{"endpoint": "models", "times": None, "kind": "status", "status": 500}]
    )
    done = desk.runs("models", "list", "--json")
    assert done.returncode == 0
    assert "could not be fetched" in done.stderr
    assert len(json.loads(done.stdout)["models"]) == 6


def test_list_without_a_key_says_that_there_is_none(desk: Desk) -> None:
    done = desk.runs("models", "list", key="")
    assert done.returncode == 0
    assert "There is no OpenRouter key" in done.stderr
    assert "refused" not in done.stderr
    assert "openrouter/auto" in done.stdout


def test_a_wrong_telegram_block_is_told_and_stops_nothing_here(desk: Desk) -> None:
    desk.config.write_text(
        desk.config.read_text().replace("telegram: {", "telegram: { botToken: 'x',")
    )
    done = desk.runs("models", "status")
    assert done.returncode == 0
    assert "botToken" in done.stderr


def test_status_names_the_places_of_the_keys_and_never_a_key(desk: Desk) -> None:
    desk.add("  messages: { tts: { providers: { openrouter: { apiKey: 'sk-or-hush' } } } },")
    for form in ((), ("--json",)):
        done = desk.runs("models", "status", *form)
        assert done.returncode == 0
        assert "OPENROUTER_API_KEY" in done.stdout
        assert "messages.tts.providers.openrouter.apiKey" in done.stdout
        assert desk.stage.key not in done.stdout + done.stderr
        assert "hush" not in done.stdout + done.stderr
    assert desk.runs("models").stdout == desk.runs("models", "status").stdout


def test_a_file_of_comments_alone_can_be_set(desk: Desk) -> None:
    desk.config.write_text("// all defaults so far\n")
    done = desk.runs("models", "set", "openrouter/moonshotai/kimi-k2.6")
    assert done.returncode == 0, done.stderr
    assert "// all defaults so far" in desk.config.read_text()
    assert "kimi-k2.6" in desk.config.read_text()
