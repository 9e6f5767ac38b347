"""Songs over real HTTP: what is sent, how sound is put together, how bad streams end."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from loopback_upstream import QUICK, Reply, as_json, client_for, delta, events, sse, upstream
from makings import (
    RECORDED,
    data_url,
    headers_as_recorded,
    mp3,
    picture,
    recorded_url_and_headers,
    wav,
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
from bot.openrouter.music import OpenRouterMusic
from bot.openrouter.route import Route
from bot.values.media import Made, MusicOrder, Picture

PRO = "openrouter/google/lyria-3-pro-preview"
ORDER = MusicOrder("a calm piano song", PRO)
WAV = wav()
ENCODED = base64.b64encode(WAV).decode()
USAGE = {"id": "gen-1", "choices": [], "usage": {"cost": 0.08}}


def sound(data: str, **more: str) -> dict[str, Any]:
    return delta(audio={"data": data, **more})


GOOD = sse(sound(ENCODED), delta("stop"), USAGE)


async def made(reply: Reply, order: MusicOrder = ORDER) -> Made:
    async with upstream(reply) as state, client_for(state) as client:
        return await OpenRouterMusic(client).make(order)


async def sent(order: MusicOrder) -> dict[str, Any]:
    async with upstream(GOOD) as state, client_for(state) as client:
        await OpenRouterMusic(client).make(order)
    (seen,) = state.seen
    assert (seen.method, seen.path) == ("POST", "/api/v1/chat/completions")
    return seen.json


async def fails(reply: Reply, order: MusicOrder = ORDER, **limits: Any) -> UpstreamError:
    async with upstream(reply) as state, client_for(state, timeouts=QUICK) as client:
        with pytest.raises(UpstreamError) as caught:
            await OpenRouterMusic(client, **limits).make(order)
    assert len(state.seen) == 1, "a song is never bought twice"
    assert caught.value.sent
    assert caught.value.sentence.endswith(".")
    return caught.value


async def fitted(order: MusicOrder) -> tuple[MusicOrder, tuple[str, ...]]:
    async with upstream(GOOD) as state, client_for(state) as client:
        return OpenRouterMusic(client).fit(order)


# --- What is sent ---------------------------------------------------------------------------------


async def test_the_recorded_request_is_sent_field_by_field() -> None:
    recorded = RECORDED["music_generate"]
    model = recorded["config"]["agents"]["defaults"]["musicGenerationModel"]["primary"]
    assert await sent(MusicOrder(model=model, **recorded["arguments"])) == recorded["json"]


def test_address_and_headers_are_the_recorded_ones() -> None:
    expected = recorded_url_and_headers("music_generate")
    assert (Route.of("").url(PATH), headers_as_recorded()) == expected


async def test_wishes_follow_the_prompt_in_order_with_a_blank_line_between() -> None:
    order = replace(
        ORDER, prompt="  rain \n", lyrics=" la la\nla ", instrumental=True, duration_s=89.5
    )
    prompt, instrumental, lyrics, length = (await sent(order))["messages"][0]["content"].split(
        "\n\n"
    )
    assert prompt == "rain"
    assert "instrumental" in instrumental
    assert lyrics == "Lyrics:\nla la\nla"
    assert "90 seconds" in length


async def test_a_picture_goes_with_the_words_as_data() -> None:
    request = await sent(replace(ORDER, pictures=(Picture(picture()),)))
    assert request["messages"][0]["content"] == [
        {"type": "text", "text": "a calm piano song"},
        {"type": "image_url", "image_url": {"url": data_url(picture())}},
    ]


async def test_without_a_model_the_default_one_is_asked() -> None:
    assert (await sent(replace(ORDER, model="")))["model"] == "google/lyria-3-pro-preview"


@pytest.mark.parametrize(
    ("asked", "used", "notices"),
    [
        (600, 180, ("600 seconds are not available; 180 seconds were used",)),
        (0, 1, ("0 seconds are not available; 1 seconds were used",)),
        (180, 180, ()),
        (None, None, ()),
        (float("inf"), None, ()),
    ],
)
async def test_a_song_lasts_three_minutes_at_most_and_the_model_is_told(
    asked: float | None, used: float | None, notices: tuple[str, ...]
) -> None:
    order, told = await fitted(replace(ORDER, duration_s=asked))
    assert (order.duration_s, told) == (used, notices)


@pytest.mark.parametrize(("asked", "used"), [("", "wav"), ("MP3", "mp3"), ("flac", "wav")])
async def test_the_format_is_wav_unless_mp3_is_asked_for(asked: str, used: str) -> None:
    order, notices = await fitted(replace(ORDER, format=asked))
    assert order.format == used
    expected = ("flac is not available; wav was used",) if asked == "flac" else ()
    assert notices == expected
    assert (await sent(replace(ORDER, format=asked)))["audio"] == {"format": used}


async def test_a_second_picture_is_refused_before_anything_is_sent() -> None:
    async with upstream(GOOD) as state, client_for(state) as client:
        with pytest.raises(RequestRejected) as caught:
            await OpenRouterMusic(client).make(replace(ORDER, pictures=(Picture(picture()),) * 2))
    assert not caught.value.sent
    assert "one picture" in caught.value.sentence
    assert state.seen == []


# --- How sound is put together --------------------------------------------------------------------


async def test_a_song_comes_with_its_words_its_cost_and_its_id() -> None:
    half = len(ENCODED) // 2
    result = await made(
        sse(
            sound(ENCODED[:half], transcript="La la"),
            sound(ENCODED[half:], transcript=" la"),
            delta("stop"),
            USAGE,
        )
    )
    (file,) = result.files
    assert (file.data, file.mime, file.name) == (WAV, "audio/wav", "track-1.wav")
    assert result.text == "La la la"
    assert result.model == "google/lyria-3-pro-preview"
    assert (result.cost_micro_usd, result.generation_id) == (80_000, "gen-1")


@pytest.mark.parametrize("length", [1, 2, 3, 5, 7, 1001])
async def test_sound_may_be_cut_at_any_character(length: int) -> None:
    pieces = [ENCODED[n : n + length] for n in range(0, len(ENCODED), length)]
    assert (await made(sse(*map(sound, pieces)))).files[0].data == WAV


@pytest.mark.parametrize("length", [1, 2, 100, 101])
async def test_each_piece_of_sound_may_be_padded_by_itself(length: int) -> None:
    cuts = range(0, len(WAV), length)
    pieces = [base64.b64encode(WAV[n : n + length]).decode() for n in cuts]
    assert (await made(sse(*map(sound, pieces)))).files[0].data == WAV


async def test_bytes_may_arrive_in_any_portions_with_comments_between() -> None:
    stream = b": OPENROUTER PROCESSING\n\n" + events(sound(ENCODED, transcript="é"), USAGE)
    portions = tuple(stream[n : n + 97] for n in range(0, len(stream), 97))
    result = await made(Reply(portions, headers={"content-type": "text/event-stream"}))
    assert (result.files[0].data, result.text) == (WAV, "é")


async def test_a_whole_song_may_come_in_one_piece_of_many_megabytes() -> None:
    song = WAV + bytes(9 * 2**20)
    result = await made(sse(sound(base64.b64encode(song).decode())))
    assert result.files[0].data == song


async def test_a_song_that_was_not_streamed_is_taken_all_the_same() -> None:
    message = {"audio": {"data": ENCODED, "transcript": "La"}}
    result = await made(as_json({"id": "gen-2", "choices": [{"message": message}]}))
    assert (result.files[0].data, result.text, result.generation_id) == (WAV, "La", "gen-2")


async def test_words_beside_the_sound_stand_in_for_a_missing_transcript() -> None:
    assert (await made(sse(delta(content="Verse one"), sound(ENCODED)))).text == "Verse one"


@pytest.mark.parametrize("tagged", [True, False])
async def test_a_song_is_called_what_it_is_whatever_was_asked_for(*, tagged: bool) -> None:
    data = (b"ID3\x04\0\0\0\0\0\0" if tagged else b"") + mp3()
    (file,) = (await made(sse(sound(base64.b64encode(data).decode())))).files
    assert (file.data, file.mime, file.name) == (data, "audio/mpeg", "track-1.mp3")


async def test_the_id_in_the_headers_serves_where_the_stream_names_none() -> None:
    stream = events({"choices": [{"delta": {"audio": {"data": ENCODED}}}]})
    reply = Reply((stream,), headers={"x-generation-id": "gen-header"})
    assert (await made(reply)).generation_id == "gen-header"


async def test_silence_longer_than_a_chat_may_keep_is_waited_for() -> None:
    chunks = (events(sound(ENCODED[:8]), done=False), events(sound(ENCODED[8:])))
    async with (
        upstream(Reply(chunks, pause_s=0.3)) as state,
        client_for(state, timeouts=replace(QUICK, chat_idle_s=0.05)) as client,
    ):
        assert (await OpenRouterMusic(client).make(ORDER)).files[0].data == WAV


# --- How bad streams end --------------------------------------------------------------------------


def in_stream(code: object, message: str = "no") -> dict[str, Any]:
    return {"id": "gen-1", "error": {"code": code, "message": message}, "choices": []}


HTML = base64.b64encode(b"<!doctype html>").decode()
PCM = base64.b64encode(bytes(range(256)) * 8).decode()
STREAM = {"content-type": "text/event-stream"}
BAD: dict[str, tuple[Reply, type[UpstreamError]]] = {
    "no end mark": (sse(sound(ENCODED), delta("stop"), USAGE, done=False), BadAnswer),
    "broken off": (sse(sound(ENCODED), done=False, ending="break"), UpstreamDown),
    "cut off in a group": (sse(sound(ENCODED.rstrip("=")[:201])), BadAnswer),
    "no base64": (sse(sound("***")), BadAnswer),
    "not ascii": (sse(sound("éééé")), BadAnswer),
    "nothing": (sse(delta("stop")), BadAnswer),
    "html as sound": (sse(sound(HTML)), BadAnswer),
    "samples without a header": (sse(sound(PCM)), BadAnswer),
    "samples much like mp3": (sse(sound("//v///v/" * 40)), BadAnswer),
    "html": (Reply((b"<html>busy",), headers=STREAM), BadAnswer),
    "html as json": (Reply((b"<p>",), headers={"content-type": "application/json"}), BadAnswer),
    "json cut off": (Reply((b'{"choices": [',), headers=STREAM), BadAnswer),
    "an event that is no json": (Reply((b"data: {oops\n\n",), headers=STREAM), BadAnswer),
    "an error in mid-stream": (sse(sound(ENCODED), in_stream(502), done=False), UpstreamDown),
    "no credit in mid-stream": (sse(sound(ENCODED[:8]), in_stream("402")), NoCredit),
    "an error in a choice": (
        sse({"choices": [{"delta": {}, "error": {"code": 503, "message": "no"}}]}),
        UpstreamDown,
    ),
    "filtered": (sse(delta("content_filter")), Moderated),
    "given up": (sse(delta("error")), UpstreamDown),
    "402": (as_json({"error": {"code": 402, "message": "no"}}, 402), NoCredit),
    "429": (as_json({"error": {"code": 429, "message": "no"}}, 429, retry_after="0"), RateLimited),
    "503": (as_json({"error": {"code": 503, "message": "no"}}, 503), UpstreamDown),
    "dropped": (Reply(ending="drop"), UpstreamDown),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_stream_is_a_typed_error_and_not_repeated(case: str) -> None:
    reply, kind = BAD[case]
    assert isinstance(await fails(reply), kind)


async def test_a_song_that_breaks_off_says_so_and_its_cost_is_known() -> None:
    failure = await fails(sse(sound(ENCODED[:40]), USAGE, done=False))
    assert "broke off" in failure.sentence
    assert (failure.cost_micro_usd, failure.generation_id) == (80_000, "gen-1")


@pytest.mark.parametrize("streamed", [True, False])
async def test_an_error_before_any_sound_may_be_paid_and_keeps_its_price(*, streamed: bool) -> None:
    failed = in_stream(429) | {"usage": {"cost": 0.08}}
    failure = await fails(sse(failed, done=False) if streamed else as_json(failed))
    assert failure.begun
    assert (failure.cost_micro_usd, failure.generation_id) == (80_000, "gen-1")
    assert not is_free(failure)


async def test_a_model_that_only_writes_is_quoted() -> None:
    failure = await fails(sse(delta(content="I *can't* sing "), delta("stop", content="that.")))
    assert failure.sentence == "The music model answered in words instead: I can't sing that."


ENDLESS = {
    "events": (events(sound(base64.b64encode(WAV + bytes(2**19)).decode()), done=False),) * 200,
    "one line": (b"data: " + b"A" * 2**20,) + (b"A" * 2**20,) * 200,
    "one event": (b"data: " + b"A" * 2**20 + b"\n",) * 200,
    "one object": (b'{"choices": "', *(b"A" * 2**20,) * 200),
}


@pytest.mark.parametrize("case", ENDLESS)
async def test_an_answer_without_end_is_not_read_to_its_end(case: str) -> None:
    failure = await fails(Reply(ENDLESS[case], headers=STREAM), max_bytes=4 * 2**20)
    assert isinstance(failure, BadAnswer)
    assert any(words in str(failure) for words in ("larger than", "too large", "does not end"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply((), ending="hang"),
        Reply((events(sound(ENCODED), done=False),), ending="hang"),
        Reply((b": PROCESSING\n\n",) * 40, pause_s=0.05),
    ],
    ids=["before the first byte", "in mid-stream", "with comments alone"],
)
async def test_one_deadline_covers_headers_and_the_whole_stream(reply: Reply) -> None:
    failure = await fails(reply, replace(ORDER, timeout_s=0.4))
    assert isinstance(failure, UpstreamDown)
    assert "timed out" in str(failure)


async def test_words_without_end_do_not_cost_the_song() -> None:
    flood = [sound("", transcript="la " * 1000)] * 100
    result = await made(sse(*flood, sound(ENCODED)))
    assert result.files[0].data == WAV
    assert len(result.text) < 210_000


async def test_an_unreachable_service_costs_nothing(free_port: int) -> None:
    async with upstream(GOOD) as state:
        state.port = free_port
        async with client_for(state) as client:
            with pytest.raises(UpstreamDown) as caught:
                await OpenRouterMusic(client).make(ORDER)
    assert not caught.value.sent
