"""Silence is explained: `/why` in the chat, and one hint to the owner about a group not set up."""

from __future__ import annotations

import sqlite3
from typing import Any

from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually

OWNER, ANN = 1, 71
LISTED, FORUM, UNLISTED, EMPTY, CHANNEL = -1001, -1002, -1003, -1004, -1005
MENTION = "@parley_sandbox_bot hello"
GROUPS = {
    str(LISTED): {"allowFrom": [OWNER]},
    str(FORUM): {"allowFrom": ["*"], "topics": {"*": {"requireMention": True}}},
    str(EMPTY): {"allowFrom": []},
}
ADMIN = {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot", "first_name": "Group"}


def grouped(stage: Stage, **telegram: Any) -> Guest:
    """A bot of one owner, in groups that it administers."""
    mine = {"dmPolicy": "pairing", "allowFrom": [OWNER], "groups": GROUPS, **telegram}
    stage.config["channels"]["telegram"] |= mine
    stage.telegram.post("users", {"id": OWNER, "started": True})
    for chat_id in (LISTED, FORUM, UNLISTED, EMPTY):
        kind = "forum" if chat_id == FORUM else "supergroup"
        order = {"type": kind, "id": chat_id, "title": f"Group {chat_id}"}
        stage.telegram.post("chats", {**order, "bot_status": "administrator"})
    stage.start()
    return Guest(stage, OWNER)


def hints(owner: Guest) -> list[str]:
    return [text for text in owner.texts if "speaks to me in" in text]


def awaits_hints(owner: Guest, number: int) -> list[str]:
    return eventually(
        lambda: (found := hints(owner))[number - 1 :] and found, f"{number} hints to the owner"
    )


def quiet(stage: Stage) -> None:
    """Until nothing waits to be told."""

    def told() -> bool:
        with sqlite3.connect(stage.state_dir / "parley.db", timeout=10) as connection:
            waiting = connection.execute("select count(*) from notices").fetchone()[0]
        connection.close()
        return not waiting

    eventually(told, "every notice to be told")


def test_the_owner_reads_once_that_a_group_is_not_listed_and_what_to_do(stage: Stage) -> None:
    owner = grouped(stage)
    ann = Guest(stage, ANN, UNLISTED)
    assert ann.asks(MENTION) == []
    (hint,) = awaits_hints(owner, 1)
    assert f"Group {UNLISTED}" in hint
    assert "This group is not listed." in hint
    assert f'"{UNLISTED}"' in hint
    assert ann.asks(MENTION) == []
    assert Guest(stage, OWNER, UNLISTED).asks(MENTION) == []
    quiet(stage)
    stage.bots[-1].stop()
    stage.start()
    assert ann.asks(MENTION) == []
    quiet(stage)
    assert len(hints(owner)) == 1
    assert stage.upstream_calls() == []


def test_the_owner_reads_who_is_not_allowed_in_a_listed_group(stage: Stage) -> None:
    owner = grouped(stage)
    assert Guest(stage, ANN, LISTED).asks(MENTION) == []
    (hint,) = awaits_hints(owner, 1)
    assert f"{ANN}, is not among those" in hint
    assert Guest(stage, ANN, EMPTY).asks(MENTION) == []
    assert "nobody is allowed to talk to me" in awaits_hints(owner, 2)[1]


def test_what_was_not_meant_for_the_bot_bothers_nobody(stage: Stage) -> None:
    owner = grouped(stage)
    assert Guest(stage, ANN, UNLISTED).asks("Lunch?") == []
    assert Guest(stage, ANN, LISTED).asks("Lunch?") == []
    assert Guest(stage, OWNER, LISTED).asks("Yes.") == []
    quiet(stage)
    assert hints(owner) == []


def test_why_tells_whoever_may_ask_about_the_last_ignored_message(stage: Stage) -> None:
    grouped(stage)
    here = Guest(stage, OWNER, LISTED)
    assert "I have ignored nothing here lately." in here.asks("/why")[0]
    assert here.asks("Lunch?") == []
    assert Guest(stage, ANN, LISTED).asks(MENTION) == []
    (told,) = here.asks("/why")
    assert "just now, from 71" in told
    assert f"{ANN}, is not among those" in told
    assert "I ignored 1 more before it." in told
    assert "Lunch" not in told
    assert Guest(stage, ANN, LISTED).asks("/why") == []


def test_why_answers_the_owner_even_where_the_bot_answers_nobody(stage: Stage) -> None:
    grouped(stage)
    assert Guest(stage, ANN, UNLISTED).asks(MENTION) == []
    (told,) = Guest(stage, OWNER, UNLISTED).asks("/why")
    assert "This group is not listed." in told
    assert Guest(stage, ANN, UNLISTED).asks("/why") == []


def test_why_remembers_the_last_one_after_a_restart_and_in_its_topic(stage: Stage) -> None:
    grouped(stage)
    made = stage.telegram.post(f"chats/{FORUM}/topics", {"name": "News"})
    topic = Guest(stage, ANN, FORUM, made["thread_id"])
    assert topic.asks("Lunch?") == []
    stage.bots[-1].stop()
    stage.start()
    (told,) = topic.asks("/why")
    assert "It was not meant for me" in told
    assert "I have ignored nothing here lately." in Guest(stage, ANN, FORUM).asks("/why")[0]


def test_the_owner_asks_in_private_about_every_chat(stage: Stage) -> None:
    owner = grouped(stage)
    assert Guest(stage, ANN, UNLISTED).asks(MENTION) == []
    Guest(stage, ANN).asks("Hello")
    quiet(stage)
    (told,) = owner.asks("/why")
    assert f"telegram:{UNLISTED}" in told
    assert "I don't know that person yet." in told
    assert "/pair" in told


def test_an_anonymous_admin_is_told_apart_from_everybody(stage: Stage) -> None:
    owner = grouped(stage)
    chat = {"id": LISTED, "type": "supergroup", "title": "Group"}
    entities = [{"type": "mention", "offset": 0, "length": len("@parley_sandbox_bot")}]
    message = {
        **{"message_id": 900, "date": 1, "chat": chat, "from": ADMIN, "sender_chat": chat},
        **{"text": MENTION, "entities": entities},
    }
    stage.telegram.post("updates", {"updates": [{"message": message}]})
    (hint,) = awaits_hints(owner, 1)
    assert "written anonymously" in hint
    assert stage.upstream_calls() == []


def test_a_channel_is_answered_only_when_it_is_listed_by_hand(stage: Stage) -> None:
    grouped(stage, groupPolicy="open", groups={"*": {}})
    chat = {"id": CHANNEL, "type": "channel", "title": "News"}
    entities = [{"type": "mention", "offset": 0, "length": len("@parley_sandbox_bot")}]
    post = {
        **{"message_id": 900, "date": 1, "chat": chat, "sender_chat": chat},
        **{"text": MENTION, "entities": entities},
    }
    stage.telegram.post("updates", {"updates": [{"channel_post": post}]})
    place = Guest(stage, CHANNEL)
    assert place.awaits_endings(1) == ["ignored"]
    assert stage.upstream_calls() == []


def test_the_owner_reads_what_a_group_lacks_when_the_bot_is_put_into_it(stage: Stage) -> None:
    owner = grouped(stage)
    stage.telegram.post("users", {"id": ANN, "first_name": "Ann *_"})
    for chat_id in (UNLISTED, LISTED):
        stage.telegram.post(f"chats/{chat_id}/bot", {"bot_status": "left", "from": ANN})
    stage.telegram.post(f"chats/{LISTED}/bot", {"bot_status": "member", "from": ANN})
    deaf = owner.awaits_text("Ann *_ (id 71) has added me to Group -1001 (-1001).")["text"]
    assert "privacy mode" in deaf
    assert "not listed" not in deaf
    stage.telegram.post(f"chats/{UNLISTED}/bot", {"bot_status": "administrator", "from": ANN})
    lacking = owner.awaits_text("has added me to Group -1003")["text"]
    assert "This group is not listed." in lacking
    assert "privacy mode" not in lacking
    assert Guest(stage, ANN, UNLISTED).asks(MENTION) == []
    quiet(stage)
    assert len(owner.texts) == 2
