"""Routes and wire ids: what counts as OpenRouter, and which headers follow from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.headers import request_headers
from bot.openrouter.keys import Secret
from bot.openrouter.route import CANONICAL_URL, Route, media_model, wire_model
from bot.openrouter.settings import Attribution, BearerAuth, OpenRouterSettings


@pytest.mark.parametrize(
    ("address", "verified", "exact"),
    [
        ("", True, True),
        (None, True, True),
        (" https://openrouter.ai/api/v1/ ", True, True),
        ("https://openrouter.ai/v1", True, True),
        ("https://openrouter.ai/v1//", True, True),
        ("openrouter.ai/api/v1", True, True),
        ("https://eu.openrouter.ai/api/v1", True, False),
        ("https://openrouter.ai/api/v2", True, False),
        ("https://openrouter.ai/api/v1?x=1", True, False),
        ("https://OpenRouter.ai/api/v1", True, False),
        ("https://openrouter.ai.attacker.example/api/v1", False, False),
        ("https://evil-openrouter.ai/api/v1", False, False),
        ("https://openrouter.ai@attacker.example/api/v1", False, False),
        ("https://attacker.example/openrouter.ai/api/v1", False, False),
        ("http://127.0.0.1:8080/api/v1", False, False),
        ("http://[broken", False, False),
    ],
)
def test_only_the_real_host_is_verified_and_only_its_address_exact(
    address: str | None, *, verified: bool, exact: bool
) -> None:
    route = Route.of(address)
    assert (route.verified, route.exact) == (verified, exact)
    assert not exact or route.base_url == CANONICAL_URL


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True)


@given(LABELS, LABELS)
def test_subdomains_are_verified_and_whatever_only_looks_alike_is_not(a: str, b: str) -> None:
    assert Route.of(f"https://{a}.openrouter.ai/{b}").verified
    assert not Route.of(f"https://{a}.openrouter.ai/{b}").exact
    for host in (
        f"{a}openrouter.ai",
        f"{a}-openrouter.ai",
        f"openrouter.ai.{a}.{b}",
        f"openrouter.ai-{a}.{b}",
        f"openrouter.{a}",
        f"{a}.{b}/openrouter.ai",
        f"openrouter.ai:x@{a}.{b}",
    ):
        if host != "openrouter.ai":
            route = Route.of(f"https://{host}")
            assert (route.verified, route.exact) == (False, False)


@pytest.mark.parametrize(
    ("ref", "model"),
    [
        ("openrouter/anthropic/claude-sonnet-4.6", "anthropic/claude-sonnet-4.6"),
        ("openrouter/openrouter/auto", "openrouter/auto"),
        ("openrouter/auto", "openrouter/auto"),
        ("auto", "openrouter/auto"),
        (" OpenRouter/Vendor/Model:Free ", "vendor/model:free"),
        ("vendor/model", "vendor/model"),
        ("openrouter/deepseek-v4-flash", "deepseek/deepseek-v4-flash"),
        ("openrouter/deepseek-v4-pro", "deepseek/deepseek-v4-pro"),
        ("openrouter/@preset/calm", "@preset/calm"),
        ("openrouter/openrouter/fusion", "openrouter/fusion"),
        ("openrouter/fusion", "openrouter/fusion"),
        ("openrouter/openrouter/hunter-alpha", "openrouter/hunter-alpha"),
        ("openrouter/~anthropic/claude-latest", "~anthropic/claude-latest"),
        ("openrouter/vendor/model:nitro", "vendor/model:nitro"),
    ],
)
def test_a_reference_becomes_the_id_that_the_wire_wants(ref: str, model: str) -> None:
    assert wire_model(ref) == model
    assert wire_model(wire_model(ref)) == model


def test_a_speech_model_loses_only_the_providers_prefix() -> None:
    assert media_model("openrouter/hexgrad/kokoro-82m") == "hexgrad/kokoro-82m"
    assert media_model("whisper-1") == "whisper-1"


def headers(settings: OpenRouterSettings, extra: dict[str, str] | None = None) -> dict[str, str]:
    route = Route.of(settings.base_url)
    found = request_headers(settings, route, Secret("k"), extra)
    return {name.decode(): value.decode() for name, value in found}


def test_attribution_goes_to_verified_routes_and_cannot_be_overridden_there() -> None:
    settings = OpenRouterSettings(
        attribution=Attribution("https://me.example", "Мой бот", ""),
        headers={"X-OpenRouter-Title": "configured"},
    )
    sent = headers(settings, {"http-referer": "caller"})
    assert sent["http-referer"] == "https://me.example"
    assert sent["x-openrouter-title"] == "Мой бот"
    assert "x-openrouter-categories" not in sent


def test_a_look_alike_host_gets_no_attribution() -> None:
    sent = headers(OpenRouterSettings(base_url="https://openrouter.ai.attacker.example/api/v1"))
    assert set(sent) == {"content-type", "user-agent", "authorization"}


def test_later_header_layers_win_whatever_their_case_and_broken_ones_are_left_out() -> None:
    settings = OpenRouterSettings(
        base_url="http://127.0.0.1:1",
        headers={
            "AUTHORIZATION": "mine",
            "X-One": "1",
            "__proto__": "x",
            "bad name": "x",
            "x-split": "a\r\nb: c",
        },
    )
    sent = headers(settings, {"x-one": "2"})
    assert (sent["authorization"], sent["x-one"]) == ("mine", "2")
    assert set(sent) == {"content-type", "user-agent", "authorization", "x-one"}


def test_a_configured_bearer_replaces_the_key() -> None:
    settings = OpenRouterSettings(auth=BearerAuth(Secret("other")))
    assert headers(settings)["authorization"] == "Bearer other"
