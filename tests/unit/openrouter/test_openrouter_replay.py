"""Stored messages on their way back to a model, and the base body around them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.facts import BUNDLED, UNKNOWN, ModelFacts, from_cache, from_catalogue
from bot.openrouter.payload import base_payload, output_cap
from bot.openrouter.replay import replayed
from bot.values.chat import ChatRequest, ToolSpec

USER = {"role": "user", "content": "Hi"}


def answer(**fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "Hello", **fields}


def one(message: dict[str, Any], model: str = "vendor/m") -> dict[str, Any]:
    (done,) = replayed([message], model)
    return done


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        (
            {"reasoning": "a", "reasoning_content": "b"},
            {"reasoning": "a", "reasoning_content": "b"},
        ),
        ({"reasoning_details": [{"x": 1}]}, {"reasoning_details": [{"x": 1}]}),
        ({"reasoning_details": "text"}, {"reasoning": "text"}),
        ({"reasoning_text": "text"}, {"reasoning": "text"}),
        ({"reasoning": "", "reasoning_content": 3, "reasoning_details": {}}, {}),
    ],
)
def test_reasoning_goes_back_in_the_fields_that_are_understood(
    stored: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert one(answer(**stored)) == answer(**sent)


@pytest.mark.parametrize("model", ["anthropic/claude-x", "x-ai/grok-4"])
def test_anthropic_and_xai_get_no_reasoning_back(model: str) -> None:
    stored = answer(
        reasoning="a", reasoning_content="b", reasoning_details=[{}], reasoning_text="c"
    )
    assert one(stored, model) == answer()


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
RESULT = {"role": "tool", "tool_call_id": "c", "content": "x"}
DETAILS = [{"type": "reasoning.encrypted", "data": "QQ==", "index": 0}]


def thoughtful(**fields: Any) -> dict[str, Any]:
    return answer(content=None, tool_calls=[CALL], reasoning_details=DETAILS, **fields)


def test_details_go_back_unmodified_within_the_tool_loop_of_their_model() -> None:
    for made_by in ({}, {"reasoning_model": "vendor/m"}):
        _, sent, _ = replayed([USER, thoughtful(**made_by), RESULT], "vendor/m")
        assert sent["reasoning_details"] == DETAILS
        assert "reasoning_model" not in sent


def test_details_stay_behind_when_another_model_reads_or_the_loop_is_over() -> None:
    elsewhere = [USER, thoughtful(reasoning_model="other/m", reasoning="r"), RESULT]
    earlier = [USER, thoughtful(reasoning="r"), RESULT, answer(), USER]
    for messages in (elsewhere, earlier):
        sent = replayed(messages, "vendor/m")[1]
        assert not {"reasoning_details", "reasoning_model"} & sent.keys()
        assert sent["reasoning"] == "r"


@pytest.mark.parametrize("model", ["x-ai/kimi-k2.6", "anthropic/deepseek-v4-pro:free"])
def test_a_model_known_to_need_reasoning_content_keeps_that_one_field(model: str) -> None:
    stored = answer(reasoning="a", reasoning_content="b", reasoning_details=[{}])
    assert one(stored, model) == answer(reasoning_content="b")


@pytest.mark.parametrize("written", ["{not json", "[1]", "5", "", None, '{"a": ' * 9999])
def test_arguments_that_are_no_object_go_back_as_an_empty_one(written: Any) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": written}}
    (sent,) = one(answer(tool_calls=[call]))["tool_calls"]
    assert sent["function"] == {"name": "f", "arguments": "{}"}
    call["function"] = {"name": "f", "arguments": '{"a":  1}'}
    (sent,) = one(answer(tool_calls=[call]))["tool_calls"]
    assert sent["function"]["arguments"] == '{"a":  1}'


def test_pictures_in_tool_results_follow_the_results_in_a_user_message() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}
    text = {"type": "text", "text": "Done."}
    results = [
        {**RESULT, "content": [picture]},
        {**RESULT, "content": [text, picture]},
        {**RESULT, "content": [text]},
    ]
    _, _, *sent = replayed([USER, thoughtful(), *results, answer()], "vendor/m")
    assert [m["role"] for m in sent] == ["tool", "tool", "tool", "user", "assistant"]
    assert [m["content"] for m in sent[:3]] == ["(see the attached image)", "Done.", "Done."]
    assert sent[3]["content"][1:] == [picture, picture]


def test_turns_that_say_nothing_are_left_out() -> None:
    empty = [answer(content=None), answer(content=""), answer(content="", tool_calls=[])]
    assert replayed([USER, *empty], "vendor/m") == [USER]


def test_a_developer_speaks_as_system() -> None:
    assert one({"role": "developer", "content": "x"}) == {"role": "system", "content": "x"}


@given(st.lists(st.text(max_size=14), min_size=1, max_size=6, unique=True))
def test_mistral_gets_distinct_ids_of_nine_and_results_keep_matching(ids: list[str]) -> None:
    calls = [{"id": name, "type": "function", "function": {}} for name in ids]
    results = [{"role": "tool", "tool_call_id": name, "content": "x"} for name in ids]
    first, *rest = replayed([answer(tool_calls=calls), *results], "mistralai/large")
    sent = [call["id"] for call in first["tool_calls"]]
    assert all(len(name) == 9 and name.isalnum() and name.isascii() for name in sent)
    assert len(set(sent)) == len(ids)
    assert [result["tool_call_id"] for result in rest] == sent


def sent_ids(ids: list[str], model: str) -> list[str]:
    calls = [{"id": name, "type": "function", "function": {}} for name in ids]
    results = [{"role": "tool", "tool_call_id": name, "content": "x"} for name in ids]
    first, *rest = replayed([answer(tool_calls=calls), *results], model)
    sent: list[str] = [call["id"] for call in first["tool_calls"]]
    assert [result["tool_call_id"] for result in rest] == sent
    return sent


def test_other_models_get_their_ids_back_as_they_came() -> None:
    ids = ["functions.clock:0", "functions.clock:1", "x" * 60 + "1", "x" * 60 + "2"]
    assert sent_ids(ids, "moonshotai/kimi-k2.6") == ids


def test_joined_ids_lose_their_second_half_and_what_may_not_be_in_them() -> None:
    assert sent_ids(["call|fc_1", "a b" + "c" * 60 + "|d"], "vendor/m") == [
        "call",
        "a_b" + "c" * 37,
    ]


@pytest.mark.parametrize("model", ["vendor/m", "anthropic/claude"])
def test_ids_that_are_cut_stay_distinct(model: str) -> None:
    ids = ["a.b|1", "a:b|2", "x" * 60 + "1|", "x" * 60 + "2|", "x" * 60 + "3|"]
    sent = sent_ids(ids, model)
    assert len(set(sent)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) for name in sent)


def payload(facts: ModelFacts = UNKNOWN, **fields: Any) -> dict[str, Any]:
    params = fields.pop("params", {})
    request = ChatRequest("openrouter/vendor/m", [USER], **fields)
    return base_payload(request, model="vendor/m", params=params, facts=facts)


def test_known_params_pass_when_they_are_of_the_right_type() -> None:
    good = {
        "temperature": 0.2,
        "topP": 1,
        "seed": 7,
        "frequencyPenalty": -1,
        "presencePenalty": 1,
        "response_format": {"type": "json_object"},
        "stop": ["", "END"],
    }
    sent = payload(params=good)
    assert {k: sent[k] for k in sent if k not in payload()} == {
        "temperature": 0.2,
        "top_p": 1,
        "seed": 7,
        "frequency_penalty": -1,
        "presence_penalty": 1,
        "response_format": {"type": "json_object"},
        "stop": ["END"],
    }
    bad = {
        "temperature": "hot",
        "topP": True,
        "seed": float("nan"),
        "response_format": "json",
        "stop": [""],
        "service_tier": "flex",
    }
    assert payload(params=bad) == payload()


def test_a_model_without_tools_is_sent_none() -> None:
    tools = (ToolSpec("f", "d", {}),)
    assert "tools" not in payload(ModelFacts(supports_tools=False), tools=tools)
    assert payload(tools=tools, params={"toolChoice": "none"})["tool_choice"] == "none"
    assert "tool_choice" not in payload(params={"toolChoice": "none"})


@given(
    st.none() | st.integers(1, 10**6),
    st.none() | st.integers(1, 10**6),
    st.none() | st.integers(1, 10**6),
    st.integers(0, 10**6),
)
def test_the_output_cap_never_exceeds_any_of_its_bounds(
    wish: int | None, maximum: int | None, context: int | None, used: int
) -> None:
    facts = ModelFacts(max_completion_tokens=maximum, context=context)
    request = ChatRequest("m", [], max_tokens=wish)
    cap = output_cap(request, params={}, facts=facts, input_tokens=used)
    assert cap >= 1
    assert cap <= (wish or 4096)
    assert maximum is None or cap <= maximum
    assert context is None or cap <= max(16, context - used - 1)


def test_the_configured_cap_counts_when_the_request_names_none() -> None:
    assert payload(params={"maxTokens": 100})["max_completion_tokens"] == 100
    assert payload(params={"maxTokens": 100}, max_tokens=7)["max_completion_tokens"] == 7
    assert payload(params={"maxTokens": "many"})["max_completion_tokens"] == 4096


def test_a_price_estimate_is_rounded_up_and_unknown_without_prices() -> None:
    facts = ModelFacts(prompt_price=800_000, completion_price=3_500_000)
    assert facts.cost_micro_usd(prompt_tokens=1000, completion_tokens=100) == 1150
    assert facts.cost_micro_usd(prompt_tokens=1, completion_tokens=0) == 1
    assert UNKNOWN.cost_micro_usd(prompt_tokens=1, completion_tokens=1) is None


def test_a_picture_counts_as_many_characters() -> None:
    facts = ModelFacts(context=4000)
    picture = {"type": "image_url", "image_url": {"url": "data:..."}}
    request = ChatRequest("m", [{"role": "user", "content": [picture]}])
    sent = base_payload(request, model="m", params={}, facts=facts)
    assert sent["max_completion_tokens"] == 4000 - 2500 - 1


def test_facts_survive_the_cache_and_unknown_stays_unknown() -> None:
    for facts in BUNDLED.values():
        assert from_cache(facts.as_row()) == facts
    bare = from_catalogue({"id": "a/b"})
    assert bare is not None
    assert (bare.supports_tools, bare.reasoning, bare.max_completion_tokens) == (None, None, None)
    assert from_catalogue({"id": None}) is None
    with pytest.raises(TypeError):
        from_cache({"id": "a/b"})


def test_modalities_are_read_from_the_old_form_too() -> None:
    facts = from_catalogue({"id": "a/b", "architecture": {"modality": "text+image->text"}})
    assert facts is not None
    assert (facts.inputs, facts.outputs) == (("text", "image"), ("text",))
