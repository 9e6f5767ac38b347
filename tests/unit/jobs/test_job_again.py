"""Taking up a job again: what was made is sent, what is being made is looked for, nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import BadAnswer, ChatGone, DeliverError, TooLargeToSend, UpstreamDown
from bot.jobs.request import PictureRef
from bot.jobs.words import LOOK_AGAIN, SEND_AGAIN, TRY_AGAIN
from bot.openrouter.addresses import AddressRefused
from bot.openrouter.download import FileMissing, FileTooLarge
from bot.values.media import MediaKind
from tests.unit.jobs.shop import DONE, FILM, HERE, PICTURE, TICKET, Shop, failing


@pytest.mark.parametrize("kind", [MediaKind.IMAGE, MediaKind.VIDEO])
async def test_what_was_made_and_refused_is_sent_again_and_not_paid_again(
    shop: Shop, kind: MediaKind
) -> None:
    shop.front.refuses = [DeliverError("bad request")]
    job = await shop.orders(kind)
    ((said, label),) = shop.front.told
    assert "but I couldn't send it" in said
    assert label == SEND_AGAIN
    job = await shop.again(job)
    assert job.state == "delivered"
    ((files, _),) = shop.front.taken
    assert files == [PICTURE.data if kind is MediaKind.IMAGE else FILM.data]
    assert len(shop.painter.orders) + len(shop.filmer.orders) == 1
    assert len(await shop.shelf.of_job(job.ref)) == 1


async def test_what_could_not_be_made_is_ordered_again(shop: Shop) -> None:
    shop.painter.script = [BadAnswer(), *shop.painter.script]
    job = await shop.orders()
    assert shop.front.told[0][1] == TRY_AGAIN
    job = await shop.again(job)
    assert job.state == "delivered"
    assert len(shop.painter.orders) == 2
    assert shop.front.taken == [([PICTURE.data], "as you wished")]


@pytest.mark.parametrize(
    "failure",
    [
        BadAnswer("odd", retryable=False),
        FileMissing("gone", status=404),
        AddressRefused("elsewhere"),
        UpstreamDown("lost", retryable=False),
    ],
)
async def test_a_film_that_may_still_be_made_is_looked_for_and_not_ordered_again(
    shop: Shop, failure: Exception
) -> None:
    shop.filmer.polls = [failure]
    job = await shop.orders(MediaKind.VIDEO)
    assert job.state == "failed"
    assert shop.front.told[0][1] == LOOK_AGAIN
    shop.filmer.polls = [TICKET, DONE]
    job = await shop.again(job)
    assert job.state == "delivered"
    assert len(shop.filmer.orders) == 1


async def test_a_film_that_failed_upstream_is_ordered_again(shop: Shop) -> None:
    shop.filmer.polls = [replace(TICKET, status="failed", error="no actors"), DONE]
    job = await shop.orders(MediaKind.VIDEO)
    assert shop.front.told[0][1] == TRY_AGAIN
    assert (await shop.again(job)).state == "delivered"
    assert len(shop.filmer.orders) == 2


@pytest.mark.parametrize("where", ["fetching", "sending"])
async def test_what_is_too_large_has_no_button_that_can_not_help(shop: Shop, where: str) -> None:
    if where == "fetching":
        shop.filmer.films = [FileTooLarge("200 MB")]
    else:
        shop.front.refuses = [TooLargeToSend("60 MB")]
    job = await shop.orders(MediaKind.VIDEO)
    assert job.state == "failed"
    assert [label for _, label in shop.front.told] == [""]
    assert job.hopeless


async def test_who_was_away_gets_it_on_request_and_can_wish_for_it_again(shop: Shop) -> None:
    shop.front.refuses = [ChatGone("blocked")]
    job = await shop.orders()
    assert (job.state, job.told) == ("failed", True)
    assert await shop.table.running(HERE) == []
    job = await shop.again(job)
    assert job.state == "delivered"
    assert len(shop.painter.orders) == 1
    assert (await shop.orders(call_key="t2/1")).id != job.id


async def test_a_file_that_vanished_from_the_disk_is_told(shop: Shop) -> None:
    shop.front.refuses = [DeliverError("bad request")]
    job = await shop.orders()
    for item in await shop.shelf.of_job(job.ref):
        item.path.unlink()
    job = await shop.again(job)
    assert "gone from my disk" in shop.front.told[-1][0]
    assert (await shop.again(job)).state == "delivered"
    assert len(shop.painter.orders) == 2
    assert shop.front.taken == [([PICTURE.data], "as you wished")]


async def test_a_job_of_another_chat_is_not_found(shop: Shop) -> None:
    job = await shop.orders()
    assert await shop.office.find(HERE, job.ref) is not None
    assert await shop.office.find("telegram:2", job.ref) is None


async def test_a_picture_of_another_chat_is_not_worked_from(shop: Shop) -> None:
    item = await shop.shelf.put("telegram:2", PICTURE, kind="image")
    job = await shop.orders(pictures=(PictureRef(item.ref),))
    ((said, _),) = shop.front.told
    assert f"The picture {item.ref} is not here any more" in said
    assert "It cost nothing." in said
    assert job.state == "failed"
    assert shop.painter.orders == []


async def test_a_price_that_was_named_is_told_and_nobody_steps_in(shop: Shop) -> None:
    paid = failing(BadAnswer(status=429), begun=True, cost_micro_usd=40_000, generation_id="g")
    shop.painter.script = [paid]
    await shop.orders(models=("a/one", "a/two"))
    assert "It cost $0.04." in shop.front.told[0][0]
    assert len(shop.painter.orders) == 1
    assert await shop.paid() == [("maybe_paid", 40_000, "g")]


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [(500, "maybe_paid", "may have been charged"), (503, "failed", "cost nothing")],
)
async def test_the_books_say_what_the_chat_says(
    shop: Shop, status: int, state: str, said: str
) -> None:
    shop.painter.script = [UpstreamDown(status=status)]
    await shop.orders()
    assert said in shop.front.told[0][0]
    assert [row[0] for row in await shop.paid()] == [state]
