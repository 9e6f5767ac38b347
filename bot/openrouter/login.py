"""Sign-in at OpenRouter: PKCE with S256, and a code exchanged for a key. Asks and shows nothing.

The code comes back to `callback`, is pasted inside an address, or is read off the screen.
Sources: facts/openrouter-wire.md §1.5, facts/openrouter-api.md §8.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from bot.errors import ParleyError
from bot.openrouter.client import LOOPBACK
from bot.openrouter.errors import redact
from bot.openrouter.keys import Secret
from bot.openrouter.route import CANONICAL_URL, Route

METHOD = "S256"
SECRET_BYTES = 32
CALLBACK = "http://localhost:3000/openrouter-oauth/callback"
EXCHANGE_S = 30.0
ERROR_BYTES = 8 * 1024
ANSWER_BYTES = 64 * 1024
MESSAGE_CHARS = 300
ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
BARE_CODE = re.compile(r"[\x21-\x7e]{4,1024}")


class LoginFailed(ParleyError):
    """The sign-in at OpenRouter failed."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people sign in, and where codes become keys."""

    page: str = "https://openrouter.ai/auth"
    keys: str = f"{CANONICAL_URL}/auth/keys"

    @classmethod
    def of(cls, base_url: str) -> Addresses:
        """OpenRouter's own, whatever proxy is configured; only a stand-in on this machine has its
        own sign-in page."""
        route = Route.of(base_url)
        parts = urlsplit(route.base_url)
        if parts.hostname not in ON_THIS_MACHINE:
            return cls()
        return cls(page=f"{parts.scheme}://{parts.netloc}/auth", keys=route.url("/auth/keys"))


@dataclass(frozen=True, slots=True)
class Attempt:
    """The secrets of one sign-in; they leave this process only where PKCE says so."""

    verifier: str
    state: str

    @classmethod
    def fresh(cls, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> Attempt:
        return cls(
            verifier=_base64url(random_bytes(SECRET_BYTES)),
            state=random_bytes(SECRET_BYTES).hex(),
        )

    @property
    def challenge(self) -> str:
        return _base64url(hashlib.sha256(self.verifier.encode("ascii")).digest())

    def address(self, addresses: Addresses, *, callback: str = CALLBACK) -> str:
        """The page to open. Without `callback` OpenRouter shows the code, and no state exists."""
        query = {"code_challenge": self.challenge, "code_challenge_method": METHOD}
        if callback:
            query = {"callback_url": f"{callback}?{urlencode({'state': self.state})}"} | query
        return f"{addresses.page}?{urlencode(query)}"

    def owns(self, state: str) -> bool:
        """Whether `state` is that of this sign-in."""
        return hmac.compare_digest(state.encode(), self.state.encode())


@dataclass(frozen=True, slots=True)
class Granted:
    """What a sign-in gives."""

    key: Secret
    user_id: str = ""


def pasted_code(pasted: str, attempt: Attempt) -> str:
    """The code in the address that the browser ended at, or in its query alone.

    Raises LoginFailed for a bare code, and when the state is missing or another one's.
    """
    text = pasted.strip()
    # Browsers may show, and copy, the address without its scheme.
    query = (text.partition("?")[2] if "?" in text else text).partition("#")[0]
    fields = parse_qs(query)
    code, state = fields.get("code", [""])[0].strip(), fields.get("state", [""])[0].strip()
    if "error" in fields:
        raise LoginFailed(f"OpenRouter ended the sign-in: {_short(fields['error'][0])}.")
    if not code:
        raise LoginFailed(
            "There is no code in that. Paste the whole address that the browser ended at; it "
            "contains code= and state=."
        )
    if not state or not attempt.owns(state):
        raise LoginFailed("That address belongs to another sign-in: its state does not match.")
    return code


def shown_code(typed: str) -> str:
    """The code that OpenRouter showed on its page. Raises LoginFailed for what is none."""
    code = typed.strip()
    if "code=" in code:
        code = parse_qs(code.rpartition("?")[2]).get("code", [""])[0]
    if not BARE_CODE.fullmatch(code):
        raise LoginFailed("That is no code. Copy the one that OpenRouter shows, without spaces.")
    return code


async def exchange(code: str, attempt: Attempt, addresses: Addresses) -> Granted:
    """The key for `code`. Raises LoginFailed, without any of the secrets in its message."""
    body = {"code": code, "code_verifier": attempt.verifier, "code_challenge_method": METHOD}
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    hidden = (code, attempt.verifier, attempt.state)
    try:
        async with (
            asyncio.timeout(EXCHANGE_S),
            httpx.AsyncClient(timeout=EXCHANGE_S, mounts=dict.fromkeys(LOOPBACK)) as http,
            http.stream(
                "POST", addresses.keys, content=json.dumps(body), headers=headers
            ) as answer,
        ):
            if answer.is_success:
                return _granted(await _read(answer, ANSWER_BYTES + 1))
            said = _message(await _read(answer, ERROR_BYTES), hidden)
            raise LoginFailed(f"OpenRouter key exchange failed ({answer.status_code}): {said}")
    except (httpx.HTTPError, TimeoutError) as failure:
        raise LoginFailed(
            f"OpenRouter key exchange failed: no answer ({type(failure).__name__}). Try again."
        ) from None


async def _read(answer: httpx.Response, at_most: int) -> bytes:
    body = bytearray()
    async with aclosing(answer.aiter_bytes()) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            body += chunk
            if len(body) >= at_most:
                break
    return bytes(body[:at_most])


def _granted(body: bytes) -> Granted:
    try:
        content: Any = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise LoginFailed("OpenRouter key exchange failed: the answer is not an object.")
    key = content.get("key")
    if not isinstance(key, str) or not key.strip():
        raise LoginFailed("OpenRouter key exchange failed: the answer holds no key.")
    users = (content.get("user_id"), content.get("userId"))
    return Granted(
        Secret(key), next((user for user in users if user and isinstance(user, str)), "")
    )


def _message(body: bytes, hidden: tuple[str, ...]) -> str:
    """What a refusal says, in any of the shapes that are known."""
    text = body.decode("utf-8", "replace")
    try:
        content: Any = json.loads(text)
    except ValueError:
        content = None
    fields = content if isinstance(content, dict) else {}
    error = fields.get("error")
    inner = error if isinstance(error, dict) else {}
    named = (
        fields.get("message"),
        fields.get("error_description"),
        error,
        inner.get("message"),
        inner.get("code"),
    )
    words = (str(value).strip() for value in named if isinstance(value, str | int) and value)
    said = next((word for word in words if word), text)
    for secret in hidden:
        said = said.replace(secret, "***")
    return _short(said)


def _short(text: str) -> str:
    return redact(text)[:MESSAGE_CHARS] or "no reason given"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
