"""Each shaping rule alone, and their order."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

import pytest

from bot.openrouter.facts import ModelFacts
from bot.openrouter.route import Route
from bot.openrouter.shaping import RULES, Shape, shaped
from bot.openrouter.shaping.anthropic_cache import mark_anthropic_cache
from bot.openrouter.shaping.anthropic_prefill import drop_anthropic_prefill
from bot.openrouter.shaping.deepseek_v4 import shape_deepseek_v4
from bot.openrouter.shaping.extra_body import apply_extra_body
from bot.openrouter.shaping.gemini_signatures import clean_gemini_signatures, is_signature
from bot.openrouter.shaping.openai_only import strip_openai_only
from bot.openrouter.shaping.parallel_tools import allow_parallel_tools
from bot.openrouter.shaping.provider_routing import route_providers
from bot.openrouter.shaping.reasoning import inject_reasoning
from bot.openrouter.shaping.response_cache import response_cache_headers

CANONICAL = Route.of("")
EU = Route.of("https://eu.openrouter.ai/api/v1")  # verified, not exact
CUSTOM = Route.of("https://proxy.example/v1")
CLAUDE = "anthropic/claude-sonnet-4-6"
DEEPSEEK = "deepseek/deepseek-v4-pro"
SYSTEM = {"role": "system", "content": "Be kind."}
USER = {"role": "user", "content": "Hi"}
ANSWER = {"role": "assistant", "content": "Hello"}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}


def shape(
    model: str = "vendor/m", thinking: str = "", route: Route = CANONICAL, **rest: Any
) -> Shape:
    return Shape(route=route, model=model, thinking=thinking, **rest)


def body(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": list(messages) or [USER], **fields}


def test_the_rules_stand_in_the_documented_order() -> None:
    assert (
        route_providers,
        inject_reasoning,
        shape_deepseek_v4,
        drop_anthropic_prefill,
        mark_anthropic_cache,
        clean_gemini_signatures,
        apply_extra_body,
        strip_openai_only,
        allow_parallel_tools,
    ) == RULES


@pytest.mark.parametrize("model", [CLAUDE, DEEPSEEK, "google/gemini-3-pro", "vendor/m"])
@pytest.mark.parametrize("route", [CANONICAL, CUSTOM])
def test_no_rule_changes_the_body_that_it_is_given(model: str, route: Route) -> None:
    params = {"provider": {"sort": "price"}, "extra_body": {"seed": 1, "store": True}}
    before = body(SYSTEM, USER, ANSWER, CALLING, ANSWER, reasoning_effort="x", store=True)
    kept = copy.deepcopy(before)
    shaped(before, shape(model, "high", route, params=params))
    assert before == kept


class TestProviderRouting:
    params: ClassVar = {"params": {"provider": {"sort": "latency", "made_up": [1]}}}

    def test_is_added_on_the_canonical_address(self) -> None:
        done = route_providers(body(), shape(**self.params))
        assert done["provider"] == {"sort": "latency", "made_up": [1]}

    @pytest.mark.parametrize("route", [EU, CUSTOM])
    def test_is_not_added_anywhere_else(self, route: Route) -> None:
        assert "provider" not in route_providers(body(), shape(route=route, **self.params))

    def test_leaves_a_provider_that_is_there(self) -> None:
        done = route_providers(body(provider={"order": ["x"]}), shape(**self.params))
        assert done["provider"] == {"order": ["x"]}


class TestReasoning:
    @pytest.mark.parametrize(
        ("level", "effort"),
        [
            ("minimal", "minimal"),
            ("low", "low"),
            ("medium", "medium"),
            ("HIGH", "high"),
            ("xhigh", "xhigh"),
            ("adaptive", "medium"),
            ("max", "xhigh"),
        ],
    )
    @pytest.mark.parametrize("route", [CANONICAL, CUSTOM])
    def test_a_level_becomes_an_effort(self, level: str, effort: str, route: Route) -> None:
        done = inject_reasoning(body(), shape(thinking=level, route=route))
        assert done["reasoning"] == {"effort": effort}

    @pytest.mark.parametrize("level", ["", "off", "none", "enormous"])
    def test_off_sends_nothing(self, level: str) -> None:
        done = inject_reasoning(body(reasoning_effort="high"), shape(thinking=level))
        assert done == body()

    @pytest.mark.parametrize(
        "model",
        [
            "openrouter/auto",
            "x-ai/grok-4.1-fast",
            "openrouter/hunter-alpha",
            "openrouter/hunter-alpha:x",
        ],
    )
    def test_some_models_are_skipped(self, model: str) -> None:
        done = inject_reasoning(body(reasoning_effort="low"), shape(model, "high"))
        assert done == body()

    def test_healer_is_not_skipped(self) -> None:
        done = inject_reasoning(body(), shape("openrouter/healer-alpha", "low"))
        assert done["reasoning"] == {"effort": "low"}

    def test_a_model_known_not_to_reason_is_skipped(self) -> None:
        facts = ModelFacts(reasoning=False)
        assert inject_reasoning(body(), shape(thinking="high", facts=facts)) == body()

    @pytest.mark.parametrize("present", [{"effort": "low"}, {"max_tokens": 9}, True])
    def test_what_is_set_is_left_alone(self, present: Any) -> None:
        done = inject_reasoning(body(reasoning=present), shape(thinking="high"))
        assert done["reasoning"] == present

    def test_an_object_without_effort_gets_one(self) -> None:
        done = inject_reasoning(body(reasoning={"exclude": True}), shape(thinking="low"))
        assert done["reasoning"] == {"exclude": True, "effort": "low"}


class TestDeepSeekV4:
    @pytest.mark.parametrize(
        ("level", "effort"),
        [
            ("", "high"),
            ("max", "xhigh"),
            ("xhigh", "xhigh"),
            ("adaptive", "medium"),
            ("low", "low"),
        ],
    )
    def test_thinking_is_enabled_with_the_effort_beside_it(self, level: str, effort: str) -> None:
        done = shape_deepseek_v4(body(reasoning={"effort": "x"}), shape(DEEPSEEK, level))
        assert (done["thinking"], done["reasoning_effort"]) == ({"type": "enabled"}, effort)
        assert "reasoning" not in done

    def test_every_replayed_answer_gets_its_stored_reasoning_or_an_empty_one(self) -> None:
        details = [{"type": "reasoning.text", "text": "two"}, {"type": "reasoning.encrypted"}]
        done = shape_deepseek_v4(
            body(
                USER,
                ANSWER,
                {**ANSWER, "reasoning": "one"},
                {**CALLING, "reasoning_details": details},
                {**CALLING, "reasoning_content": "kept", "reasoning": "no"},
            ),
            shape(DEEPSEEK, "high"),
        )
        assert [m.get("reasoning_content") for m in done["messages"]] == [
            None,
            "",
            "one",
            "two",
            "kept",
        ]

    @pytest.mark.parametrize("level", ["off", "none"])
    def test_off_disables_thinking_and_drops_what_was_thought(self, level: str) -> None:
        done = shape_deepseek_v4(
            body({**ANSWER, "reasoning_content": "x"}, reasoning={}, reasoning_effort="low"),
            shape(DEEPSEEK, level),
        )
        assert done == body(ANSWER, thinking={"type": "disabled"})

    @pytest.mark.parametrize(
        ("model", "route"),
        [(DEEPSEEK, CUSTOM), (DEEPSEEK, EU), ("deepseek/deepseek-v3", CANONICAL)],
    )
    def test_nothing_happens_elsewhere(self, model: str, route: Route) -> None:
        assert shape_deepseek_v4(body(ANSWER), shape(model, "high", route)) == body(ANSWER)

    @pytest.mark.parametrize("model", [f"{DEEPSEEK}:free", "deepseek/deepseek-v4-flash-20260601"])
    def test_suffixes_belong_to_the_model(self, model: str) -> None:
        assert "thinking" in shape_deepseek_v4(body(), shape(model))


class TestAnthropicPrefill:
    on: ClassVar = {"reasoning": {"effort": "high"}}

    def test_trailing_answers_are_dropped_when_reasoning_is_on(self) -> None:
        done = drop_anthropic_prefill(body(USER, ANSWER, ANSWER, **self.on), shape(CLAUDE))
        assert done["messages"] == [USER]

    def test_an_answer_with_tool_calls_ends_the_dropping(self) -> None:
        part = {"role": "assistant", "content": [{"type": "tool_use"}]}
        for last in (CALLING, part):
            done = drop_anthropic_prefill(body(USER, last, ANSWER, **self.on), shape(CLAUDE))
            assert done["messages"] == [USER, last]

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"reasoning": None},
            {"reasoning": False},
            {"reasoning": {"enabled": False}},
            {"reasoning": {"effort": "none"}},
            {"reasoning_effort": "off"},
        ],
    )
    def test_without_reasoning_the_prefill_stays(self, fields: dict[str, Any]) -> None:
        before = body(USER, ANSWER, **fields)
        assert drop_anthropic_prefill(before, shape(CLAUDE)) == before

    @pytest.mark.parametrize(
        ("model", "route"), [(CLAUDE, CUSTOM), (CLAUDE, EU), ("vendor/m", CANONICAL)]
    )
    def test_elsewhere_the_prefill_stays(self, model: str, route: Route) -> None:
        before = body(USER, ANSWER, **self.on)
        assert drop_anthropic_prefill(before, shape(model, route=route)) == before


class TestAnthropicCache:
    def marked(self, *messages: dict[str, Any], model: str = CLAUDE, **rest: Any) -> Any:
        return mark_anthropic_cache(body(*messages), shape(model, **rest))["messages"]

    @pytest.mark.parametrize("route", [CANONICAL, EU])
    def test_a_system_text_becomes_one_marked_part(self, route: Route) -> None:
        (system, user) = self.marked(SYSTEM, USER, route=route)
        assert system["content"] == [
            {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}
        ]
        assert user == USER

    def test_of_several_parts_the_last_is_marked_unless_it_is_a_thought(self) -> None:
        parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
        (done,) = self.marked({"role": "developer", "content": parts})
        assert [("cache_control" in part) for part in done["content"]] == [False, True]
        thought = {"role": "system", "content": [{"type": "thinking"}]}
        assert self.marked(thought) == [thought]
        assert self.marked({"role": "system", "content": []}) == [{"role": "system", "content": []}]

    def test_markers_on_replayed_thoughts_are_removed(self) -> None:
        part = {"type": "redacted_thinking", "cache_control": {}}
        (done,) = self.marked({"role": "assistant", "content": [part]})
        assert done["content"] == [{"type": "redacted_thinking"}]

    def test_retention_changes_the_marker(self) -> None:
        (long,) = self.marked(SYSTEM, params={"cacheRetention": "long"})
        assert long["content"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
        assert self.marked(SYSTEM, params={"cacheRetention": "none"}) == [SYSTEM]

    def test_custom_routes_and_other_models_stay_unmarked(self) -> None:
        assert self.marked(SYSTEM, route=CUSTOM) == [SYSTEM]
        assert self.marked(SYSTEM, model="vendor/m") == [SYSTEM]


class TestGeminiSignatures:
    def test_only_well_formed_signatures_are_replayed(self) -> None:
        parts = [
            {"type": "text", "text": "a", "thought_signature": "QUJD"},
            {"type": "text", "text": "b", "thoughtSignature": "no!"},
            {"type": "text", "text": "c", "thought_signature": 3},
        ]
        done = clean_gemini_signatures(
            body({"role": "assistant", "content": parts}), shape("google/Gemini-3", route=CUSTOM)
        )
        assert done["messages"][0]["content"] == [
            {"type": "text", "text": "a", "thought_signature": "QUJD"},
            {"type": "text", "text": "b"},
            {"type": "text", "text": "c"},
        ]

    def test_other_models_keep_theirs(self) -> None:
        before = body({"role": "assistant", "content": [{"thought_signature": "no!"}]})
        assert clean_gemini_signatures(before, shape()) == before

    @pytest.mark.parametrize("text", ["QUJD", "QUI=", "QUI", "Q U\nI=", "-_-_"])
    def test_base64_and_base64url_are_signatures(self, text: str) -> None:
        assert is_signature(text)

    @pytest.mark.parametrize("text", ["", "=", "A", "QUJ", "msg_1", "a b!", None, 3])
    def test_what_does_not_encode_back_is_none(self, text: object) -> None:
        assert not is_signature(text)


class TestExtraBody:
    def test_wins_over_everything_key_by_key(self) -> None:
        params = {"extra_body": {"provider": {"order": ["x"]}, "new": 1, "__proto__": {}}}
        done = apply_extra_body(
            body(provider={"sort": "price"}), shape(params=params, route=CUSTOM)
        )
        assert done == body(provider={"order": ["x"]}, new=1)

    @pytest.mark.parametrize("extra", [[1], "x", 3, None])
    def test_anything_but_an_object_is_ignored(self, extra: Any) -> None:
        assert apply_extra_body(body(), shape(params={"extra_body": extra})) == body()

    def test_template_arguments_are_merged(self) -> None:
        params = {"chat_template_kwargs": {"b": 2}}
        done = apply_extra_body(body(chat_template_kwargs={"a": 1}), shape(params=params))
        assert done["chat_template_kwargs"] == {"a": 1, "b": 2}


class TestOpenAiOnly:
    def test_fields_are_stripped_unless_written_by_hand_and_store_always(self) -> None:
        before = body(service_tier="flex", prompt_cache_key="k", store=True)
        assert strip_openai_only(before, shape()) == body()
        by_hand = {"params": {"extra_body": {"service_tier": "flex", "store": True}}}
        assert strip_openai_only(before, shape(**by_hand)) == body(service_tier="flex")


class TestParallelTools:
    @pytest.mark.parametrize("wish", [True, False])
    def test_a_boolean_is_sent_beside_tools(self, *, wish: bool) -> None:
        params = {"parallel_tool_calls": wish}
        done = allow_parallel_tools(body(tools=[{}]), shape(params=params))
        assert done["parallel_tool_calls"] is wish
        assert allow_parallel_tools(body(), shape(params=params)) == body()

    def test_null_removes_and_anything_else_is_ignored(self) -> None:
        before = body(tools=[{}], parallel_tool_calls=True)
        null, junk = ({"parallel_tool_calls": value} for value in (None, "yes"))
        assert "parallel_tool_calls" not in allow_parallel_tools(before, shape(params=null))
        assert allow_parallel_tools(before, shape(params=junk)) == before


class TestResponseCache:
    @pytest.mark.parametrize(
        ("params", "headers"),
        [
            ({}, {}),
            ({"responseCacheTtlSeconds": 5}, {}),
            ({"responseCache": "maybe"}, {}),
            ({"responseCache": True}, {"": "true"}),
            ({"responseCache": " ON "}, {"": "true"}),
            ({"responseCache": False, "responseCacheClear": True}, {"": "false"}),
            ({"responseCache": "off", "responseCacheTtlSeconds": 5}, {"": "false"}),
            ({"responseCacheClear": True}, {"": "true", "-Clear": "true"}),
            ({"responseCacheClear": False}, {}),
            ({"responseCache": 1, "responseCacheTtlSeconds": 5}, {}),
            ({"responseCache": True, "responseCacheTtlSeconds": 0}, {"": "true", "-TTL": "1"}),
            ({"responseCache": True, "responseCacheTtlSeconds": "9.7"}, {"": "true", "-TTL": "9"}),
            (
                {"responseCache": True, "responseCacheTtlSeconds": 1e9},
                {"": "true", "-TTL": "86400"},
            ),
            ({"responseCache": True, "responseCacheTtlSeconds": "5s"}, {"": "true"}),
            ({"responseCache": True, "responseCacheTtlSeconds": True}, {"": "true"}),
        ],
    )
    def test_params_become_headers(self, params: Any, headers: dict[str, str]) -> None:
        expected = {f"X-OpenRouter-Cache{name}": value for name, value in headers.items()}
        assert response_cache_headers(shape(params=params, route=EU)) == expected

    def test_custom_routes_get_none(self) -> None:
        assert response_cache_headers(shape(params={"responseCache": True}, route=CUSTOM)) == {}
