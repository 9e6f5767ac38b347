"""The headers of a request: who pays, who asks, and what the config adds, weakest first.

Source: facts/openrouter-wire.md §1.4, §2.1, §2.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.openrouter.keys import Secret
from bot.openrouter.route import Route
from bot.openrouter.settings import Attribution, HeaderAuth, OpenRouterSettings

FORBIDDEN_NAMES = {"__proto__", "prototype", "constructor"}
ATTRIBUTION_NAMES = {"http-referer", "x-openrouter-title", "x-openrouter-categories"}
NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def request_headers(
    settings: OpenRouterSettings,
    route: Route,
    key: Secret | None,
    extra: Mapping[str, str] | None = None,
) -> list[tuple[bytes, bytes]]:
    """The headers to send, names in lower case, later layers over earlier ones.

    `extra` are the caller's own: they win, except over attribution on a verified route.
    """
    merged: dict[str, str] = {"content-type": "application/json", "user-agent": "parley"}
    if key:
        merged["authorization"] = f"Bearer {key.reveal()}"
    _add(merged, settings.headers)
    _override_auth(merged, settings)
    attribution = _attribution(settings.attribution) if route.verified else {}
    _add(merged, extra or {})
    merged.update(attribution)
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in merged.items()]


def _add(merged: dict[str, str], layer: Mapping[str, str]) -> None:
    for name, value in layer.items():
        lower = name.strip().lower()
        if lower in FORBIDDEN_NAMES or not NAME.fullmatch(lower) or UNSENDABLE.search(value):
            continue
        merged[lower] = value.strip()


def _override_auth(merged: dict[str, str], settings: OpenRouterSettings) -> None:
    auth = settings.auth
    if isinstance(auth, HeaderAuth):
        merged.pop("authorization", None)
        _add(merged, {auth.name: auth.prefix + auth.value.reveal()})
    elif auth is not None:
        merged["authorization"] = f"Bearer {auth.token.reveal()}"


def _attribution(attribution: Attribution) -> dict[str, str]:
    headers: dict[str, str] = {}
    _add(
        headers,
        {
            "HTTP-Referer": attribution.referer,
            "X-OpenRouter-Title": attribution.title,
            "X-OpenRouter-Categories": attribution.categories,
        },
    )
    return {name: value for name, value in headers.items() if value}
