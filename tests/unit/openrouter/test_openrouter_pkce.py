"""Signing in: the address, what may be pasted back, and the file that keeps the key."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from bot.errors import StartError
from bot.openrouter.keys import KeySources, Secret, chat_key, read_profiles, speech_key
from bot.openrouter.login import Addresses, Attempt, LoginFailed, pasted_code, shown_code
from bot.openrouter.profiles import Credential, ProfileFile, store_profile

ATTEMPT = Attempt(verifier="v" * 43, state="ab" * 32)
GOOD = f"code=c-1&state={ATTEMPT.state}"


def test_an_attempt_has_fresh_secrets_of_the_right_form() -> None:
    one, two = Attempt.fresh(), Attempt.fresh()
    assert one != two
    assert len(base64.urlsafe_b64decode(one.verifier + "=")) == 32
    assert len(bytes.fromhex(one.state)) == 32
    assert "=" not in one.verifier


def test_the_address_carries_challenge_and_callback_with_the_state_inside() -> None:
    parts = urlsplit(ATTEMPT.address(Addresses()))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://openrouter.ai/auth"
    digest = hashlib.sha256(ATTEMPT.verifier.encode()).digest()
    assert parse_qsl(parts.query) == [
        (
            "callback_url",
            f"http://localhost:3000/openrouter-oauth/callback?state={ATTEMPT.state}",
        ),
        ("code_challenge", base64.urlsafe_b64encode(digest).decode().rstrip("=")),
        ("code_challenge_method", "S256"),
    ]


def test_without_a_callback_the_address_has_neither_callback_nor_state() -> None:
    query = parse_qs(urlsplit(ATTEMPT.address(Addresses(), callback="")).query)
    assert sorted(query) == ["code_challenge", "code_challenge_method"]


@pytest.mark.parametrize(
    ("base_url", "page", "keys"),
    [
        ("", "https://openrouter.ai/auth", "https://openrouter.ai/api/v1/auth/keys"),
        (
            "https://proxy.example/v1",
            "https://openrouter.ai/auth",
            "https://openrouter.ai/api/v1/auth/keys",
        ),
        (
            "http://127.0.0.1:8/api/v1",
            "http://127.0.0.1:8/auth",
            "http://127.0.0.1:8/api/v1/auth/keys",
        ),
    ],
)
def test_people_sign_in_at_openrouter_unless_a_stand_in_runs_here(
    base_url: str, page: str, keys: str
) -> None:
    assert Addresses.of(base_url) == Addresses(page=page, keys=keys)


@pytest.mark.parametrize(
    "pasted",
    [
        f"http://localhost:3000/openrouter-oauth/callback?{GOOD}",
        f"  http://localhost:3000/openrouter-oauth/callback?{GOOD}#top \n",
        GOOD,
        f"?{GOOD}",
        f"localhost:3000/openrouter-oauth/callback?{GOOD}",
        f"state={ATTEMPT.state}&code=c-1",
    ],
)
def test_an_address_or_its_query_is_accepted(pasted: str) -> None:
    assert pasted_code(pasted, ATTEMPT) == "c-1"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("c-1", "no code"),
        ("", "no code"),
        ("code=c-1", "another sign-in"),
        (f"code=c-1&state={'cd' * 32}", "another sign-in"),
        (f"code=&state={ATTEMPT.state}", "no code"),
        (f"http://localhost:3000/x?state={ATTEMPT.state}", "no code"),
        ("http://localhost:3000/x?error=access_denied", "access_denied"),
    ],
)
def test_a_bare_code_or_a_foreign_state_is_refused(pasted: str, said: str) -> None:
    with pytest.raises(LoginFailed, match=said):
        pasted_code(pasted, ATTEMPT)


def test_a_code_from_the_screen_may_be_bare() -> None:
    assert shown_code(" auth_code-1 \n") == "auth_code-1"
    assert shown_code("https://openrouter.ai/x?code=abcd") == "abcd"
    for wrong in ("", "a b", "x" * 2000):
        with pytest.raises(LoginFailed):
            shown_code(wrong)


def test_a_profile_is_stored_in_the_shape_that_others_read_and_for_the_owner_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state" / "profiles.json"
    store_profile(path, Credential(Secret("sk-or-1"), "oauth-pkce", "user_7"))
    assert json.loads(path.read_text())["profiles"]["openrouter:default"] == {
        "type": "api_key",
        "provider": "openrouter",
        "key": "sk-or-1",
        "displayName": "OpenRouter user_7",
        "metadata": {"authFlow": "oauth-pkce", "userId": "user_7"},
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["profiles.json"]


def test_an_open_file_becomes_private_and_other_profiles_stay(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    other = {"provider": "openrouter", "key": "w"}
    path.write_text(json.dumps({"profiles": {"openrouter:work": other}, "order": ["x"]}))
    path.chmod(0o644)
    store_profile(path, Credential(Secret("sk-or-1"), "api-key"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(read_profiles(path)) == ["openrouter:default", "openrouter:work"]
    assert json.loads(path.read_text())["order"] == ["x"]


@pytest.mark.parametrize("content", ["{ half", "[]", '{"profiles": 3}'])
def test_a_damaged_file_is_kept_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "profiles.json"
    path.write_text(content)
    store_profile(path, Credential(Secret("sk-or-1"), "api-key"))
    assert list(read_profiles(path)) == ["openrouter:default"]
    assert (tmp_path / "profiles.json.damaged").read_text() == content


def test_a_folder_that_cannot_be_made_is_named_without_the_key(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match=r"profiles\.json") as failed:
        store_profile(tmp_path / "file" / "profiles.json", Credential(Secret("sk-or-1"), "api-key"))
    assert "sk-or-1" not in str(failed.value)


def test_a_renewed_key_is_seen_without_a_restart_and_beats_a_stale_environment(
    tmp_path: Path,
) -> None:
    path = tmp_path / "profiles.json"
    file, stale = ProfileFile(path), Secret("sk-or-stale")

    def chat() -> str:
        found = chat_key(KeySources(env=stale, profiles=file.keys()))
        return found.key.reveal() if found else ""

    assert chat() == "sk-or-stale"
    for key in ("sk-or-1", "sk-or-2"):
        store_profile(path, Credential(Secret(key), "api-key"))
        assert chat() == key
    # Speech keeps the order of the seeds: environment before profile.
    speech = speech_key(KeySources(env=stale, profiles=file.keys()))
    assert speech is not None
    assert speech.source == "environment"
    path.unlink()
    assert chat() == "sk-or-stale"
