"""Sign-in as OpenRouter offers it: a page that everybody is let through, and codes for keys.

`GET /auth` sends the visitor to `callback_url` with a code, or shows the code when there is none;
`POST /api/v1/auth/keys` gives a new key for a code and the verifier that belongs to it.
facts/openrouter-api.md §8, facts/openrouter-wire.md §1.5
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.openrouter.exchange import Exchange, Handler
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.values.clock import Clock

CODE_LIFETIME_S = 600
MAX_CODES = 1_000
METHODS = ("S256", "plain")
SHOWN = "<!DOCTYPE html><title>Rehearsal sign-in</title><p>Your code: <code>{code}</code></p>"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a code was given for; good until `until_s` (monotonic)."""

    value: str
    method: str
    until_s: float

    def met_by(self, verifier: str) -> bool:
        if self.method == "plain":
            return verifier == self.value
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.value


class Codes:
    """Codes that were given out and not used; each is good once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, Challenge] = OrderedDict()

    def give(self, challenge: str, method: str) -> str:
        code = secrets.token_urlsafe(24)
        until_s = self._clock.monotonic() + CODE_LIFETIME_S
        self._waiting[code] = Challenge(challenge, method, until_s)
        while len(self._waiting) > MAX_CODES:
            self._waiting.popitem(last=False)
        return code

    def take(self, code: str) -> Challenge | None:
        """What `code` was given for; it is used up by that."""
        found = self._waiting.pop(code, None)
        return found if found and self._clock.monotonic() < found.until_s else None


def sign_in_page(codes: Codes) -> Route:
    """`GET /auth`."""

    async def page(request: Request) -> Response:
        asked = request.query_params
        challenge, method = asked.get("code_challenge", ""), asked.get("code_challenge_method", "")
        callback = asked.get("callback_url", "")
        if not challenge or method not in METHODS:
            return HTMLResponse("A code challenge is needed.", 400)
        if callback and not _may_return_to(callback):
            return HTMLResponse("The callback must be https, or on localhost.", 400)
        code = codes.give(challenge, method)
        if not callback:
            return HTMLResponse(SHOWN.format(code=code))
        return RedirectResponse(str(URL(callback).include_query_params(code=code)), 302)

    return Route("/auth", page, methods=["GET"])


def answer_auth_keys(codes: Codes) -> Handler:
    """The handler of `POST /auth/keys`, which needs no key."""

    async def answer(exchange: Exchange) -> None:
        body: dict[str, Any] = exchange.payload if isinstance(exchange.payload, dict) else {}
        if not isinstance(body.get("code"), str):
            raise ApiRefusal(400, "Input validation failed: code: Required")
        if body.get("code_challenge_method", "S256") not in METHODS:
            raise ApiRefusal(400, "Invalid code_challenge_method")
        challenge = codes.take(body["code"])
        if (
            challenge is None
            or challenge.method != body.get("code_challenge_method")
            or not challenge.met_by(str(body.get("code_verifier", "")))
        ):
            raise ApiRefusal(403, "Invalid code or code_verifier")
        key = f"sk-or-v1-{secrets.token_hex(32)}"
        await exchange.reply_json({"key": key, "user_id": "user_sandbox"})

    return answer


def _may_return_to(callback: str) -> bool:
    parts = urlsplit(callback)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    )
