"""The access matrix: policy × sender × chat × mention form (facts/behaviour.md A3 to A5, L4 to L6).

Messages are read from raw updates, so that every sender and every form of a mention is the one that
Telegram sends.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.access.policy import Decision, Facts, Reason, Verdict, judge
from bot.access.rules import AccessRules
from bot.app.admission import access_rules
from bot.channels.telegram.read import read
from bot.config.schema import Config
from bot.values.conversation import Incoming

BOT_ID, BOT = 99, "parley_bot"
OWNER, GUEST, FRIEND, MEMBER, STRANGER = 1, 2, 7, 8, 66
GROUP, OTHER_GROUP, CHANNEL = -1001, -1002, -1003
TOPIC, GENERAL = 5, 1
ANSWER = "answer"


def rules(**telegram: Any) -> AccessRules:
    """The access rules of a configuration as somebody writes it."""
    return access_rules(Config.model_validate({"channels": {"telegram": telegram}}))


SENDERS: dict[str, dict[str, Any]] = {
    "owner": {"from": {"id": OWNER}},
    "guest": {"from": {"id": GUEST}},  # let in by pairing
    "friend": {"from": {"id": FRIEND}},  # listed in allowFrom
    "member": {"from": {"id": MEMBER}},  # listed in groupAllowFrom, or by the place
    "stranger": {"from": {"id": STRANGER}},
    "anonymous admin": {
        "from": {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot"},
        "sender_chat": {"id": GROUP, "title": "Group"},
    },
    "channel in group": {
        "from": {"id": 136817688, "is_bot": True, "username": "Channel_Bot"},
        "sender_chat": {"id": -1009, "title": "News"},
    },
}
CHATS: dict[str, dict[str, Any]] = {
    "private": {"type": "private"},
    "group": {"id": GROUP, "type": "supergroup"},
    "small group": {"id": GROUP, "type": "group"},
    "other group": {"id": OTHER_GROUP, "type": "supergroup"},
    "topic": {"id": GROUP, "type": "supergroup", "is_forum": True, "thread": TOPIC},
    "general topic": {"id": GROUP, "type": "supergroup", "is_forum": True, "thread": GENERAL},
    "channel": {"id": CHANNEL, "type": "channel", "title": "News"},
}


def entity(kind: str, text: str, **fields: Any) -> dict[str, Any]:
    return {"text": text, "entities": [{"type": kind, "offset": 0, "length": len(text), **fields}]}


def reply_to(author: int, *, is_bot: bool) -> dict[str, Any]:
    said = {"message_id": 1, "from": {"id": author, "is_bot": is_bot}, "text": "said"}
    return {"text": "and?", "reply_to_message": said}


FORMS: dict[str, dict[str, Any]] = {
    "plain": {"text": "hello"},
    "@bot": entity("mention", f"@{BOT}"),
    "@BOT": entity("mention", f"@{BOT.upper()}"),
    "@other": entity("mention", "@other_bot"),
    "caption": {
        "caption": f"@{BOT} look",
        "photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}],
        "caption_entities": [{"type": "mention", "offset": 0, "length": len(BOT) + 1}],
    },
    "text mention": entity("text_mention", "Parley", user={"id": BOT_ID, "is_bot": True}),
    "text mention of another": entity("text_mention", "Ann", user={"id": 5, "is_bot": False}),
    "reply to bot": reply_to(BOT_ID, is_bot=True),
    "reply to another": reply_to(5, is_bot=False),
    "command": entity("bot_command", "/status"),
    "/command@bot": entity("bot_command", f"/status@{BOT}"),
    "/command@other": entity("bot_command", "/status@other_bot"),
}
MEANT = {"@bot", "@BOT", "caption", "text mention", "reply to bot", "command", "/command@bot"}


def message(sender: str, chat: str, form: str) -> Incoming:
    """What `sender` says in `chat`, as the channel reads it."""
    place = dict(CHATS[chat])
    thread = place.pop("thread", None)
    place.setdefault("id", SENDERS[sender]["from"]["id"])
    wire = {"message_id": 10, "date": 1, "chat": place, **SENDERS[sender], **FORMS[form]}
    if thread not in (None, GENERAL):
        wire |= {"message_thread_id": thread, "is_topic_message": True}
    kind = "message"
    if chat == "channel":
        kind = "channel_post"
        del wire["from"]
        wire["sender_chat"] = place
    incoming = read({"update_id": 1, kind: wire}, bot_id=BOT_ID, bot_username=BOT)
    assert incoming is not None
    return incoming


def decided(policy: str, sender: str, chat: str, form: str) -> Decision:
    configured = rules(**POLICIES[policy])
    facts = Facts(configured, owner=sender == "owner", paired=sender == "guest")
    return judge(message(sender, chat, form), facts)


HERE = str(GROUP)


def here(**place: Any) -> dict[str, Any]:
    """The one listed group."""
    return {HERE: place}


POLICIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "friends": {"allowFrom": [f"tg:{FRIEND}"]},
    "dm allowlist": {"dmPolicy": "allowlist", "allowFrom": [f"telegram:{FRIEND}"]},
    "dm open": {"dmPolicy": "open", "allowFrom": ["*"]},
    "dm disabled": {"dmPolicy": "disabled", "allowFrom": ["*"]},
    "listed, nobody allowed": {"groups": here()},
    "listed, friends": {"allowFrom": [FRIEND], "groups": here()},
    "listed, members": {
        "allowFrom": [FRIEND],
        "groupAllowFrom": [f"tg:{MEMBER}"],
        "groups": here(),
    },
    "a group among people": {
        "allowFrom": [FRIEND],
        "groupAllowFrom": [GROUP],
        "groups": here(),
    },
    "listed, own members": {"allowFrom": [FRIEND], "groups": here(allowFrom=[MEMBER])},
    "listed, anybody": {"groups": here(allowFrom=["*"])},
    "listed, own nobody": {"allowFrom": [FRIEND], "groups": here(allowFrom=[])},
    "any group": {"allowFrom": [FRIEND], "groups": {"*": {}}},
    "open": {"groupPolicy": "open"},
    "open here": {"allowFrom": [FRIEND], "groups": here(groupPolicy="open")},
    "open, own members": {"groupPolicy": "open", "groups": here(allowFrom=[MEMBER])},
    "disabled": {"groupPolicy": "disabled", "allowFrom": ["*"], "groups": here()},
    "disabled here": {
        "groupPolicy": "open",
        "groups": {**here(groupPolicy="disabled"), "*": {}},
    },
    "switched off": {"groupPolicy": "open", "groups": here(enabled=False)},
    "loud": {"groupPolicy": "open", "groups": here(requireMention=False)},
    "loud elsewhere": {"groupPolicy": "open", "groups": {"*": {"requireMention": False}, HERE: {}}},
    "topic off": {"groupPolicy": "open", "groups": here(topics={"5": {"enabled": False}})},
    "topic of members": {
        "allowFrom": [FRIEND],
        "groups": here(topics={"5": {"allowFrom": [MEMBER]}}),
    },
    "topic open": {
        "allowFrom": [FRIEND],
        "groups": here(allowFrom=[MEMBER], topics={"5": {"groupPolicy": "open"}}),
    },
    "topic closed": {
        "allowFrom": [FRIEND],
        "groups": here(groupPolicy="open", topics={"5": {"groupPolicy": "allowlist"}}),
    },
    "loud topics but one": {
        "groupPolicy": "open",
        "groups": here(topics={"*": {"requireMention": False}, "1": {"requireMention": True}}),
    },
    "loud group, quiet topic": {
        "groupPolicy": "open",
        "groups": here(requireMention=False, topics={"5": {"requireMention": True}}),
    },
    "channel listed": {
        "allowFrom": [FRIEND],
        "groups": {str(CHANNEL): {"requireMention": False}},
    },
    "channel open": {"groups": {str(CHANNEL): {"requireMention": False, "groupPolicy": "open"}}},
}
ALL = "owner guest friend member stranger"
NAMELESS = "anonymous admin|channel in group"
Row = tuple[str, str, str, str, str]
# (policy, senders, chats, form, verdict); several of a kind stand between spaces, or between "|"
MATRIX: list[Row] = [
    # private chats
    ("nothing", "owner guest", "private", "plain", ANSWER),
    ("nothing", "friend member stranger", "private", "plain", "dm-not-paired"),
    ("friends", "owner guest friend", "private", "plain", ANSWER),
    ("friends", "member stranger", "private", "plain", "dm-not-paired"),
    ("dm allowlist", "owner friend", "private", "plain", ANSWER),
    ("dm allowlist", "guest member stranger", "private", "plain", "dm-not-listed"),
    ("dm open", ALL, "private", "plain", ANSWER),
    ("dm disabled", ALL, "private", "plain", "dm-disabled"),
    ("open", "stranger", "private", "plain", "dm-not-paired"),
    ("disabled", ALL, "private", "plain", ANSWER),
    # groups that nobody set up
    ("nothing", ALL, "group", "@bot", "group-chat-not-allowed"),
    ("friends", ALL, "group|small group", "@bot", "group-chat-not-allowed"),
    ("dm open", ALL, "group", "@bot", "group-chat-not-allowed"),
    ("listed, anybody", ALL, "other group", "@bot", "group-chat-not-allowed"),
    # senders; being let in opens no group
    ("listed, nobody allowed", "owner", "group", "@bot", ANSWER),
    ("listed, nobody allowed", "guest friend", "group", "@bot", "allowlist-empty"),
    ("listed, friends", "owner friend", "group|small group|topic", "@bot", ANSWER),
    ("listed, friends", "guest member stranger", "group", "@bot", "allowlist-unauthorized"),
    ("listed, members", "owner member", "group", "@bot", ANSWER),
    ("listed, members", "guest friend stranger", "group", "@bot", "allowlist-unauthorized"),
    ("a group among people", "friend stranger", "group", "@bot", "allowlist-empty"),
    ("listed, own members", "owner member", "group|topic", "@bot", ANSWER),
    ("listed, own members", "guest friend", "group|topic", "@bot", "group-override-unauthorized"),
    ("listed, anybody", ALL, "group", "@bot", ANSWER),
    ("listed, own nobody", "friend", "group", "@bot", "allowlist-empty"),
    ("any group", "owner friend", "group|other group", "@bot", ANSWER),
    ("any group", "stranger", "group|other group", "@bot", "allowlist-unauthorized"),
    # policies
    ("open", ALL, "group|other group|topic", "@bot", ANSWER),
    ("open here", ALL, "group", "@bot", ANSWER),
    ("open here", ALL, "other group", "@bot", "group-chat-not-allowed"),
    ("open, own members", "owner member", "group", "@bot", ANSWER),
    ("open, own members", "friend", "group", "@bot", "group-override-unauthorized"),
    ("open, own members", "friend", "other group", "@bot", ANSWER),
    ("disabled", ALL, "group|other group|topic", "@bot", "group-policy-disabled"),
    ("disabled here", "owner stranger", "group", "@bot", "group-policy-disabled"),
    ("disabled here", "owner stranger", "other group", "@bot", ANSWER),
    ("switched off", "owner stranger", "group|topic", "@bot", "group-disabled"),
    ("switched off", "stranger", "other group", "@bot", ANSWER),
    # topics
    ("topic off", "owner stranger", "topic", "@bot", "topic-disabled"),
    ("topic off", "owner stranger", "group|general topic", "@bot", ANSWER),
    ("topic of members", "owner member", "topic", "@bot", ANSWER),
    ("topic of members", "friend", "topic", "@bot", "group-override-unauthorized"),
    ("topic of members", "friend", "general topic|group", "@bot", ANSWER),
    ("topic open", ALL, "topic", "@bot", ANSWER),
    ("topic open", "friend", "general topic", "@bot", "group-override-unauthorized"),
    ("topic closed", "friend", "topic", "@bot", ANSWER),
    ("topic closed", "stranger", "topic", "@bot", "allowlist-unauthorized"),
    ("topic closed", "stranger", "general topic", "@bot", ANSWER),
    # the gate
    ("loud", "stranger", "group|topic", "plain", ANSWER),
    ("loud elsewhere", "stranger", "group", "plain", "not-mentioned"),
    ("loud elsewhere", "stranger", "other group", "plain", ANSWER),
    ("loud topics but one", "stranger", "topic", "plain", ANSWER),
    ("loud topics but one", "stranger", "general topic|group", "plain", "not-mentioned"),
    ("loud group, quiet topic", "stranger", "topic", "plain", "not-mentioned"),
    ("loud group, quiet topic", "stranger", "group|general topic", "plain", ANSWER),
    # place → sender → mention: what fails first is the reason
    ("switched off", "stranger", "group", "plain", "group-disabled"),
    ("nothing", "stranger", "group", "plain", "group-chat-not-allowed"),
    ("listed, friends", "stranger", "group", "plain", "allowlist-unauthorized"),
    ("listed, friends", "owner friend", "group", "plain", "not-mentioned"),
    # nobody knows who writes in the name of a chat
    ("listed, friends", NAMELESS, "group", "@bot", "no-sender"),
    ("listed, own members", NAMELESS, "group|topic", "@bot", "no-sender"),
    ("listed, nobody allowed", NAMELESS, "group", "@bot", "no-sender"),
    ("listed, anybody", NAMELESS, "group", "@bot", ANSWER),
    ("open", NAMELESS, "group", "@bot", ANSWER),
    ("open", NAMELESS, "group", "plain", "not-mentioned"),
    # a channel is answered only when it was listed by hand
    ("open", "owner", "channel", "@bot", "group-chat-not-allowed"),
    ("any group", "owner", "channel", "@bot", "group-chat-not-allowed"),
    ("channel listed", "owner", "channel", "plain", "no-sender"),
    ("channel open", "owner", "channel", "plain", ANSWER),
    # every form of a mention through the same gate
    *(("open", ALL, "group", form, ANSWER if form in MEANT else "not-mentioned") for form in FORMS),
]


def split(names: str, known: dict[str, Any]) -> list[str]:
    found = [names] if names in known else names.split("|" if "|" in names else None)
    assert all(name in known for name in found), names
    return found


def cells() -> list[Row]:
    """The rows, with one sender and one chat each."""
    return [
        (policy, sender, chat, form, expected)
        for policy, senders, chats, form, expected in MATRIX
        for sender in split(senders, SENDERS)
        for chat in split(chats, CHATS)
    ]


@pytest.mark.parametrize(
    ("policy", "sender", "chat", "form", "expected"),
    [pytest.param(*cell, id="-".join(cell)) for cell in cells()],
)
def test_the_access_matrix(policy: str, sender: str, chat: str, form: str, expected: str) -> None:
    found = decided(policy, sender, chat, form)
    assert (found.reason or ANSWER) == expected
    assert (found.verdict is Verdict.ANSWER) == (found.reason is None)
    # Only in a private chat is somebody told that they have no access.
    told = expected in (Reason.DM_NOT_PAIRED, Reason.DM_NOT_LISTED)
    assert (found.verdict is Verdict.STRANGER) == told


def test_every_policy_and_every_reason_stands_in_the_matrix() -> None:
    assert {row[0] for row in MATRIX} == set(POLICIES)
    assert {row[4] for row in MATRIX} == {ANSWER, *(reason.value for reason in Reason)}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("chat", [chat for chat in CHATS if chat != "private"])
def test_being_let_in_never_matters_in_a_group(policy: str, chat: str) -> None:
    incoming = message("guest", chat, "@bot")
    configured = rules(**POLICIES[policy])
    assert judge(incoming, Facts(configured, paired=True)) == judge(incoming, Facts(configured))


def test_the_first_listed_person_stands_in_for_the_owner() -> None:
    assert rules(allowFrom=["*", FRIEND, MEMBER]).owner == str(FRIEND)
    assert rules(allowFrom=["*"]).owner == ""
    assert rules().owner == ""
