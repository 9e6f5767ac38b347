"""From a config file to the request: what seeds and facts say, on each kind of route.

The file goes through the real loader and the composition's own translation.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app.settings import listeners, openrouter_settings, turn_settings
from bot.config.load import load
from bot.openrouter.chat import wire_request
from bot.openrouter.facts import UNKNOWN, ModelFacts
from bot.openrouter.headers import request_headers
from bot.openrouter.keys import Secret
from bot.openrouter.route import Route
from bot.values.chat import ChatRequest, Message, ToolSpec

VERIFIED = ["", "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/"]
LEGACY = "https://openrouter.ai/v1"
SUBDOMAIN = "https://eu.openrouter.ai/api/v1"
CUSTOM = ["https://proxy.example/v1", "https://openrouter.ai.attacker.example/api/v1"]
ATTRIBUTION = {"http-referer", "x-openrouter-title", "x-openrouter-categories"}
CLAUDE = "openrouter/anthropic/claude-sonnet-4-6"
DEEPSEEK = "openrouter/deepseek/deepseek-v4-flash"
TALK: list[Message] = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
]
TOOLS = (ToolSpec("clock", "Tells the time.", {"type": "object"}),)

Sent = tuple[dict[str, Any], dict[str, str]]
Send = Callable[..., Sent]


@pytest.fixture
def send(tmp_path: Path) -> Send:
    """`send(config, base_url=..., **request)`: body and headers of a chat request."""

    def sending(
        config: dict[str, Any],
        *,
        base_url: str = "",
        facts: ModelFacts = UNKNOWN,
        model: str = "",
        **request: Any,
    ) -> Sent:
        provider = config.setdefault("models", {}).setdefault("providers", {})
        provider = provider.setdefault("openrouter", {})
        if base_url:
            provider["baseUrl"] = base_url
        path = tmp_path / "config.json5"
        path.write_text(json.dumps(config), "utf-8")
        loaded = load(path=path, environ={})
        settings = openrouter_settings(loaded.config)
        route = Route.of(settings.base_url)
        asked = ChatRequest(
            model or loaded.config.agents.defaults.model.primary,
            request.pop("messages", TALK),
            tools=TOOLS,
            **request,
        )
        wire = wire_request(asked, settings=settings, route=route, facts=facts)
        headers = request_headers(settings, route, Secret("k"), wire.headers)
        return wire.body, {name.decode(): value.decode() for name, value in headers}

    return sending


def defaults(**fields: Any) -> dict[str, Any]:
    return {"agents": {"defaults": fields}}


@pytest.mark.parametrize("base_url", [*VERIFIED, LEGACY, SUBDOMAIN])
def test_openrouters_own_addresses_get_attribution(send: Send, base_url: str) -> None:
    _, headers = send({}, base_url=base_url)
    assert headers["http-referer"] == "https://openclaw.ai"
    assert headers["x-openrouter-title"] == "OpenClaw"
    assert headers["x-openrouter-categories"].startswith("cli-agent,cloud-agent,")


@pytest.mark.parametrize("base_url", CUSTOM)
def test_any_other_address_gets_none_and_keeps_its_own_headers(send: Send, base_url: str) -> None:
    config = {"models": {"providers": {"openrouter": {"request": {"headers": {"X-Team": "a"}}}}}}
    _, headers = send(config, base_url=base_url)
    assert not ATTRIBUTION & headers.keys()
    assert headers["x-team"] == "a"


def test_a_query_of_the_address_goes_along_and_makes_it_another_one(tmp_path: Path) -> None:
    path = tmp_path / "config.json5"
    address = "https://proxy.example/v1/?tenant=a%20b&flag="
    path.write_text(f'{{models: {{providers: {{openrouter: {{baseUrl: "{address}"}}}}}}}}', "utf-8")
    loaded = load(path=path, environ={})
    assert not loaded.errors
    route = Route.of(openrouter_settings(loaded.config).base_url)
    assert route.url("/chat/completions") == "https://proxy.example/v1/chat/completions"
    assert route.query == (("tenant", "a b"), ("flag", ""))
    assert not route.verified
    assert not Route.of(f"{VERIFIED[1]}?a=1").exact


def test_attribution_is_configurable(send: Send) -> None:
    own = {"referer": "https://me.example", "title": "Me", "categories": ["general-chat"]}
    _, headers = send({"models": {"providers": {"openrouter": {"attribution": own}}}})
    assert [headers[name] for name in sorted(ATTRIBUTION)] == [
        "https://me.example",
        "general-chat",
        "Me",
    ]


def routing_config() -> dict[str, Any]:
    wide = {"sort": "latency", "require_parameters": True, "data_collection": "deny"}
    narrow = {"provider": {"order": ["anthropic"], "allow_fallbacks": False, "sort": "price"}}
    config = defaults(model=CLAUDE, models={CLAUDE: {"params": narrow}})
    return config | {"models": {"providers": {"openrouter": {"params": {"provider": wide}}}}}


@pytest.mark.parametrize("base_url", [*VERIFIED, LEGACY])
def test_routing_is_merged_key_by_key_and_a_request_has_the_last_word(
    send: Send, base_url: str
) -> None:
    body, _ = send(routing_config(), base_url=base_url, params={"provider": {"zdr": True}})
    assert body["provider"] == {
        "sort": "price",
        "require_parameters": True,
        "data_collection": "deny",
        "order": ["anthropic"],
        "allow_fallbacks": False,
        "zdr": True,
    }
    body, _ = send(routing_config(), base_url=base_url, model="openrouter/other/m")
    assert body["provider"]["sort"] == "latency"


@pytest.mark.parametrize("base_url", [*CUSTOM, SUBDOMAIN])
def test_routing_is_sent_to_the_exact_address_only(send: Send, base_url: str) -> None:
    assert "provider" not in send(routing_config(), base_url=base_url)[0]


CACHE = {
    "camel": {"responseCache": True, "responseCacheTtlSeconds": 300},
    "snake": {"response_cache": "yes", "response_cache_ttl_seconds": "300"},
    "short": {"responseCache": "on", "responseCacheTtl": 300.9},
    "short snake": {"response_cache": True, "response_cache_ttl": 300},
}


@pytest.mark.parametrize("spelling", CACHE)
@pytest.mark.parametrize("base_url", [*VERIFIED, LEGACY, SUBDOMAIN])
def test_response_caching_is_understood_in_every_spelling(
    send: Send, spelling: str, base_url: str
) -> None:
    config = defaults(models={"openrouter/auto": {"params": CACHE[spelling]}})
    body, headers = send(config, base_url=base_url)
    assert headers["x-openrouter-cache"] == "true"
    assert headers["x-openrouter-cache-ttl"] == "300"
    assert not any("ache" in name for name in body)


@pytest.mark.parametrize("base_url", CUSTOM)
def test_response_caching_never_leaves_for_another_address(send: Send, base_url: str) -> None:
    config = defaults(models={"openrouter/auto": {"params": CACHE["camel"]}})
    assert not any("openrouter" in name for name in send(config, base_url=base_url)[1])


def test_a_model_switches_off_what_the_defaults_switch_on(send: Send) -> None:
    config = defaults(
        params={"responseCache": True, "response_cache_clear": True},
        models={"openrouter/auto": {"params": {"response_cache": False}}},
    )
    _, headers = send(config)
    assert {k: v for k, v in headers.items() if "cache" in k} == {"x-openrouter-cache": "false"}
    _, headers = send(config, model="openrouter/vendor/m")
    assert headers["x-openrouter-cache-clear"] == "true"


@pytest.mark.parametrize(
    ("base_url", "marked", "dropped"),
    [(url, True, True) for url in (*VERIFIED, LEGACY)]
    + [(SUBDOMAIN, True, False)]
    + [(url, False, False) for url in CUSTOM],
)
def test_anthropic_is_marked_on_verified_routes_and_loses_prefill_on_the_exact_one(
    send: Send, base_url: str, *, marked: bool, dropped: bool
) -> None:
    body, _ = send(defaults(model=CLAUDE), base_url=base_url, thinking="high")
    assert body["reasoning"] == {"effort": "high"}
    assert isinstance(body["messages"][0]["content"], list) is marked
    assert (body["messages"][-1]["role"] == "user") is dropped
    body, _ = send(defaults(model=CLAUDE), base_url=base_url, thinking="off")
    assert "reasoning" not in body
    assert body["messages"][-1]["role"] == "assistant"


@pytest.mark.parametrize("base_url", [*VERIFIED, LEGACY])
def test_deepseek_v4_is_shaped_on_the_exact_address(send: Send, base_url: str) -> None:
    body, _ = send(defaults(model=DEEPSEEK), base_url=base_url, thinking="max")
    assert (body["thinking"], body["reasoning_effort"]) == ({"type": "enabled"}, "xhigh")
    assert "reasoning" not in body
    assert body["messages"][-1]["reasoning_content"] == ""
    body, _ = send(defaults(model=DEEPSEEK), base_url=base_url, thinking="off")
    assert body["thinking"] == {"type": "disabled"}
    assert not {"reasoning", "reasoning_effort"} & body.keys()


@pytest.mark.parametrize("base_url", CUSTOM)
def test_deepseek_v4_is_like_any_model_elsewhere(send: Send, base_url: str) -> None:
    body, _ = send(defaults(model=DEEPSEEK), base_url=base_url, thinking="max")
    assert body["reasoning"] == {"effort": "xhigh"}
    assert not {"thinking", "reasoning_effort"} & body.keys()
    assert "reasoning_content" not in body["messages"][-1]


def test_the_catalogue_decides_about_tools_efforts_and_the_cap(send: Send) -> None:
    facts = ModelFacts(
        supports_tools=False, efforts=("low", "medium"), max_completion_tokens=1000, context=5000
    )
    body, _ = send(defaults(model="vendor/m"), facts=facts, thinking="xhigh")
    assert not {"tools", "tool_choice"} & body.keys()
    assert body["reasoning"] == {"effort": "medium"}
    assert body["max_completion_tokens"] == 1000


def test_openai_only_fields_do_not_travel_and_the_extra_body_does(send: Send) -> None:
    params = {
        "serviceTier": "flex",
        "store": True,
        "prompt_cache_key": "k",
        "textVerbosity": "low",
        "extra_body": {"reasoning": {"max_tokens": 7}, "store": True, "custom": {"a": 1}},
        "extraBody": {"never": "read"},
    }
    body, _ = send(defaults(model="vendor/m", params=params), thinking="high")
    assert set(body) == {
        "model",
        "messages",
        "stream",
        "tools",
        "tool_choice",
        "max_completion_tokens",
        "reasoning",
        "custom",
    }
    assert body["reasoning"] == {"max_tokens": 7}


@pytest.mark.parametrize(("own", "hint"), [({"language": " de "}, "de"), ({}, "en")])
def test_the_language_of_a_listening_model_wins_over_that_of_all(
    tmp_path: Path, own: dict[str, Any], hint: str
) -> None:
    later = {"provider": "openrouter", "model": "b/two", "language": "it"}
    foreign = {"provider": "other", "model": "m", "language": "fr"}
    audio = {"language": "en", "models": [foreign, {"provider": "openrouter", **own}, later]}
    path = tmp_path / "config.json5"
    path.write_text(json.dumps({"tools": {"media": {"audio": audio}}}), "utf-8")
    config = load(path=path, environ={}).config
    assert [listener.language for listener in listeners(config)] == [hint, "it"]
    assert not turn_settings(config).listen.language  # it would win over each listener's own
