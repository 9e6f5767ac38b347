"""Signing in over real HTTP: the listener for the browser, and the exchange of the code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bot.openrouter.callback import WAIT_S, Callback, NoCallback, listening
from bot.openrouter.login import CALLBACK, Addresses, Attempt, Granted, LoginFailed, exchange
from bot.values.clock import SystemClock
from tests.contract.loopback_upstream import FakeClock, Reply, as_json, upstream

ATTEMPT = Attempt.fresh()
CODE = "auth_code_9f8e7d6c5b4a"
PATH = urlsplit(CALLBACK).path


class Waiting(SystemClock):
    """A clock on which nobody's patience ends."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@asynccontextmanager
async def browser(port: int) -> AsyncIterator[tuple[Callback, httpx.AsyncClient]]:
    address = f"http://127.0.0.1:{port}{PATH}"
    async with (
        listening(ATTEMPT, clock=Waiting(), address=address) as callback,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        yield callback, http


async def test_the_browser_that_brings_code_and_state_ends_the_wait(free_port: int) -> None:
    async with browser(free_port) as (callback, http):
        answer = await http.get(PATH, params={"state": ATTEMPT.state, "code": CODE})
        assert answer.status_code == 200
        assert "Signed in" in answer.text
        assert answer.headers["content-type"].startswith("text/html")
        assert await callback.code() == CODE


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "/", {"code": CODE, "state": ATTEMPT.state}, 404),
        ("GET", "/favicon.ico", {}, 404),
        ("POST", PATH, {"code": CODE, "state": ATTEMPT.state}, 405),
        ("GET", PATH, {"state": ATTEMPT.state}, 400),
        ("GET", PATH, {"code": CODE}, 400),
        ("GET", PATH, {"code": CODE, "state": "cd" * 32}, 400),
    ],
)
async def test_any_other_request_is_refused_and_the_wait_goes_on(
    free_port: int, method: str, path: str, query: dict[str, str], status: int
) -> None:
    async with browser(free_port) as (callback, http):
        answer = await http.request(method, path, params=query)
        assert answer.status_code == status
        assert answer.headers.get("allow") == ("GET" if status == 405 else None)
        assert CODE not in answer.text
        await http.get(PATH, params={"state": ATTEMPT.state, "code": "the-right-one"})
        assert await callback.code() == "the-right-one"


async def test_a_refusal_at_openrouter_ends_the_login(free_port: int) -> None:
    async with browser(free_port) as (callback, http):
        answer = await http.get(PATH, params={"error": "access_denied"})
        assert answer.status_code == 400
        with pytest.raises(LoginFailed, match="access_denied"):
            await callback.code()


async def test_a_connection_that_asks_nothing_disturbs_nobody(free_port: int) -> None:
    async with browser(free_port) as (callback, http):
        _, silent = await asyncio.open_connection("127.0.0.1", free_port)
        _, rude = await asyncio.open_connection("127.0.0.1", free_port)
        rude.write(b"\x16\x03\x01 not http\r\n\r\n")
        await http.get(PATH, params={"state": ATTEMPT.state, "code": CODE})
        assert await callback.code() == CODE
        silent.close()
        rude.close()


async def test_patience_ends_after_five_minutes(free_port: int) -> None:
    clock = FakeClock()
    address = f"http://127.0.0.1:{free_port}{PATH}"
    async with listening(ATTEMPT, clock=clock, address=address) as callback:
        with pytest.raises(NoCallback, match="5 minutes"):
            await callback.code()
    assert clock.slept == [WAIT_S] == [300.0]


async def test_a_taken_port_is_told_at_once(free_port: int) -> None:
    async with browser(free_port):
        with pytest.raises(NoCallback, match=str(free_port)):
            async with browser(free_port):
                pass


async def swap(reply: Reply) -> tuple[Granted | str, Any]:
    """The exchange against one scripted answer: what came of it, and what was asked."""
    async with upstream(reply) as state:
        addresses = Addresses(keys=f"{state.url}/auth/keys")
        try:
            return await exchange(CODE, ATTEMPT, addresses), state.seen[0]
        except LoginFailed as failure:
            return str(failure), state.seen[0]


async def test_the_code_is_exchanged_with_its_verifier() -> None:
    granted, seen = await swap(as_json({"key": " sk-or-v1-new ", "user_id": "user_1"}))
    assert isinstance(granted, Granted)
    assert (granted.key.reveal(), granted.user_id) == ("sk-or-v1-new", "user_1")
    assert (seen.method, seen.path) == ("POST", "/api/v1/auth/keys")
    assert seen.json == {
        "code": CODE,
        "code_verifier": ATTEMPT.verifier,
        "code_challenge_method": "S256",
    }
    assert seen.headers["content-type"] == seen.headers["accept"] == "application/json"
    assert "authorization" not in seen.headers


async def test_the_other_spelling_of_the_user_is_read() -> None:
    granted, _ = await swap(as_json({"key": "sk-or-v1-new", "userId": "user_2"}))
    assert isinstance(granted, Granted)
    assert granted.user_id == "user_2"


@pytest.mark.parametrize(
    "reply", [as_json({}), as_json({"key": " "}), as_json({"key": 3}), as_json([]), Reply((b"<",))]
)
async def test_an_answer_without_a_key_is_a_failure(reply: Reply) -> None:
    failure, _ = await swap(reply)
    assert "key exchange failed" in str(failure)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "one"}, "one"),
        ({"error_description": "two", "error": "x"}, "two"),
        ({"error": "three"}, "three"),
        ({"error": {"message": "four", "code": 403}}, "four"),
        ({"error": {"code": "five"}}, "five"),
    ],
)
async def test_a_refusal_is_told_in_its_own_words(body: dict[str, Any], said: str) -> None:
    failure, _ = await swap(as_json(body, status=403))
    assert failure == f"OpenRouter key exchange failed (403): {said}"


async def test_a_refusal_never_shows_code_verifier_or_key() -> None:
    echoed = {"message": f"bad {CODE} {ATTEMPT.verifier} sk-or-v1-abcdef0123456789"}
    for reply in (as_json(echoed, status=400), Reply((json.dumps(echoed).encode(),), status=500)):
        failure, _ = await swap(reply)
        assert str(failure).endswith(": bad *** *** ***")


async def test_a_long_refusal_is_cut() -> None:
    failure, _ = await swap(Reply((b"no " * 100_000,), status=502))
    assert len(str(failure)) < 400


async def test_no_answer_at_all_is_told_without_the_secrets() -> None:
    failure, _ = await swap(Reply(ending="drop"))
    assert "no answer" in str(failure)
    assert CODE not in str(failure)
