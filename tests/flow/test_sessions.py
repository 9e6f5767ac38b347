"""How long a conversation is remembered: starting afresh, summaries, forgetting, retention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import voices
from tests.flow.archive import DAY_MS, NOTES, remembers, seen, where, write
from tests.flow.books import rows
from tests.flow.gallery import picture
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually
from tests.flow.test_access import owner_code
from tests.flow.test_choices import presses
from tests.flow.test_groups import in_group
from tests.flow.workshop import awaits_media, awaits_state, orders

SUMMARY = "Ada Lovelace lives at 17 Dorset Street. Decided: the blue boat (m12). Open: which day?"
GROUP = -1003


def goes_back(stage: Stage, *, minutes: float) -> None:
    """So much time passes for what was said."""
    write(stage, f"update messages set at_ms = at_ms - {round(minutes * 60_000)}")


def scripts_summary(stage: Stage, text: str = SUMMARY, *, hold: str = "") -> None:
    chunks = [{"text": text, "hold": hold}]
    script = {"match_system": NOTES, "answer": {"chunks": chunks}}
    stage.openrouter.post("script", [script])


def summaries(stage: Stage) -> list[str]:
    return [text for (text,) in rows(stage, "select text from summaries")]


def topics(number: int) -> list[str]:
    return [f"topic-{n:02d}-end" for n in range(number)]


@pytest.fixture
def started(stage: Stage) -> Callable[..., Guest]:
    """Start the bot with a configuration; the guest who talks to it."""

    def start(**config: Any) -> Guest:
        stage.configure(config)
        stage.start()
        return Guest(stage, 1)

    return start


# -- when it starts afresh by itself


@pytest.mark.parametrize(
    ("reset", "minutes"),
    [({"mode": "daily", "atHour": 4}, 25 * 60), ({"mode": "idle", "idleMinutes": 30}, 31)],
)
def test_after_a_night_or_a_long_silence_a_conversation_starts_afresh(
    started: Callable[..., Guest], reset: dict[str, Any], minutes: float
) -> None:
    guest = started(session={"reset": reset}, parley={"timezone": "Europe/Berlin"})
    guest.asks("My name is Ada.")
    guest.asks("Who am I?")
    assert "Ada" in seen(guest.stage)
    goes_back(guest.stage, minutes=minutes)
    guest.asks("Who am I now?")
    assert "Ada" not in seen(guest.stage)
    guest.asks("And now?")
    assert "Who am I now?" in seen(guest.stage)


def test_a_picture_that_arrives_keeps_no_conversation_alive(
    started: Callable[..., Guest],
) -> None:
    guest = started(session={"reset": {"mode": "idle", "idleMinutes": 30}})
    stage = guest.stage
    orders(stage)
    guest.says("My name is Ada, draw me.")
    awaits_media(stage, "image")
    awaits_state(stage, "delivered")
    guest.awaits_endings(1)
    write(stage, "update messages set at_ms = at_ms - 3600000 where turn_id <> 'j1'")
    guest.asks("Who am I?")
    assert "Ada" not in seen(stage)


def test_a_word_of_ones_own_starts_afresh_and_new_takes_a_model(
    started: Callable[..., Guest],
) -> None:
    guest = started(session={"resetTriggers": ["/new", "tabula rasa"]})
    guest.asks("My name is Ada.")
    assert guest.asks("Tabula rasa!") == ["Done. We start afresh."]
    guest.asks("Who am I?")
    assert "Ada" not in seen(guest.stage)
    (told,) = guest.asks("/new openrouter/moonshotai/kimi-k2.6")
    assert "kimi-k2.6" in told
    guest.asks("And now?")
    assert "Who am I?" not in seen(guest.stage)
    assert guest.stage.upstream_calls("chat")[-1]["json"]["model"] == "moonshotai/kimi-k2.6"
    assert "I don't know a model named" in guest.asks("/new nonsense")[0]


def test_such_a_word_is_obeyed_while_an_answer_is_under_way_too(
    started: Callable[..., Guest],
) -> None:
    guest = started(session={"resetTriggers": ["tabula rasa"]})
    guest.stage.answers("", chunks=["Once upon a time. ", {"text": "The end.", "hold": "slow"}])
    guest.says("My name is Ada, tell me a story.")
    guest.awaits_draft("Once upon a time.")
    guest.says("tabula rasa")
    guest.stage.openrouter.post("release", {"gate": "slow"})
    guest.awaits_endings(2)
    guest.asks("Who am I?")
    assert "Ada" not in seen(guest.stage)


# -- who shares one


def test_private_chats_are_apart_unless_they_are_meant_to_be_one(
    started: Callable[..., Guest],
) -> None:
    guest = started()
    other = Guest(guest.stage, 2)
    guest.asks("My name is Ada.")
    other.asks("Who am I?")
    assert "Ada" not in seen(guest.stage)
    guest.stage.bots[-1].stop()
    guest.stage.configure({"session": {"dmScope": "main"}})
    guest.stage.start()
    guest.asks("My name is Grace.")
    assert len(other.asks("Who am I?")) == 1  # and the answer comes to the one who asked
    assert "Grace" in seen(guest.stage)


def test_linked_accounts_are_one_person(started: Callable[..., Guest]) -> None:
    guest = started(session={"identityLinks": {"ada": ["telegram:1", "telegram:2"]}})
    second, stranger = Guest(guest.stage, 2), Guest(guest.stage, 3)
    guest.asks("My boat is blue.")
    second.asks("What colour is it?")
    assert "blue" in seen(guest.stage)
    stranger.asks("What colour is it?")
    assert "blue" not in seen(guest.stage)


# -- summaries


def test_a_long_history_becomes_a_summary_after_the_answer_and_in_nobodys_way(
    started: Callable[..., Guest],
) -> None:
    guest = started()
    stage = guest.stage
    remembers(stage, guest.key, *topics(35))
    scripts_summary(stage, hold="notes")
    guest.asks("What did we talk about?")
    assert "topic-34-end" in seen(stage, 0)
    eventually(lambda: stage.upstream_calls("chat")[1:], "the summary being made")
    guest.asks("Quickly, something else!")  # and it does not wait for the summary
    assert summaries(stage) == []
    stage.openrouter.post("release", {"gate": "notes"})
    eventually(lambda: summaries(stage), "the summary")
    guest.asks("Where does Ada live?")
    shown = seen(stage)
    assert SUMMARY in shown
    assert "summary of what was said before, not from the person" in shown
    assert "topic-00-end" not in shown
    assert "topic-34-end" in shown  # the newest stay as they are
    assert "Quickly, something else!" in shown
    (made,) = [c for c in stage.upstream_calls("chat") if NOTES in str(c["json"]["messages"][0])]
    assert "Person: topic-10-end" in made["json"]["messages"][1]["content"]
    assert len(guest.texts) == 3  # nobody is told


def test_a_number_that_the_summary_lost_is_kept_all_the_same(
    started: Callable[..., Guest],
) -> None:
    guest = started()
    said = [*topics(25), "The code of the gate is 48151623", *topics(10)]
    remembers(guest.stage, guest.key, *said)
    scripts_summary(guest.stage, "They talked about the gate.")
    guest.asks("Hello")
    (text,) = eventually(lambda: summaries(guest.stage), "the summary")
    assert "code of the gate is 48151623" in text


@pytest.mark.parametrize("bad", ["", "far too long " * 5_000])
def test_a_summary_that_is_no_use_leaves_everything_as_it_was(
    started: Callable[..., Guest], bad: str
) -> None:
    guest = started()
    stage = guest.stage
    remembers(stage, guest.key, *topics(35))
    scripts_summary(stage, bad)
    guest.asks("Hello")
    events = ("compaction.useless", "compaction.failed")
    eventually(lambda: [e for name in events for e in stage.bots[-1].events(name)], "it was no use")
    guest.asks("And now?")
    assert "topic-34-end" in seen(stage)
    assert summaries(stage) == []
    notes = [c for c in stage.upstream_calls("chat") if NOTES in str(c["json"]["messages"][0])]
    assert len(notes) == 1  # not paid again at every turn


def test_what_is_too_long_for_the_model_is_summarised_at_once_and_asked_again(
    started: Callable[..., Guest],
) -> None:
    guest = started(
        agents={"defaults": {"compaction": {"model": "openrouter/google/gemini-2.5-flash"}}}
    )
    stage = guest.stage
    remembers(stage, guest.key, *(f"{topic} {'word ' * 300}" for topic in topics(10)))
    fault = {"status": 400, "error_type": "context_length_exceeded", "kind": "status"}
    stage.openrouter.post("faults", {"endpoint": "chat", **fault})
    scripts_summary(stage)
    (answer,) = guest.asks("Where does Ada live?")
    assert "Where does Ada live?" in answer
    refused, notes, again = stage.upstream_calls("chat")
    assert "topic-05-end" in str(refused["json"]["messages"])
    assert notes["json"]["model"] == "google/gemini-2.5-flash"
    assert SUMMARY in str(again["json"]["messages"])
    assert "topic-05-end" not in str(again["json"]["messages"])


def test_compact_makes_a_summary_now_and_says_what_it_did(started: Callable[..., Guest]) -> None:
    guest = started()
    stage = guest.stage
    assert "nothing to shorten" in guest.asks("/compact")[0]
    remembers(stage, guest.key, *topics(12))
    scripts_summary(stage)
    (told,) = guest.asks("/compact keep the boats")
    assert "10 turns with 20 messages are short notes now" in told
    assert "keep the boats" in stage.upstream_calls("chat")[0]["json"]["messages"][0]["content"]
    guest.asks("Where does Ada live?")
    assert SUMMARY in seen(stage)
    assert "topic-09-end" not in seen(stage)
    assert "topic-10-end" in seen(stage)
    guest.asks("/new")
    guest.asks("Who?")
    assert SUMMARY not in seen(stage)


# -- forgetting


SECRET = "rhododendron"


def confirms(guest: Guest) -> str:
    """`/forget` and its button; what was said then."""
    guest.asks("/forget")
    panel = guest.awaits_text("Shall I delete for good")
    before = len(guest.endings())
    presses(guest.stage, panel, "/forget yes")
    guest.awaits_endings(before + 1)
    (now,) = [m for m in guest.replies("text") if m["message_id"] == panel["message_id"]]
    return str(now["text"])


def test_what_is_forgotten_is_nowhere_any_more(started: Callable[..., Guest]) -> None:
    guest = started()
    stage, other = guest.stage, Guest(guest.stage, 2)
    other.asks("I like tulips.")
    guest.asks(f"I like {SECRET}.")
    guest.plays(voices.say("Hello"), heard=f"A {SECRET} in May")
    guest.plays(picture("red"), kind="photo", name="p.png", mime="image/png", caption=SECRET)
    orders(stage, prompt=f"a {SECRET}")
    guest.says(f"Draw a {SECRET}.")
    awaits_media(stage, "image")
    awaits_state(stage, "delivered")
    guest.awaits_endings(4)
    remembers(stage, guest.key, *(f"{SECRET} {topic}" for topic in topics(12)))
    scripts_summary(stage, f"It is all about one {SECRET}.")
    guest.asks("/compact")
    found = where(stage, SECRET)
    for table in ("messages", "turns", "inbox", "transcripts", "heard_files", "jobs", "summaries"):
        assert f"table {table}" in found
    assert list((stage.state_dir / "media").iterdir())
    (calls,) = rows(stage, "select count(*), sum(cost_micro_usd) from paid_calls")

    told = confirms(guest)

    assert where(stage, SECRET) == []
    assert list((stage.state_dir / "media").iterdir()) == []
    assert "2 files" in told
    assert "1 job" in told
    assert "1 transcript" in told
    (still,) = rows(stage, "select count(*), sum(cost_micro_usd) from paid_calls")
    assert still[0] == calls[0]
    assert still[1] >= calls[1] > 0  # some prices are learned a little later
    kept = rows(stage, "select key from receipts where key not like 't%'")
    assert kept == []
    assert "table messages" in where(stage, "tulips")  # somebody else's
    guest.asks("What do I like?")
    assert SECRET not in seen(stage)
    assert "I like tulips" not in seen(stage)
    other.asks("And I?")
    assert "tulips" in seen(stage)


def test_numbers_of_what_was_forgotten_are_not_given_again(started: Callable[..., Guest]) -> None:
    guest = started()
    stage = guest.stage
    guest.plays(picture("red"), kind="photo", name="p.png", mime="image/png")
    guest.asks("/new")
    confirms(guest)
    guest.plays(picture("blue"), kind="photo", name="q.png", mime="image/png")
    assert rows(stage, "select id from media where path <> ''") == [(2,)]
    guest.asks("What was it?")
    assert "m2" in seen(stage)  # and the mark of /new hides nothing that came later


def test_forgetting_asks_first_and_no_means_no(started: Callable[..., Guest]) -> None:
    guest = started()
    guest.asks(f"I like {SECRET}.")
    guest.asks("/forget")
    presses(guest.stage, guest.awaits_text("Shall I delete for good"), "/forget no")
    guest.awaits_text("Nothing was deleted.")
    assert where(guest.stage, SECRET)


def test_in_a_group_only_the_owner_has_everything_forgotten(stage: Stage) -> None:
    stage.config["channels"]["telegram"] |= {"dmPolicy": "pairing", "allowFrom": []}
    rule = {"requireMention": False, "allowFrom": ["*"]}
    stage.configure({"channels": {"telegram": {"groups": {str(GROUP): rule}}}})
    stage.start()
    owner = Guest(stage, 1)
    owner.asks(f"/start {owner_code(stage)}")
    owner, member = in_group(owner, GROUP), in_group(Guest(stage, 2), GROUP)
    member.asks(f"I like {SECRET}.")
    assert "only my owner" in member.asks("/forget yes")[0]
    assert where(stage, SECRET)
    assert "I deleted everything" in owner.asks("/forget yes")[0]
    assert where(stage, SECRET) == []


# -- retention


def test_what_is_old_goes_after_a_start(started: Callable[..., Guest]) -> None:
    guest = started()
    stage, bot = guest.stage, guest.stage.bots[-1]
    remembers(stage, "telegram:99", *(f"old {topic}" for topic in topics(450)), days_ago=40)
    guest.plays(picture("red"), kind="photo", name="p.png", mime="image/png", caption="poppies")
    write(stage, f"update media set at_ms = at_ms - {31 * DAY_MS}")
    write(stage, f"update receipts set started_at_ms = started_at_ms - {31 * DAY_MS}")
    bot.stop()
    retention = {"messagesDays": 35, "ledgerDays": 31}
    stage.configure({"parley": {"retention": retention}})
    bot = stage.start()
    (swept,) = eventually(lambda: bot.events("retention.swept"), "the first sweep")
    assert (swept["turns"], swept["media"]) == (450, 1)
    assert where(stage, "old topic") == []
    assert list((stage.state_dir / "media").iterdir()) == []
    assert rows(stage, "select count(*) from receipts") == [(0,)]
    guest.asks("What did I send?")
    assert "poppies" in seen(stage)  # what was said lately stays
    assert "no longer here" in seen(stage)


def test_by_default_words_stay_and_what_they_came_in_goes(started: Callable[..., Guest]) -> None:
    guest = started()
    stage = guest.stage
    remembers(stage, guest.key, "My name is Ada.", days_ago=400)
    stage.bots[-1].stop()
    bot = stage.start()
    eventually(lambda: bot.events("retention.swept"), "the first sweep")
    assert rows(stage, "select payload from inbox") == [("{}",)]
    guest.asks("Who am I?")
    assert "Ada" in seen(stage)
