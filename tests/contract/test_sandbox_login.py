"""The stand-in's sign-in: a page that lets everybody through, and codes that are good once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.sandbox.openrouter.app import create_app
from bot.sandbox.openrouter.login import CODE_LIFETIME_S
from bot.sandbox.openrouter.settings import Settings
from tests.contract.loopback_upstream import FakeClock

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:-1]
ASKED = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
CALLBACK = {"callback_url": "http://localhost:3000/x?state=s1"}
KEYS = "/api/v1/auth/keys"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def http(clock: FakeClock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(Settings(clock=clock)))
    async with httpx.AsyncClient(transport=transport, base_url="http://stand-in") as client:
        yield client


def proof(code: str) -> dict[str, Any]:
    return {"code": code, "code_verifier": VERIFIER, "code_challenge_method": "S256"}


async def a_code(http: httpx.AsyncClient) -> str:
    answer = await http.get("/auth", params={**ASKED, **CALLBACK})
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


async def test_a_code_and_its_verifier_give_a_key_that_works_once(http: httpx.AsyncClient) -> None:
    code = await a_code(http)
    granted = (await http.post(KEYS, json=proof(code))).json()
    assert granted["user_id"]
    headers = {"Authorization": f"Bearer {granted['key']}"}
    assert (await http.get("/api/v1/key", headers=headers)).status_code == 200
    assert (await http.post(KEYS, json=proof(code))).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"code_verifier": "w" * 43}, 403),
        ({"code_challenge_method": "plain"}, 403),
        ({"code_challenge_method": "S1"}, 400),
        ({"code": "nonsense"}, 403),
        ({"code": None}, 400),
    ],
)
async def test_anything_else_gives_none(
    http: httpx.AsyncClient, changes: dict[str, Any], status: int
) -> None:
    answer = await http.post(KEYS, json={**proof(await a_code(http)), **changes})
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_a_code_is_good_for_ten_minutes(http: httpx.AsyncClient, clock: FakeClock) -> None:
    code = await a_code(http)
    await clock.sleep(CODE_LIFETIME_S)
    assert (await http.post(KEYS, json=proof(code))).status_code == 403


async def test_without_a_callback_the_code_is_shown(http: httpx.AsyncClient) -> None:
    page = (await http.get("/auth", params=ASKED)).text
    code = page.partition("<code>")[2].partition("</code>")[0]
    assert (await http.post(KEYS, json=proof(code))).status_code == 200


@pytest.mark.parametrize(
    "query", [{}, {**ASKED, "code_challenge_method": "x"}, {**ASKED, "callback_url": "http://a.b/"}]
)
async def test_the_page_wants_a_challenge_and_a_safe_callback(
    http: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert (await http.get("/auth", params=query)).status_code == 400
