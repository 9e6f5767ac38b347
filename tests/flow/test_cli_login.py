"""Signing in from the command line, from the first address to the stored key."""

from __future__ import annotations

import socket
import stat
import sys
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.flow.desk import Desk
from tests.flow.stage import Control, Stage

ADDRESS = r"(http://\S+/auth\?\S+)\n"
LOGIN = ("models", "auth", "login", "--provider", "openrouter", "--method")
ANONYMOUS = "sk-or-anonymous"
BROWSER = """\
import sys, urllib.request
urllib.request.urlopen(sys.argv[1]).read()
"""


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def account(desk: Desk, key: str) -> Control:
    """The stand-in's account of another key."""
    return Control(desk.stage.http, f"{desk.stage.base}/sandbox/openrouter/{key}")


def signs_in(desk: Desk, address: str) -> str:
    """Where the browser ends after the person agreed."""
    return str(desk.stage.http.get(address).headers["location"])


def test_oauth_leads_from_the_address_over_the_pasted_one_to_a_stored_key(desk: Desk) -> None:
    command = desk.begins(*LOGIN, "oauth", "--flow", "paste")
    address = command.reads(ADDRESS)
    callback = parse_qs(urlsplit(address).query)["callback_url"][0]
    assert callback.startswith("http://localhost:3000/openrouter-oauth/callback?state=")
    ended_at = signs_in(desk, address)
    code = parse_qs(urlsplit(ended_at).query)["code"][0]
    command.answers(code)  # a bare code proves nothing
    command.reads("(no code in that)")
    command.answers(ended_at)

    assert command.ends() == 0, command.heard
    profile = desk.stored()
    assert profile["provider"] == "openrouter"
    assert profile["type"] == "api_key"
    assert profile["displayName"] == "OpenRouter user_sandbox"
    assert profile["metadata"] == {"authFlow": "oauth-pkce", "userId": "user_sandbox"}
    assert stat.S_IMODE(desk.profiles.stat().st_mode) == 0o600
    assert profile["key"] not in command.heard
    asked = account(desk, profile["key"]).get("calls", endpoint="key")["calls"]
    assert len(asked) == 1, "the new key was tested"


def test_a_browser_on_this_machine_brings_the_code_back_by_itself(desk: Desk) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 3000))  # the callback's port is fixed: this test needs it free
    script = desk.stage.folder / "browser.py"
    script.write_text(BROWSER)
    command = desk.begins(
        *LOGIN, "oauth", "--flow", "browser", BROWSER=f"{sys.executable} {script} %s &"
    )

    assert command.ends() == 0, command.heard
    assert desk.stored()["metadata"]["authFlow"] == "oauth-pkce"


def test_a_code_read_off_the_screen_is_enough_where_no_browser_is(desk: Desk) -> None:
    command = desk.begins(*LOGIN, "oauth", "--flow", "code")
    address = command.reads(ADDRESS)
    assert "callback_url" not in address
    page = desk.stage.http.get(address).text
    command.answers(page.partition("<code>")[2].partition("</code>")[0])

    assert command.ends() == 0, command.heard
    assert desk.stored()["key"].startswith("sk-or-v1-")


def test_a_foreign_state_and_a_used_code_give_no_key(desk: Desk) -> None:
    command = desk.begins(*LOGIN, "oauth", "--flow", "paste")
    ended_at = signs_in(desk, command.reads(ADDRESS))
    for _ in range(3):
        command.answers(ended_at.replace("state=", "state=0"))
    assert command.ends() == 1
    assert "another sign-in" in command.heard

    command = desk.begins(*LOGIN, "oauth", "--flow", "paste")
    ended_at = signs_in(desk, command.reads(ADDRESS))
    code = parse_qs(urlsplit(ended_at).query)["code"][0]
    command.answers(ended_at.replace(code, "another_code"))
    assert command.ends() == 1
    assert "key exchange failed (403): Invalid code" in command.heard
    assert "another_code" not in command.heard
    assert not desk.profiles.exists()


def test_a_key_from_standard_input_replaces_a_stale_one_of_the_environment(desk: Desk) -> None:
    fresh, stale = f"{desk.stage.key}-fresh", f"{desk.stage.key}-stale"
    done = desk.runs(*LOGIN, "api-key", typed=f"{fresh}\n", key=stale)
    assert done.returncode == 0, done.stderr
    assert fresh not in done.stdout + done.stderr
    assert desk.stored()["metadata"] == {"authFlow": "api-key"}
    assert "speech uses OPENROUTER_API_KEY" in done.stderr

    run = desk.runs("infer", "model", "run", "--local", "--prompt", "hello", key=stale)
    assert run.returncode == 0, run.stderr
    spoken = desk.stage.folder / "a.wav"
    said = desk.runs("infer", "tts", "convert", "--text", "Hi.", "--output", str(spoken), key=stale)
    assert said.returncode == 0, said.stderr
    assert account(desk, fresh).get("calls", endpoint="chat")["calls"]
    assert not account(desk, stale).get("calls", endpoint="chat")["calls"]
    assert account(desk, stale).get("calls", endpoint="speech")["calls"]

    alone = desk.runs("infer", "tts", "convert", "--text", "Hi.", "--output", str(spoken), key="")
    assert alone.returncode == 0, alone.stderr
    assert len(account(desk, fresh).get("calls", endpoint="speech")["calls"]) == 1

    refused = {"endpoint": "speech", "kind": "status", "status": 401}
    account(desk, stale).post("faults", [refused])
    call = ("infer", "tts", "convert", "--text", "Hi.", "--output", str(spoken))
    again = desk.runs(*call, key=stale)
    assert again.returncode == 0, again.stderr
    assert len(account(desk, fresh).get("calls", endpoint="speech")["calls"]) == 2


def test_a_refused_key_is_not_stored_and_the_old_one_stays(desk: Desk) -> None:
    assert desk.runs(*LOGIN, "api-key", typed=f"{desk.stage.key}\n").returncode == 0
    bad = f"{desk.stage.key}-bad"
    account(desk, bad).post("faults", [{"endpoint": "key", "kind": "status", "status": 401}])
    done = desk.runs(*LOGIN, "api-key", typed=f"{bad}\n")
    assert done.returncode == 1
    assert "refused the key" in done.stderr
    assert bad not in done.stderr
    assert desk.stored()["key"] == desk.stage.key


def test_a_broken_exchange_ends_in_one_sentence(desk: Desk) -> None:
    fault = {"endpoint": "auth_keys", "kind": "html", "status": 502}
    account(desk, ANONYMOUS).post("faults", [fault])
    command = desk.begins(*LOGIN, "oauth", "--flow", "paste")
    command.answers(signs_in(desk, command.reads(ADDRESS)))
    assert command.ends() == 1
    assert "key exchange failed (502)" in command.heard
    assert "Traceback" not in command.heard
