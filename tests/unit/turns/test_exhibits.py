"""What a model is shown of the things in a conversation."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.openrouter.facts import UNKNOWN, ModelFacts
from bot.store.db import Database
from bot.store.media import Shelf, Shelved
from bot.turns.exhibits import Exhibits, Form, Senses, content, media_part, takes_any
from bot.values.chat import Message
from bot.values.clock import SystemClock
from bot.values.media import MediaFile
from bot.voice.workshop import Workshop

HERE = "telegram:1"
SEEING = ModelFacts("a/seeing", inputs=("text", "image"))
WATCHING = ModelFacts("a/watching", inputs=("text", "image", "video"))
BLIND = ModelFacts("a/blind")


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with Database.open(tmp_path / "a.db") as database:
        yield Shelf(database, SystemClock(), tmp_path / "media")


async def kept(shelf: Shelf, data: bytes = b"pixels", mime: str = "image/png") -> Shelved:
    return await shelf.put(HERE, MediaFile(data, mime, "x"), kind="image")


async def photo(shelf: Shelf, data: bytes = b"pixels", label: str = "photo") -> dict[str, Any]:
    return media_part(await kept(shelf, data), Form.PICTURE, label=label)


def said(*parts: dict[str, Any], text: str = "") -> Message:
    return {"role": "user", "content": content(text, parts)}


async def shown(shelf: Shelf, messages: list[Message], facts: ModelFacts = SEEING) -> list[Any]:
    exhibits = Exhibits(shelf, HERE, lambda ref: facts, workshop=Workshop())
    return [message["content"] for message in await exhibits.shown(messages, model="any")]


def pictures(found: Any) -> list[bytes]:
    urls = (
        [
            part["image_url"]["url"]
            for part in found
            if isinstance(part, dict) and part["type"] == "image_url"
        ]
        if isinstance(found, list)
        else []
    )
    return [base64.b64decode(url.partition(",")[2]) for url in urls]


async def test_a_stored_message_holds_no_bytes_and_a_request_does(shelf: Shelf) -> None:
    message = said(await photo(shelf), text="Look")
    assert "cGl4" not in str(message)
    (found,) = await shown(shelf, [message])
    assert found == [
        {"type": "text", "text": "Look\n(photo m1)"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,cGl4ZWxz"}},
    ]


async def test_each_picture_follows_its_name(shelf: Shelf) -> None:
    message = said(await photo(shelf, b"1"), await photo(shelf, b"2"))
    (found,) = await shown(shelf, [message])
    assert [part.get("text") for part in found] == ["(photo m1)", None, "(photo m2)", None]
    assert pictures(found) == [b"1", b"2"]


async def drawn(shelf: Shelf, size: tuple[int, int], mime: str = "image/png") -> Shelved:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG")
    file = MediaFile(out.getvalue(), mime, "fox.png", width=size[0], height=size[1])
    return await shelf.put(HERE, file, kind="image")


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


async def test_a_large_picture_is_shown_smaller_and_stays_as_it_is(shelf: Shelf) -> None:
    item = await drawn(shelf, (3_000, 1_500))
    message = said(media_part(item, Form.PICTURE, label="photo"))
    (first,) = await shown(shelf, [message])
    (again,) = await shown(shelf, [message])
    (data,) = pictures(first)
    assert size_of(data) == (1_568, 784)
    assert first == again
    assert first[0]["text"] == "(photo m1)"
    assert size_of(await shelf.read(item)) == (3_000, 1_500)
    kept = [one.kind for one in await shelf.recent(HERE, limit=9)]
    assert kept == ["shown", "image"], "scaled once, not at every request"


async def test_a_kind_that_models_do_not_look_at_is_shown_as_another(shelf: Shelf) -> None:
    item = await drawn(shelf, (20, 20), "image/gif")
    (found,) = await shown(shelf, [said(media_part(item, Form.PICTURE, label="picture"))])
    assert found[1]["image_url"]["url"].startswith("data:image/png;base64,")


async def test_a_large_picture_that_can_not_be_opened_is_named(shelf: Shelf) -> None:
    broken = MediaFile(b"pixels", "image/png", "x", width=9_000, height=9)
    item = await shelf.put(HERE, broken, kind="image")
    (found,) = await shown(shelf, [said(media_part(item, Form.PICTURE, label="photo"))])
    assert found == "(photo m1, not shown)"


async def test_a_model_that_can_not_see_is_told_in_words(shelf: Shelf) -> None:
    (found,) = await shown(shelf, [said(await photo(shelf), text="Look")], BLIND)
    assert found == "Look\n(photo m1, which you can't see, but your tools can use it)"


async def test_an_unknown_model_is_taken_at_its_best(shelf: Shelf) -> None:
    (found,) = await shown(shelf, [said(await photo(shelf))], UNKNOWN)
    assert pictures(found) == [b"pixels"]


async def test_of_earlier_turns_only_the_newest_pictures_are_shown(shelf: Shelf) -> None:
    earlier = [said(await photo(shelf, str(number).encode())) for number in range(6)]
    now = [said(*[await photo(shelf, b"now") for _ in range(10)])]
    found = await shown(shelf, [*earlier, *now])
    assert [pictures(one) for one in found[:6]] == [[], [], [b"2"], [b"3"], [b"4"], [b"5"]]
    assert found[0] == "(photo m1, not shown)"
    assert len(pictures(found[-1])) == 10


async def test_tool_results_do_not_make_the_question_an_earlier_turn(shelf: Shelf) -> None:
    asked = said(*[await photo(shelf) for _ in range(6)])
    loop: list[Message] = [{"role": "assistant", "content": "x"}, {"role": "tool", "content": "y"}]
    found = await shown(shelf, [asked, *loop])
    assert len(pictures(found[0])) == 6


async def film(shelf: Shelf, *, frames: int = 4) -> dict[str, Any]:
    stills = [await kept(shelf, str(number).encode(), "image/jpeg") for number in range(frames)]
    whole = await kept(shelf, b"film", "video/mp4")
    return media_part(whole, Form.FILM, label="video", frames=stills)


async def test_a_film_goes_whole_to_a_model_that_watches(shelf: Shelf) -> None:
    (found,) = await shown(shelf, [said(await film(shelf))], WATCHING)
    assert found[1] == {
        "type": "video_url",
        "video_url": {"url": "data:video/mp4;base64,ZmlsbQ=="},
    }


async def test_a_film_goes_as_stills_to_a_model_that_only_sees(shelf: Shelf) -> None:
    (found,) = await shown(shelf, [said(await film(shelf))])
    assert found[0]["text"] == "(video m5, 4 frames of it)"
    assert pictures(found) == [b"0", b"1", b"2", b"3"]


async def test_an_earlier_film_is_shown_as_stills_only(shelf: Shelf) -> None:
    found = await shown(shelf, [said(await film(shelf)), said(text="And?")], WATCHING)
    assert len(pictures(found[0])) == 4


async def test_a_film_without_stills_is_named(shelf: Shelf) -> None:
    (found,) = await shown(shelf, [said(await film(shelf, frames=0))])
    assert found == "(video m1, not shown)"


async def test_of_earlier_papers_only_the_newest_is_handed_over_again(shelf: Shelf) -> None:
    def paper(item: Shelved) -> Message:
        return said(media_part(item, Form.PAPER, label="document"))

    earlier = [paper(await kept(shelf, b"%PDF", "application/pdf")) for _ in range(2)]
    found = await shown(shelf, [*earlier, said(text="So?")], BLIND)
    assert found[0] == "(document m1, not shown)"
    assert found[1][1]["file"]["file_data"] == "data:application/pdf;base64,JVBERg=="


async def test_a_long_text_is_not_read_out_again_at_every_later_turn(shelf: Shelf) -> None:
    item = await kept(shelf, b"x" * 90_000, "text/plain")
    message = said(media_part(item, Form.TEXT, label="file"))
    (now,) = await shown(shelf, [message], BLIND)
    assert now == f"(file m1)\n```\n{'x' * 90_000}\n```"
    later = await shown(shelf, [message, said(text="So?")], BLIND)
    assert later[0] == "(file m1, not shown)"


async def test_a_file_that_is_gone_is_said_to_be_gone(shelf: Shelf) -> None:
    item = await kept(shelf)
    item.path.unlink()
    lost = {**media_part(item, Form.PICTURE, label="photo"), "id": 99}
    found = await shown(shelf, [said(media_part(item, Form.PICTURE, label="photo"), lost)])
    assert found == ["(photo m1, no longer here)\n(photo m99, no longer here)"]


async def test_another_conversations_files_are_not_shown(shelf: Shelf) -> None:
    other = await shelf.put("telegram:2", MediaFile(b"secret", "image/png", "x"), kind="image")
    found = await shown(shelf, [said(media_part(other, Form.PICTURE, label="photo"))])
    assert found == ["(photo m1, no longer here)"]


async def test_messages_without_files_pass_as_they_are(shelf: Shelf) -> None:
    messages: list[Message] = [
        {"role": "system", "content": "s"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "user", "content": "u"},
    ]
    exhibits = Exhibits(shelf, HERE, lambda ref: SEEING, workshop=Workshop())
    assert await exhibits.shown(messages, model="any") == messages


@pytest.mark.parametrize(
    ("form", "facts", "taken"),
    [
        (Form.PICTURE, BLIND, False),
        (Form.PICTURE, SEEING, True),
        (Form.FILM, BLIND, False),
        (Form.FILM, ModelFacts("a/b", inputs=("text", "video")), True),
        (Form.PAPER, BLIND, True),
        (Form.TEXT, BLIND, True),
    ],
)
async def test_whether_a_model_takes_a_thing_at_all(
    shelf: Shelf, *, form: Form, facts: ModelFacts, taken: bool
) -> None:
    part = media_part(await kept(shelf), form, label="x")
    assert takes_any([part], Senses.of(facts)) is taken
