"""Pictures over real HTTP: what is sent, which answers are understood, how bad ones end."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from loopback_upstream import QUICK, Reply, as_json, client_for, upstream
from makings import (
    RECORDED,
    data_url,
    headers_as_recorded,
    picture,
    recorded_url_and_headers,
)

from bot.access.ledger import is_free
from bot.errors import (
    BadAnswer,
    Moderated,
    NoCredit,
    RateLimited,
    RequestRejected,
    UpstreamDown,
    UpstreamError,
)
from bot.openrouter.chat import PATH
from bot.openrouter.facts import UNKNOWN, ModelFacts
from bot.openrouter.images import OpenRouterImages
from bot.openrouter.route import Route
from bot.values.media import ImageOrder, Made, Picture

GEMINI = "openrouter/google/gemini-3.1-flash-image-preview"
ORDER = ImageOrder("a red fox", GEMINI)
PNG = picture()
PNG_64 = base64.b64encode(PNG).decode()


class Known:
    """A catalogue of one row."""

    def __init__(self, facts: ModelFacts = UNKNOWN) -> None:
        self.facts = facts

    def lookup(self, model: str) -> ModelFacts:
        return self.facts if model == self.facts.id else UNKNOWN


def answer(**message: Any) -> Reply:
    return as_json(body(**message))


def body(**message: Any) -> dict[str, Any]:
    return {
        "id": "gen-7",
        "model": "google/other",
        "choices": [{"message": {"role": "assistant", **message}, "finish_reason": "stop"}],
        "usage": {"cost": 0.0391},
    }


def images(*urls: str) -> list[dict[str, Any]]:
    return [{"type": "image_url", "image_url": {"url": url}} for url in urls]


GOOD = answer(content="Here it is.", images=images(data_url(PNG)))


async def made(reply: Reply, order: ImageOrder = ORDER, **limits: Any) -> Made:
    async with upstream(reply) as state, client_for(state, timeouts=QUICK) as client:
        return await OpenRouterImages(client, Known(), **limits).make(order)


async def sent(order: ImageOrder, facts: ModelFacts = UNKNOWN) -> dict[str, Any]:
    async with upstream(GOOD) as state, client_for(state) as client:
        await OpenRouterImages(client, Known(facts)).make(order)
    (seen,) = state.seen
    assert (seen.method, seen.path) == ("POST", "/api/v1/chat/completions")
    assert seen.headers["content-type"] == "application/json"
    return seen.json


async def fails(reply: Reply, order: ImageOrder = ORDER, **limits: Any) -> UpstreamError:
    async with upstream(reply) as state, client_for(state, timeouts=QUICK) as client:
        with pytest.raises(UpstreamError) as caught:
            await OpenRouterImages(client, Known(), **limits).make(order)
    assert len(state.seen) == 1, "a picture is never bought twice"
    assert caught.value.sent
    return caught.value


def fit(order: ImageOrder) -> tuple[ImageOrder, tuple[str, ...]]:
    async def inside() -> tuple[ImageOrder, tuple[str, ...]]:
        async with upstream(GOOD) as state, client_for(state) as client:
            return OpenRouterImages(client, Known()).fit(order)

    return asyncio.run(inside())


# --- What is sent ---------------------------------------------------------------------------------


async def test_the_recorded_request_is_sent_field_by_field() -> None:
    recorded = RECORDED["image_generate"]
    wishes = recorded["arguments"]
    model = recorded["config"]["agents"]["defaults"]["imageGenerationModel"]["primary"]
    order = ImageOrder(
        wishes["prompt"],
        model,
        aspect_ratio=wishes["aspectRatio"],
        resolution=wishes["resolution"],
    )
    assert await sent(order) == recorded["json"]


def test_address_and_headers_are_the_recorded_ones() -> None:
    expected = recorded_url_and_headers("image_generate")
    assert (Route.of("").url(PATH), headers_as_recorded()) == expected


async def test_an_order_without_wishes_carries_no_image_config_but_always_a_count() -> None:
    assert await sent(ORDER) == {
        "model": "google/gemini-3.1-flash-image-preview",
        "messages": [{"role": "user", "content": "a red fox"}],
        "modalities": ["image", "text"],
        "n": 1,
    }


async def test_pictures_to_edit_follow_the_prompt_as_data() -> None:
    order = replace(
        ORDER, prompt="a green sky", pictures=(Picture(PNG), Picture(b"\xff\xd8", "image/jpeg"))
    )
    request = await sent(order)
    assert request["messages"][0]["content"] == [
        {"type": "text", "text": "a green sky"},
        {"type": "image_url", "image_url": {"url": data_url(PNG)}},
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9g="}},
    ]


async def test_a_model_that_makes_pictures_alone_is_asked_for_pictures_alone() -> None:
    order = replace(ORDER, model="openrouter/acme/paint", aspect_ratio="16:9")
    request = await sent(order, ModelFacts("acme/paint", outputs=("image",)))
    assert request["modalities"] == ["image"]
    assert "image_config" not in request


async def test_without_a_model_the_default_one_is_asked() -> None:
    assert (await sent(replace(ORDER, model="")))[
        "model"
    ] == "google/gemini-3.1-flash-image-preview"


# --- What is fitted -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "used"),
    [("16:10", "3:2"), ("2.35:1", "21:9"), ("1920:1080", "16:9"), ("9:16", "9:16")],
)
def test_a_ratio_becomes_the_closest_one_and_the_model_is_told(asked: str, used: str) -> None:
    order = replace(ORDER, model="openrouter/google/gemini-3-pro-image-preview", aspect_ratio=asked)
    fitted, notices = fit(order)
    assert fitted.aspect_ratio == used
    assert notices == (() if asked == used else (f"{asked} is not available; {used} was used",))


def test_the_flash_model_also_draws_what_is_very_wide() -> None:
    fitted, notices = fit(replace(ORDER, aspect_ratio="8:1"))
    assert (fitted.aspect_ratio, notices) == ("8:1", ())


def test_a_resolution_is_written_as_the_wire_wants_it_and_the_closest_one_is_used() -> None:
    assert fit(replace(ORDER, resolution="2k")) == (
        replace(ORDER, resolution="2K"),
        (),
    )
    assert fit(replace(ORDER, resolution="8K"))[1] == ("8K is not available; 4K was used",)


def test_wishes_that_make_no_sense_are_left_out_and_said_so() -> None:
    fitted, notices = fit(replace(ORDER, aspect_ratio="wide", resolution="sharp"))
    assert (fitted.aspect_ratio, fitted.resolution) == ("", "")
    assert notices == (
        "wide is no aspect ratio for this model; it was left out",
        "sharp is no resolution for this model; it was left out",
    )


def test_another_model_gets_no_hints_and_the_model_is_told() -> None:
    order = replace(ORDER, model="openai/gpt-5.4-image-2", aspect_ratio="16:9", resolution="4K")
    fitted, notices = fit(order)
    assert (fitted.aspect_ratio, fitted.resolution) == ("", "")
    assert notices == (
        "this model takes no aspect ratio; it was left out",
        "this model takes no resolution; it was left out",
    )


@pytest.mark.parametrize(("side", "resolution"), [(1499, "1K"), (1500, "2K"), (3000, "4K")])
def test_an_edit_stays_about_as_large_as_its_largest_original(side: int, resolution: str) -> None:
    originals = (Picture(PNG), Picture(picture("JPEG", (20, side)), "image/jpeg"))
    assert fit(replace(ORDER, pictures=originals))[0].resolution == resolution
    assert fit(replace(ORDER, pictures=originals, resolution="1K"))[0].resolution == "1K"


def test_an_original_that_can_not_be_measured_leaves_the_resolution_open() -> None:
    assert fit(replace(ORDER, pictures=(Picture(b"no picture"),)))[0].resolution == ""


@pytest.mark.parametrize("count", [-3, 0])
def test_at_least_one_picture_is_made(count: int) -> None:
    assert fit(replace(ORDER, count=count))[0].count == 1


@pytest.mark.parametrize(
    "order", [replace(ORDER, count=5), replace(ORDER, pictures=(Picture(PNG),) * 6)]
)
async def test_too_much_at_once_is_refused_before_anything_is_sent(order: ImageOrder) -> None:
    async with upstream(GOOD) as state, client_for(state) as client:
        with pytest.raises(RequestRejected) as caught:
            await OpenRouterImages(client, Known()).make(order)
    assert not caught.value.sent
    assert "at most" in caught.value.sentence
    assert state.seen == []


# --- What is understood ---------------------------------------------------------------------------


async def test_a_picture_comes_with_its_size_its_cost_and_what_was_said_beside_it() -> None:
    result = await made(GOOD)
    (file,) = result.files
    assert (file.data, file.mime, file.name) == (PNG, "image/png", "image-1.png")
    assert (file.width, file.height) == (64, 36)
    assert result.model == "google/gemini-3.1-flash-image-preview"
    assert result.text == "Here it is."
    assert (result.cost_micro_usd, result.generation_id) == (39_100, "gen-7")


SHAPES: dict[str, dict[str, Any]] = {
    "images with imageUrl": {"images": [{"imageUrl": {"url": data_url(PNG)}}]},
    "a data URL in the text": {"content": f"Look: ![fox]({data_url(PNG)}) done"},
    "a naked data URL in the text": {"content": f"Look: {data_url(PNG)} done"},
    "parts": {"content": [{"type": "text", "text": "Look:  done"}, *images(data_url(PNG))]},
    "a part of b64_json": {"content": [{"type": "image", "b64_json": PNG_64}]},
    "inline data": {"content": [{"inlineData": {"data": PNG_64, "mimeType": "image/png"}}]},
    "inline data in snake case": {"content": [{"inline_data": {"data": PNG_64}}]},
    "base64 in lines": {"images": images(data_url(PNG)[:90] + "\n" + data_url(PNG)[90:])},
    "base64 without padding": {"images": images(data_url(PNG).rstrip("="))},
    "an unknown part beside it": {"content": [{"type": "sparkle"}, *images(data_url(PNG))]},
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_picture_is_found_in_every_known_shape(shape: str) -> None:
    result = await made(answer(**SHAPES[shape]))
    assert [file.data for file in result.files] == [PNG]
    assert "base64" not in result.text
    if "text" in shape or shape == "parts":
        assert result.text == "Look:  done"


async def test_all_pictures_are_kept_in_order_even_more_than_were_asked_for() -> None:
    colours = [picture(colour=colour) for colour in ("red", "green", "blue")]
    reply = as_json(
        {"choices": [{"message": {"images": images(data_url(one))}} for one in colours]},
        x_generation_id="gen-header",
    )
    result = await made(reply)
    assert [file.data for file in result.files] == colours
    assert [file.name for file in result.files] == ["image-1.png", "image-2.png", "image-3.png"]
    assert (result.cost_micro_usd, result.generation_id) == (None, "gen-header")


@pytest.mark.parametrize(
    ("kind", "mime", "name"),
    [
        ("JPEG", "image/jpeg", "image-1.jpg"),
        ("WEBP", "image/webp", "image-1.webp"),
        ("GIF", "image/gif", "image-1.gif"),
    ],
)
async def test_a_picture_is_called_what_it_is_whatever_the_answer_calls_it(
    kind: str, mime: str, name: str
) -> None:
    (file,) = (await made(answer(images=images(data_url(picture(kind)))))).files
    assert (file.mime, file.name, file.width, file.height) == (mime, name, 64, 36)


def larger_header(width: int, height: int) -> bytes:
    """A PNG whose header claims other dimensions than it has; its checksum is right."""
    import zlib

    head = PNG[12:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + PNG[24:29]
    return PNG[:12] + head + zlib.crc32(head).to_bytes(4, "big") + PNG[33:]


async def test_a_very_large_picture_is_measured_without_decoding_it() -> None:
    (file,) = (await made(answer(images=images(data_url(larger_header(15_000, 10_000)))))).files
    assert (file.width, file.height) == (15_000, 10_000)


# --- How bad answers end --------------------------------------------------------------------------

HTML = base64.b64encode(b"<!doctype html><p>sorry").decode()
MALFORMED: dict[str, dict[str, Any]] = {
    "an address": {"images": images("https://pictures.example/fox.png")},
    "an address in a part": {"content": images("http://169.254.169.254/latest")},
    "html as png": {"images": images(f"data:image/png;base64,{HTML}")},
    "html by its type": {"images": images(f"data:text/html;base64,{HTML}")},
    "cut off in a group": {"images": images(f"data:image/png;base64,{PNG_64.rstrip('=')[:41]}")},
    "cut off between groups": {"images": images(f"data:image/png;base64,{PNG_64[:80]}")},
    "a cut off jpeg": {"images": images(data_url(picture("JPEG")[:-40]))},
    "a cut off webp": {"images": images(data_url(picture("WEBP")[:-4]))},
    "no base64": {"images": images("data:image/png;base64,***")},
    "a bomb": {"images": images(data_url(larger_header(60_000, 60_000)))},
    "no pixels": {"images": images(data_url(larger_header(0, 10)))},
    "one good, one bad": {"images": images(data_url(PNG), "data:image/png;base64,QQ==")},
    "images as an object": {"images": {"url": data_url(PNG)}},
    "an image as text": {"images": ["fox"]},
    "an image without a URL": {"images": [{"image_url": {}}]},
    "content as a number": {"content": 7},
    "a part as text": {"content": ["fox"]},
    "inline data of another type": {
        "content": [{"inlineData": {"data": PNG_64, "mimeType": "a/b"}}]
    },
    "inline data as text": {"content": [{"inlineData": PNG_64}]},
    "b64_json as a number": {"content": [{"b64_json": 7}]},
    "too many": {"images": images(*[data_url(PNG)] * 33)},
}


@pytest.mark.parametrize("case", MALFORMED)
async def test_one_malformed_picture_spoils_the_answer_and_its_cost_is_known(case: str) -> None:
    failure = await fails(answer(**MALFORMED[case]))
    assert isinstance(failure, BadAnswer)
    assert (failure.cost_micro_usd, failure.generation_id) == (39_100, "gen-7")


BODIES: dict[str, Any] = {
    "no choices": {"choices": None},
    "choices as an object": {"choices": {}},
    "a choice as text": {"choices": ["fox"]},
    "a message as text": {"choices": [{"message": "fox"}]},
    "no message": {"choices": [{}]},
    "an array": [],
}


@pytest.mark.parametrize("case", BODIES)
async def test_an_answer_of_another_form_is_an_unusable_one(case: str) -> None:
    assert isinstance(await fails(as_json(BODIES[case])), BadAnswer)


HTML_PAGE = b"<!doctype html><title>busy</title>"
BROKEN: dict[str, tuple[Reply, type[UpstreamError]]] = {
    "html": (Reply((HTML_PAGE,), headers={"content-type": "text/html"}), BadAnswer),
    "html as json": (Reply((HTML_PAGE,), headers={"content-type": "application/json"}), BadAnswer),
    "json cut off": (Reply((json.dumps(body()).encode()[:60],)), BadAnswer),
    "a broken connection": (Reply((b'{"choices": [',), ending="break"), UpstreamDown),
    "no answer at all": (Reply(ending="drop"), UpstreamDown),
    "an error as an answer": (as_json({"error": {"code": 402, "message": "no"}}), NoCredit),
    "402": (as_json({"error": {"code": 402, "message": "no"}}, 402), NoCredit),
    "429": (as_json({"error": {"code": 429, "message": "no"}}, 429, retry_after="0"), RateLimited),
    "503": (as_json({"error": {"code": 503, "message": "no"}}, 503), UpstreamDown),
    "an error in a choice": (
        as_json({"choices": [{"error": {"code": 502, "message": "no"}, "message": None}]}),
        UpstreamDown,
    ),
    "broken off": (as_json({"choices": [{"finish_reason": "error", "message": {}}]}), UpstreamDown),
    "filtered": (
        as_json({"choices": [{"finish_reason": "content_filter", "message": {}}]}),
        Moderated,
    ),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_failed_call_is_a_typed_error_and_not_repeated(case: str) -> None:
    reply, kind = BROKEN[case]
    failure = await fails(reply)
    assert isinstance(failure, kind)
    assert failure.sentence.endswith(".")


async def test_an_error_in_an_answer_that_was_taken_may_be_paid_and_keeps_its_price() -> None:
    error = {"code": 429, "message": "busy"}
    failure = await fails(as_json({"id": "gen-7", "error": error, "usage": {"cost": 0.04}}))
    assert isinstance(failure, RateLimited)
    assert failure.begun
    assert (failure.cost_micro_usd, failure.generation_id) == (40_000, "gen-7")
    assert not is_free(failure)


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    reply = Reply((b" " * 2**20,) * 200, headers={"content-type": "application/json"})
    failure = await fails(reply, max_bytes=4 * 2**20)
    assert isinstance(failure, BadAnswer)
    assert not failure.retryable


async def test_pictures_that_are_too_large_together_are_not_taken() -> None:
    reply = answer(images=images(*[data_url(PNG)] * 3))
    failure = await fails(reply, max_bytes=2 * len(PNG))
    assert isinstance(failure, BadAnswer)
    assert not failure.retryable


@pytest.mark.parametrize("start", [(), (b'{"choices": [',)], ids=["headers", "the body"])
async def test_a_slow_answer_ends_when_the_orders_time_is_over(start: tuple[bytes, ...]) -> None:
    failure = await fails(Reply(start, ending="hang"), replace(ORDER, timeout_s=0.2))
    assert isinstance(failure, UpstreamDown)
    assert "timed out" in str(failure)


@pytest.mark.parametrize(
    "message",
    [
        {"content": "I **can't** draw\nreal people."},
        {"content": None, "refusal": "I can't draw real people."},
        {"content": [{"type": "text", "text": "I can't draw `real` people."}]},
    ],
)
async def test_a_model_that_only_writes_is_quoted(message: dict[str, Any]) -> None:
    failure = await fails(answer(**message))
    assert isinstance(failure, BadAnswer)
    assert failure.cost_micro_usd == 39_100
    words = "The picture model answered in words instead: I can't draw real people."
    assert failure.sentence == words


async def test_a_long_refusal_is_cut_at_a_word_and_holds_no_secret() -> None:
    failure = await fails(answer(content="sk-or-v1-0123456789abcdef " + "many words " * 100))
    assert len(failure.sentence) < 260
    assert failure.sentence.endswith("words…") or failure.sentence.endswith("many…")
    assert "sk-or" not in failure.sentence


async def test_an_answer_with_neither_picture_nor_word_says_so() -> None:
    assert "no picture" in (await fails(answer(content=""))).sentence


async def test_an_unreachable_service_costs_nothing(free_port: int) -> None:
    async with upstream(GOOD) as state:
        state.port = free_port
        async with client_for(state) as client:
            with pytest.raises(UpstreamDown) as caught:
                await OpenRouterImages(client, Known()).make(ORDER)
    assert not caught.value.sent
