"""Speech and transcription go where the configuration sends them, with the headers named there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback_upstream import KEY, FakeClock, Reply, as_json, upstream

from bot.app import voices
from bot.app.keyring import Keyring
from bot.app.settings import listeners, manner_settings, openrouter_settings, speech_settings
from bot.config.load import Loaded, load
from bot.errors import KeyRefused, RequestRejected
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.headers import request_headers
from bot.openrouter.keys import Secret
from bot.openrouter.profiles import Credential, store_profile
from bot.openrouter.retry import RetryRules
from bot.openrouter.route import Route
from bot.values.audio import Recording

NOTE = Recording(b"OggS-and-more", "ogg", 1.0)
HEARD = as_json({"text": "Hello"})
SPOKEN = Reply((b"\0\0",), headers={"content-type": "audio/pcm"})
REFUSED = as_json({"error": {"code": 401, "message": "no"}}, 401)
FAILED = as_json({"error": {"code": 404, "message": "no"}}, 404)
WORK = Secret("sk-or-v1-work")
ENVIRON = {"OPENROUTER_API_KEY": KEY.reveal()}


def loaded(folder: Path, *, provider: Any = None, audio: Any = None, speech: Any = None) -> Loaded:
    path = folder / "config.json5"
    config = {
        "models": {"providers": {"openrouter": provider or {}}},
        "tools": {"media": {"audio": audio or {}}},
        "messages": {"tts": {"providers": {"openrouter": speech or {}}}},
    }
    path.write_text(json.dumps(config), "utf-8")
    found = load(path=path, environ=ENVIRON)
    assert not [finding.message for finding in (*found.errors, *found.warnings, *found.notes)]
    return found


def client_of(found: Loaded) -> OpenRouterClient:
    return OpenRouterClient(
        openrouter_settings(found.config),
        clock=FakeClock(),
        key=lambda: KEY,
        retry=RetryRules(jitter=lambda: 0.0),
    )


async def hear(found: Loaded, *, language: str = "") -> str:
    async with client_of(found) as client:
        assert found.source is not None
        keys = Keyring(found, found.source.parent)
        ears = voices.transcriber(found.config, client, keys)
        return (await ears.transcribe(NOTE, language=language)).text


async def speak(found: Loaded, folder: Path) -> None:
    async with client_of(found) as client:
        keys = Keyring(found, folder)
        await voices.synthesizer(found.config, client, keys).speak(
            "Hello.", manner_settings(found.config).voice
        )


async def test_without_an_address_of_their_own_both_go_where_chat_goes(tmp_path: Path) -> None:
    async with upstream(HEARD, SPOKEN) as main:
        found = loaded(tmp_path, provider={"baseUrl": main.url, "headers": {"X-Team": "a"}})
        await hear(found)
        await speak(found, tmp_path)
    assert [seen.path for seen in main.seen] == [
        "/api/v1/audio/transcriptions",
        "/api/v1/audio/speech",
    ]
    assert {seen.headers["x-team"] for seen in main.seen} == {"a"}


async def test_the_address_of_a_candidate_wins_over_that_of_all_and_this_over_the_providers(
    tmp_path: Path,
) -> None:
    async with upstream(HEARD) as main, upstream(FAILED) as shared, upstream(HEARD) as own:
        last = {"model": "c/three", "baseUrl": f"{own.url}?tenant=a"}
        audio = {"baseUrl": shared.url, "models": [{"model": "a/one"}, {"model": "b/two"}, last]}
        await hear(loaded(tmp_path, provider={"baseUrl": main.url}, audio=audio))
    assert main.seen == []
    assert [seen.json["model"] for seen in shared.seen] == ["a/one", "b/two"]
    assert [seen.path for seen in own.seen] == ["/api/v1/audio/transcriptions?tenant=a"]
    assert {seen.headers["authorization"] for seen in (*shared.seen, *own.seen)} == {
        f"Bearer {KEY.reveal()}"
    }


async def test_headers_of_the_candidate_win_over_those_of_all_whatever_their_case(
    tmp_path: Path,
) -> None:
    audio = {
        "headers": {"X-A": "audio", "X-B": "audio", "X-C": "audio"},
        "request": {"headers": {"x-c": "request"}},
        "models": [{"model": "a/one", "headers": {"x-b": "candidate"}}],
    }
    async with upstream(HEARD) as main:
        provider = {"baseUrl": main.url, "headers": {"x-a": "provider", "X-D": "provider"}}
        await hear(loaded(tmp_path, provider=provider, audio=audio))
    sent = main.seen[0].headers
    assert [sent[f"x-{name}"] for name in "abcd"] == ["audio", "candidate", "request", "provider"]


async def test_auth_of_transcription_replaces_the_key_there(tmp_path: Path) -> None:
    auth = {"mode": "header", "headerName": "X-Key", "value": "own"}
    async with upstream(HEARD) as main:
        audio = {"request": {"auth": auth}}
        await hear(loaded(tmp_path, provider={"baseUrl": main.url}, audio=audio))
    assert main.seen[0].headers["x-key"] == "own"
    assert "authorization" not in main.seen[0].headers


def test_time_for_one_attempt_is_the_candidates_else_that_of_all(tmp_path: Path) -> None:
    models = [{"model": "a/one", "timeoutSeconds": 3}, {"model": "b/two"}]
    found = loaded(tmp_path, audio={"timeoutSeconds": 20, "models": models})
    assert [listener.timeout_s for listener in listeners(found.config)] == [3, 20]


async def test_a_candidate_that_takes_longer_than_its_time_gives_way(tmp_path: Path) -> None:
    slow = {"model": "a/one", "timeoutSeconds": 0.1}
    async with upstream(Reply((b"{",), ending="hang")) as first, upstream(HEARD) as second:
        models = [{**slow, "baseUrl": first.url}, {"model": "b/two", "baseUrl": second.url}]
        await hear(loaded(tmp_path, audio={"models": models}))
    assert len(first.seen) == len(second.seen) == 1


async def test_each_candidate_has_its_own_language_unless_the_request_names_one(
    tmp_path: Path,
) -> None:
    models = [{"model": "a/one", "language": "de"}, {"model": "b/two"}]
    async with upstream(FAILED, HEARD, FAILED, HEARD) as main:
        audio = {"language": "en", "models": models}
        found = loaded(tmp_path, provider={"baseUrl": main.url}, audio=audio)
        await hear(found)
        await hear(found, language="fr")
    assert [seen.json["language"] for seen in main.seen] == ["de", "en", "fr", "fr"]


async def test_a_key_that_one_address_refuses_is_still_tried_at_another(tmp_path: Path) -> None:
    async with upstream(REFUSED) as main, upstream(HEARD) as own:
        models = [{"model": "a/one"}, {"model": "b/two"}, {"model": "c/three", "baseUrl": own.url}]
        audio = {"models": models}
        await hear(loaded(tmp_path, provider={"baseUrl": main.url}, audio=audio))
    assert [seen.json["model"] for seen in (*main.seen, *own.seen)] == ["a/one", "c/three"]


async def test_speech_has_its_own_address_and_key(tmp_path: Path) -> None:
    async with upstream(SPOKEN) as main, upstream(SPOKEN) as own:
        speech = {"baseUrl": own.url, "apiKey": "speech-key"}
        await speak(loaded(tmp_path, provider={"baseUrl": main.url}, speech=speech), tmp_path)
    assert main.seen == []
    assert own.seen[0].headers["authorization"] == "Bearer speech-key"


async def test_the_stored_sign_in_does_not_follow_speech_to_another_address(
    tmp_path: Path,
) -> None:
    store_profile(tmp_path / "profiles.json", Credential(KEY, "api-key"))
    async with upstream(SPOKEN) as main, upstream(REFUSED) as own:
        speech = {"baseUrl": own.url, "apiKey": "speech-key"}
        found = loaded(tmp_path, provider={"baseUrl": main.url}, speech=speech)
        with pytest.raises(KeyRefused):
            await speak(found, tmp_path)
    assert [seen.headers["authorization"] for seen in own.seen] == ["Bearer speech-key"]


@pytest.mark.parametrize(
    ("address", "verified"),
    [("https://eu.openrouter.ai/api/v1", True), ("https://proxy.example/v1", False)],
)
def test_attribution_goes_to_openrouters_own_addresses_alone(
    tmp_path: Path, address: str, *, verified: bool
) -> None:
    found = loaded(tmp_path, audio={"baseUrl": address}, speech={"baseUrl": address})
    for settings in (speech_settings(found.config), listeners(found.config)[0].settings):
        assert settings is not None
        headers = httpx.Headers(request_headers(settings, Route.of(settings.base_url), KEY))
        assert ("http-referer" in headers) is verified


def test_a_switch_that_transcription_has_no_use_for_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.json5"
    path.write_text("{tools: {media: {audio: {request: {allowPrivateNetwork: true}}}}}")
    (note,) = load(path=path, environ=ENVIRON).notes
    assert "tools.media.audio.request.allowPrivateNetwork" in note.message
    assert "without effect" in note.message


async def test_a_recording_that_is_too_large_for_one_candidate_goes_to_the_next(
    tmp_path: Path,
) -> None:
    models = [{"model": "a/one", "maxBytes": 5}, {"model": "b/two"}]
    async with upstream(HEARD) as main:
        await hear(loaded(tmp_path, provider={"baseUrl": main.url}, audio={"models": models}))
    assert [seen.json["model"] for seen in main.seen] == ["b/two"]


async def test_a_recording_that_is_too_large_for_all_costs_nothing(tmp_path: Path) -> None:
    async with upstream(HEARD) as main:
        found = loaded(tmp_path, provider={"baseUrl": main.url}, audio={"maxBytes": 5})
        with pytest.raises(RequestRejected) as caught:
            await hear(found)
    assert (main.seen, caught.value.sent) == ([], False)
    assert "shorter parts" in caught.value.sentence


async def test_a_candidate_uses_the_key_of_the_sign_in_it_names(tmp_path: Path) -> None:
    store_profile(tmp_path / "profiles.json", Credential(WORK, "api-key"), name="openrouter:work")
    models = [{"model": "a/one", "profile": "work"}, {"model": "b/two"}]
    async with upstream(FAILED, HEARD) as main:
        await hear(loaded(tmp_path, provider={"baseUrl": main.url}, audio={"models": models}))
    keys = [seen.headers["authorization"] for seen in main.seen]
    assert keys == [f"Bearer {WORK.reveal()}", f"Bearer {KEY.reveal()}"]


async def test_without_its_sign_in_a_candidate_is_passed_over_unless_it_is_only_preferred(
    tmp_path: Path,
) -> None:
    models = [
        {"model": "a/one", "profile": "openrouter:work"},
        {"model": "b/two", "preferredProfile": "openrouter:work"},
    ]
    async with upstream(HEARD) as main:
        await hear(loaded(tmp_path, provider={"baseUrl": main.url}, audio={"models": models}))
    (seen,) = main.seen
    assert (seen.json["model"], seen.headers["authorization"]) == (
        "b/two",
        f"Bearer {KEY.reveal()}",
    )


async def test_a_key_that_is_refused_is_not_the_end_for_another_sign_in(tmp_path: Path) -> None:
    store_profile(tmp_path / "profiles.json", Credential(WORK, "api-key"), name="openrouter:work")
    models = [{"model": "a/one"}, {"model": "b/two"}, {"model": "c/three", "profile": "work"}]
    async with upstream(REFUSED, HEARD) as main:
        await hear(loaded(tmp_path, provider={"baseUrl": main.url}, audio={"models": models}))
    assert [seen.json["model"] for seen in main.seen] == ["a/one", "c/three"]


async def test_a_refused_recording_is_put_into_words_about_recordings(tmp_path: Path) -> None:
    async with upstream(as_json({"error": {"code": 400, "message": "bad audio"}}, 400)) as main:
        with pytest.raises(RequestRejected) as caught:
            await hear(loaded(tmp_path, provider={"baseUrl": main.url}))
    assert "couldn't work with that recording" in caught.value.sentence
