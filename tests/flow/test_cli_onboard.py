"""`parley onboard` and `parley status`: a new bot set up, and how it stands."""

from __future__ import annotations

import pytest

from tests.flow.desk import Desk, mode_of
from tests.flow.stage import Stage


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def test_onboarding_without_questions_stores_tests_and_keeps_comments(desk: Desk) -> None:
    before = desk.config.read_text()
    done = desk.runs(
        "onboard",
        "--non-interactive",
        *("--auth-choice", "openrouter-api-key", "--openrouter-api-key", desk.stage.key),
        *("--telegram-token", desk.stage.token, "--owner", "12345", "--probe"),
        key="",
    )
    assert done.returncode == 0, done.stderr
    assert desk.stored()["key"] == desk.stage.key
    after = desk.config.read_text()
    kept = [line for line in before.splitlines() if "// " in line or "/*" in line]
    assert [line for line in kept if line not in after] == []
    assert 'primary: "openrouter/auto"' in after
    assert '"openrouter/auto": { alias: "OpenRouter" }' in after
    assert f'botToken: "{desk.stage.token}"' in after
    assert "allowFrom: [12345]" in after
    assert mode_of(desk.config) == 0o600
    assert desk.stage.telegram_calls("getMe")
    assert len(desk.stage.upstream_calls("chat")) == 1
    for secret in (desk.stage.key, desk.stage.token):
        assert secret not in done.stdout + done.stderr


def test_onboarding_again_changes_nothing_that_is_set(desk: Desk) -> None:
    desk.config.write_text(
        f"{{ models: {{ providers: {{ openrouter: {{ baseUrl: '{desk.stage.base}/api/v1' }} }} }},"
        f" channels: {{ telegram: {{ apiRoot: '{desk.stage.base}', allowFrom: ['7'] }} }},"
        " agents: { defaults: { model: { primary: 'openrouter/moonshotai/kimi-k2.6' }, // mine\n"
        "   models: { 'openrouter/auto': { alias: 'Router' } } } } }"
    )
    before = desk.config.read_text()
    done = desk.runs("onboard", "--non-interactive", TELEGRAM_BOT_TOKEN=desk.stage.token)
    assert done.returncode == 0, done.stderr
    assert desk.config.read_text() == before
    assert not desk.profiles.exists(), "a key of the environment stays there"
    assert not desk.stage.upstream_calls("chat"), "nothing is paid unasked"


def test_onboarding_asks_for_what_is_missing(desk: Desk) -> None:
    answers = ["openrouter-api-key", desk.stage.key, desk.stage.token, "", "n"]
    done = desk.runs("onboard", typed="\n".join(answers) + "\n", key="")
    assert done.returncode == 0, done.stderr
    assert "prints a link" in done.stderr
    assert desk.stored()["key"] == desk.stage.key


def test_a_refused_token_ends_onboarding_without_showing_it(desk: Desk) -> None:
    refused = {"method": "getMe", "kind": "status", "status": 401, "description": "Unauthorized"}
    desk.stage.telegram.post("faults", refused)
    done = desk.runs("onboard", "--non-interactive", "--telegram-token", desk.stage.token)
    assert done.returncode == 1
    assert "Telegram refused the bot token" in done.stderr
    assert desk.stage.token not in done.stderr


@pytest.mark.parametrize(
    "wrong", [("--telegram-token", "not-a-token"), ("--owner", "ada"), ("--owner", "١٢")]
)
def test_options_that_cannot_be_right_are_refused_before_anything_is_written(
    desk: Desk, wrong: tuple[str, str]
) -> None:
    before = desk.config.read_text()
    given = ("--openrouter-api-key", desk.stage.key)
    done = desk.runs("onboard", "--non-interactive", *given, *wrong, key="")
    assert done.returncode == 2
    assert desk.config.read_text() == before
    assert not desk.profiles.exists()


def test_status_of_a_new_place_is_modest(desk: Desk) -> None:
    facts = desk.prints("status")
    assert facts["running"] is False
    assert facts["spent"] == []
    assert facts["openTurns"] == 0
    assert facts["key"]["status"] == "ok"
    assert not desk.stage.state_dir.exists(), "looking makes nothing"


def test_status_tells_limit_balance_spending_and_that_a_bot_runs(desk: Desk) -> None:
    desk.stage.openrouter.post("settings", {"account": {"credit_usd": 5}})
    desk.stage.start()
    desk.stage.says("hello")
    desk.stage.awaits_settled()
    facts = desk.prints("status")
    assert facts["running"] is True
    assert facts["key"]["limitUsd"] == 5
    assert 0 < facts["key"]["remainingUsd"] < 5
    assert 0 < facts["balanceUsd"] < 5
    (today,) = facts["spent"]
    assert today["calls"] >= 1
    assert today["usd"] > 0

    plain = desk.runs("status")
    assert "running" in plain.stdout
    assert "$5.00" in plain.stdout
    assert desk.stage.key not in plain.stdout + plain.stderr


def test_status_says_when_the_key_is_refused_or_nobody_answers(desk: Desk) -> None:
    faults = [{"endpoint": "key", "kind": "status", "status": status} for status in (401, 500, 500)]
    desk.stage.openrouter.post("faults", faults)
    assert desk.prints("status")["key"]["status"] == "refused"
    assert desk.prints("status")["key"]["status"].startswith("not known")
    assert desk.prints("status", key="")["key"]["status"] == "missing"
