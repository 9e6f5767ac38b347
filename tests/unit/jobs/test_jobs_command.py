"""`/jobs`: what is listed, with which buttons, and to whom."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bot.errors import BadAnswer, ChatGone
from bot.turns.commands.desk import Answer, Desk
from bot.turns.commands.jobs import jobs
from bot.values.conversation import ChatKind, Command, Conversation, Incoming, Person
from tests.unit.jobs.shop import HERE, Shop


async def asks(shop: Shop, words: str = "", *, where: str = HERE) -> Answer:
    class Counter:
        jobs = shop.office

    incoming = Incoming(
        conversation=Conversation.parse(where),
        message_id="9",
        sender=Person("1"),
        chat_kind=ChatKind.PRIVATE,
        sent_at_ms=0,
        text=f"/jobs {words}",
        command=Command("jobs", words),
    )
    return await jobs(cast(Desk, cast(Any, Counter())), incoming)


def labels(answer: Answer) -> list[str]:
    return [button.label for row in answer.buttons for button in row]


async def test_a_title_is_shown_as_it_is_written_and_never_as_a_link(shop: Shop) -> None:
    from markdown_it import MarkdownIt

    await shop.orders(title="[free money](https://evil.example) `x` **now**")
    text = (await asks(shop)).markdown
    html = MarkdownIt().render(text)
    assert "<a " not in html
    assert "<strong>now" not in html
    assert "[free money]" in html


@pytest.mark.parametrize(
    ("trouble", "label"),
    [("made and refused", "Send again: j1"), ("not made", "Try again: j1")],
)
async def test_an_ended_job_has_the_button_that_helps(shop: Shop, trouble: str, label: str) -> None:
    if trouble == "not made":
        shop.painter.script = [BadAnswer()]
    else:
        shop.front.refuses = [ChatGone("blocked")]
    await shop.orders()
    assert labels(await asks(shop)) == [label]


async def test_what_was_cancelled_can_be_taken_up_again(shop: Shop) -> None:
    job = await shop.orders()
    await shop.table.finish(job.id, "cancelled", "Cancelled.", result={})
    assert labels(await asks(shop)) == ["Try again: j1"]


async def test_what_was_delivered_has_no_button(shop: Shop) -> None:
    await shop.orders()
    assert labels(await asks(shop)) == []


@pytest.mark.parametrize("verb", ["cancel", "again"])
async def test_the_jobs_of_another_chat_are_nobody_elses(shop: Shop, verb: str) -> None:
    shop.painter.script = [BadAnswer()]
    await shop.orders()
    answer = await asks(shop, f"{verb} j1", where="telegram:2")
    assert "no job `j1` here" in answer.markdown
    assert "Nothing was made here" in (await asks(shop, where="telegram:2")).markdown
    assert len(shop.painter.orders) == 1
