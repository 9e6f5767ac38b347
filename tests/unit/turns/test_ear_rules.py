"""Which notes are listened to: by the place they come from, and among those of one message."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import ears
from bot.config.load import load
from bot.config.schema import Config
from bot.values.conversation import (
    Attachment,
    AttachmentKind,
    ChatKind,
    Conversation,
    Incoming,
    Person,
    Quote,
)

DENY_ALL = {"default": "deny"}


def config_of(folder: Path, audio: dict[str, Any], **telegram: Any) -> Config:
    path = folder / "config.json5"
    content = {"tools": {"media": {"audio": audio}}, "channels": {"telegram": telegram}}
    path.write_text(json.dumps(content), "utf-8")
    return load(path=path, environ={}).config


def incoming(chat_id: str = "1", kind: ChatKind = ChatKind.PRIVATE, **place: str) -> Incoming:
    return Incoming(
        conversation=Conversation(place.pop("channel", "telegram"), chat_id, **place),
        message_id="5",
        sender=Person("7"),
        chat_kind=kind,
        sent_at_ms=0,
    )


def rule(action: str, **match: str) -> dict[str, Any]:
    return {"action": action, "match": match}


PRIVATE, GROUP = incoming(), incoming("-100", ChatKind.GROUP)
TOPIC = incoming("-100", ChatKind.GROUP, thread_id="7")
MAIL = incoming(channel="mail")
NO_GROUPS = {"rules": [rule("deny", chatType="group")]}
ONE_GROUP = {
    "rules": [rule("allow", keyPrefix="telegram:-100"), rule("deny", chatType="group")],
}


@pytest.mark.parametrize(
    ("scope", "place", "allowed"),
    [
        ({}, PRIVATE, True),
        ({}, GROUP, True),
        (DENY_ALL, PRIVATE, False),
        (NO_GROUPS, PRIVATE, True),
        (NO_GROUPS, GROUP, False),
        ({**DENY_ALL, "rules": [rule("allow", chatType="direct")]}, PRIVATE, True),
        ({**DENY_ALL, "rules": [rule("allow", chatType="direct")]}, GROUP, False),
        ({"rules": [rule("deny", chatType="channel")]}, GROUP, True),
        ({"rules": [rule("deny", chatType="room")]}, PRIVATE, True),
        ({"rules": [rule("deny", channel="Mail")]}, MAIL, False),
        ({"rules": [rule("deny", channel="mail")]}, PRIVATE, True),
        (ONE_GROUP, GROUP, True),
        (ONE_GROUP, TOPIC, True),
        (ONE_GROUP, incoming("-200", ChatKind.GROUP), False),
        ({"rules": [rule("deny", keyPrefix="telegram:-100:7")]}, GROUP, True),
        ({"rules": [rule("deny", keyPrefix="TELEGRAM:-100:7")]}, TOPIC, False),
        ({"rules": [rule("deny", chatType="group", keyPrefix="telegram:-2")]}, GROUP, True),
        ({"rules": [rule("allow"), rule("deny", chatType="direct")]}, PRIVATE, True),
    ],
)
def test_the_first_rule_that_matches_decides_where_notes_are_heard(
    tmp_path: Path, scope: dict[str, Any], place: Incoming, *, allowed: bool
) -> None:
    rules = ears.rules(config_of(tmp_path, {"scope": scope}))
    assert rules.scope.allows(place) is allowed


PHOTO = Attachment(AttachmentKind.PHOTO, ref="p")
NOTES = tuple(Attachment(AttachmentKind.VOICE, ref=ref) for ref in "abc")


@pytest.mark.parametrize(
    ("attachments", "chosen"),
    [
        ({}, "a"),
        ({"mode": "first", "maxAttachments": 3}, "a"),
        ({"prefer": "last"}, "c"),
        ({"mode": "all"}, "a"),
        ({"mode": "all", "maxAttachments": 2}, "ab"),
        ({"mode": "all", "maxAttachments": 2, "prefer": "last"}, "bc"),
        ({"mode": "all", "maxAttachments": 9, "prefer": "last"}, "abc"),
        ({"prefer": "url"}, "a"),
    ],
)
def test_of_one_message_so_many_recordings_are_heard_in_their_order(
    tmp_path: Path, attachments: dict[str, Any], chosen: str
) -> None:
    selection = ears.rules(config_of(tmp_path, {"attachments": attachments})).selection
    assert "".join(note.ref for note in selection.of((PHOTO, *NOTES))) == chosen


def test_the_largest_that_any_candidate_takes_bounds_what_is_sent(tmp_path: Path) -> None:
    models = [{"model": "a/one", "maxBytes": 50_000, "maxChars": 10}, {"model": "b/two"}]
    audio = {"maxBytes": 400_000, "maxChars": 70, "models": models, "language": "de-AT"}
    settings = ears.listen_settings(config_of(tmp_path, audio))
    assert (settings.max_bytes, settings.limits.pass_bytes) == (400_000, 400_000)
    assert settings.max_chars == {"a/one": 10, "b/two": 70}
    assert (settings.language, settings.expected) == ("", "de")


NOTE = Attachment(AttachmentKind.VOICE, "f", duration_s=90)


@pytest.mark.parametrize(
    ("rule", "quote", "heard"),
    [
        ({}, None, True),
        ({"voice": "OFF"}, None, False),
        ({"voice": "reply"}, None, False),
        ({"voice": "reply"}, Quote("4", from_bot=True), True),
        ({"voice": "reply"}, Quote("4"), False),
        ({"voice": "all"}, None, True),
        ({"maxVoiceSeconds": 90}, None, True),
        ({"maxVoiceSeconds": 89}, None, False),
    ],
)
@pytest.mark.parametrize("named", ["-5", "*"])
def test_each_group_has_its_rule_for_notes(
    tmp_path: Path, named: str, rule: dict[str, Any], quote: Quote | None, *, heard: bool
) -> None:
    rules = ears.rules(config_of(tmp_path, {}, groups={named: {"parley": rule}}))
    message = replace(incoming("-5", ChatKind.GROUP), quote=quote)
    assert (not rules.refusal(message, NOTE)) is heard
    assert not rules.refusal(incoming("-5"), NOTE)  # not a group
    assert not rules.refusal(incoming("-5", ChatKind.GROUP, channel="other"), NOTE)


def test_where_all_are_heard_a_note_alone_counts_as_addressed(tmp_path: Path) -> None:
    rules = ears.rules(config_of(tmp_path, {}, groups={"-5": {"parley": {"voice": "all"}}}))
    note = replace(incoming("-5", ChatKind.GROUP), addressed=False, attachments=(NOTE,))
    assert rules.as_meant(note).addressed
    assert not rules.as_meant(replace(note, attachments=())).addressed
    elsewhere = replace(incoming("-6", ChatKind.GROUP), addressed=False, attachments=(NOTE,))
    assert not rules.as_meant(elsewhere).addressed
