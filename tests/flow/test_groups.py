"""Groups: the bot answers where it is listed and meant, and spends nothing on all the rest."""

from __future__ import annotations

from tests import voices
from tests.flow.guest import Guest
from tests.flow.stage import Stage

UNLISTED, FORUM = -1001, -1002
LISTED, LOUD = range(-2010, -2000), range(-3010, -3000)  # a group per test
GROUPS = {
    str(FORUM): {},
    **{str(chat_id): {} for chat_id in LISTED},
    **{str(chat_id): {"requireMention": False} for chat_id in LOUD},
}
CONFIG = {"channels": {"telegram": {"groups": GROUPS}}}
new_listed, new_loud = iter(LISTED), iter(LOUD)
QUESTION = "What is new?"
MENTION = f"@parley_sandbox_bot {QUESTION}"


def in_group(guest: Guest, chat_id: int, *, topic: str = "") -> Guest:
    """The same person in a group that the bot administers, so that it sees every message."""
    kind = "forum" if chat_id == FORUM else "supergroup"
    known = {chat["id"] for chat in guest.stage.telegram.get("state")["chats"]}
    if chat_id not in known:
        order = {"type": kind, "id": chat_id, "bot_status": "administrator"}
        guest.stage.telegram.post("chats", order)
    member = Guest(guest.stage, guest.id, chat_id)
    if topic:
        made = guest.stage.telegram.post(f"chats/{chat_id}/topics", {"name": topic})
        member.thread_id = made["thread_id"]
    return member


def test_a_mention_is_answered_as_a_reply(guest: Guest) -> None:
    member = in_group(guest, next(new_listed))
    message_id = member.says(MENTION)
    member.awaits_endings(1)
    (answer,) = member.replies()
    assert answer["reply_to"] == message_id
    (call,) = guest.stage.upstream_calls("chat")
    asked = call["json"]["messages"][-1]["content"]
    assert asked == f"[User {guest.id}] {MENTION}"


def test_a_reply_to_the_bot_is_meant_for_it(guest: Guest) -> None:
    member = in_group(guest, next(new_listed))
    member.says(MENTION)
    member.awaits_endings(1)
    member.asks("And tomorrow?", reply_to=member.replies()[-1]["message_id"])
    *_, call = guest.stage.upstream_calls("chat")
    assert "And tomorrow?" in call["json"]["messages"][-1]["content"]


def test_what_is_not_meant_for_the_bot_is_ignored(guest: Guest) -> None:
    member = in_group(guest, next(new_listed))
    before = len(guest.stage.telegram_calls("sendChatAction"))
    assert member.asks(QUESTION) == []
    assert member.asks("@somebody_else hello") == []
    assert member.asks("/help@another_bot", turns=1) == []
    assert member.plays(voices.say(QUESTION)) == []
    assert guest.stage.upstream_calls() == []
    assert len(guest.stage.telegram_calls("sendChatAction")) == before


def test_a_group_that_is_not_listed_is_ignored(guest: Guest) -> None:
    member = in_group(guest, UNLISTED)
    assert member.asks(MENTION) == []
    assert member.asks("/start") == []
    assert guest.stage.upstream_calls() == []


def test_a_group_may_let_the_bot_answer_everything(guest: Guest) -> None:
    assert len(in_group(guest, next(new_loud)).asks(QUESTION)) == 1


def test_an_answer_stays_in_its_topic_and_topics_are_apart(guest: Guest) -> None:
    news, sport = in_group(guest, FORUM, topic="News"), in_group(guest, FORUM, topic="Sport")
    news.asks(f"{MENTION} One.")
    sport.asks(f"{MENTION} Two.")
    assert [len(news.replies()), len(sport.replies())] == [1, 1]
    *_, call = guest.stage.upstream_calls("chat")
    assert "One." not in str(call["json"]["messages"])


def test_the_general_topic_is_answered_without_naming_it(guest: Guest) -> None:
    general = in_group(guest, FORUM)
    message_id = general.says(MENTION)
    general.awaits_endings(1)
    (answer,) = general.replies()
    assert answer["reply_to"] == message_id
    sent = guest.stage.telegram_calls("sendMessage")[-1]
    assert "message_thread_id" not in sent["params"]
    action = guest.stage.telegram_calls("sendChatAction")[-1]
    assert int(action["params"]["message_thread_id"]) == 1


def test_a_mentioned_note_is_answered_aloud_in_its_topic(guest: Guest) -> None:
    topic = in_group(guest, FORUM, topic="Voices")
    note = topic.sends(voices.say(QUESTION), heard=QUESTION, caption="@parley_sandbox_bot")
    topic.awaits_endings(1)
    echo, answer, bubble = topic.replies()
    assert [echo["reply_to"], answer["reply_to"]] == [note, note]
    assert bubble["kind"] == "voice"


def test_the_growing_answer_in_a_group_becomes_the_answer(guest: Guest) -> None:
    member = in_group(guest, next(new_loud))
    first = "These are more than twenty characters. "
    guest.stage.answers("", chunks=[first, {"text": "The end.", "hold": "more"}])
    member.says(QUESTION)
    growing = member.awaits_text(first.strip())
    guest.stage.openrouter.post("release", {"gate": "more"})
    member.awaits_endings(1)
    answer = member.replies()[-1]
    assert answer["message_id"] == growing["message_id"]
    assert answer["text"] == f"{first}The end."


def test_two_people_of_a_group_share_one_conversation(guest: Guest) -> None:
    group = next(new_loud)
    one, two = in_group(guest, group), in_group(Guest(guest.stage, guest.id + 5_000), group)
    one.asks("My name is Ada.")
    two.asks("Who spoke before me?")
    *_, call = guest.stage.upstream_calls("chat")
    assert f"[User {one.id}] My name is Ada." in str(call["json"]["messages"])


def test_an_open_policy_answers_in_any_group_that_means_the_bot(stage: Stage) -> None:
    stage.configure({"channels": {"telegram": {"groupPolicy": "open"}}})
    stage.start()
    member = in_group(Guest(stage, 1), UNLISTED)
    assert member.asks(QUESTION) == []
    assert len(member.asks(MENTION)) == 1
