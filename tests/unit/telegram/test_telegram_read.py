from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.read import forum_chat, read
from bot.errors import BadUpdate
from bot.values.conversation import AttachmentKind, ChatKind, Command, Conversation, Incoming

ADA = {
    "id": 111,
    "is_bot": False,
    "first_name": "Ada",
    "last_name": "L",
    "username": "ada",
    "language_code": "en",
}
BOT = {"id": 42, "is_bot": True, "first_name": "Parley", "username": "parley_bot"}
PRIVATE = {"id": 111, "type": "private", "first_name": "Ada"}
GROUP = {"id": -100500, "type": "supergroup", "title": "Friends"}
FORUM = {**GROUP, "is_forum": True}
VOICE = {
    "file_id": "AwAC",
    "file_unique_id": "AgAD",
    "duration": 3,
    "mime_type": "audio/ogg",
    "file_size": 9000,
}


def message(**fields: Any) -> dict[str, Any]:
    base = {"message_id": 7, "date": 1_700_000_000, "chat": PRIVATE, "from": ADA}
    body = {k: v for k, v in {**base, **fields}.items() if v is not None}
    if "from_" in body:
        body["from"] = body.pop("from_")
    return {"update_id": 1, "message": body}


def parsed(update: dict[str, Any]) -> Incoming | None:
    return read(update, bot_id=42, bot_username="parley_bot")


def seen(**fields: Any) -> Incoming:
    incoming = parsed(message(**fields))
    assert incoming is not None
    return incoming


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_a_private_text_is_read_whole() -> None:
    incoming = seen(text="Hello")
    assert incoming.conversation == Conversation("telegram", "111")
    assert (incoming.message_id, incoming.sent_at_ms) == ("7", 1_700_000_000_000)
    assert (incoming.sender.id, incoming.sender.name) == ("111", "Ada L")
    assert (incoming.sender.username, incoming.sender.language) == ("ada", "en")
    assert incoming.chat_kind is ChatKind.PRIVATE
    assert incoming.addressed


@pytest.mark.parametrize(
    ("field", "content", "kind", "is_note"),
    [
        ("voice", VOICE, AttachmentKind.VOICE, True),
        ("audio", {**VOICE, "file_name": "a.mp3"}, AttachmentKind.AUDIO, True),
        ("video_note", {**VOICE, "length": 240}, AttachmentKind.VIDEO_NOTE, True),
        ("video", {**VOICE, "mime_type": "video/mp4"}, AttachmentKind.VIDEO, True),
        ("document", {"file_id": "d", "mime_type": "Audio/FLAC"}, AttachmentKind.DOCUMENT, True),
        ("document", {"file_id": "d", "file_name": "x.pdf"}, AttachmentKind.DOCUMENT, False),
        ("sticker", {"file_id": "s"}, AttachmentKind.STICKER, False),
        ("location", {"latitude": 1.5, "longitude": 2.5}, AttachmentKind.LOCATION, False),
        ("contact", {"phone_number": "1"}, AttachmentKind.OTHER, False),
        ("rich_message", {"blocks": []}, AttachmentKind.OTHER, False),
    ],
)
def test_each_kind_of_content_is_an_attachment(
    field: str, content: dict[str, Any], kind: AttachmentKind, is_note: object
) -> None:
    (attachment,) = seen(**{field: content}).attachments
    assert attachment.kind is kind
    assert attachment.may_carry_sound is is_note
    assert attachment.ref == content.get("file_id", "")


def test_a_voice_note_keeps_the_sender_s_claims() -> None:
    (voice,) = seen(voice=VOICE, caption="listen").attachments
    assert (voice.ref, voice.unique_id, voice.mime) == ("AwAC", "AgAD", "audio/ogg")
    assert (voice.size_bytes, voice.duration_s) == (9000, 3.0)
    assert seen(voice=VOICE, caption="listen").text == "listen"


def test_missing_claims_are_unknown_rather_than_zero() -> None:
    (voice,) = seen(voice={"file_id": "x", "file_unique_id": "y"}).attachments
    assert (voice.size_bytes, voice.duration_s) == (None, None)


def test_the_largest_photo_counts_and_an_animation_comes_once() -> None:
    sizes = [{"file_id": "s", "width": 90}, {"file_id": "l", "width": 900}]
    assert [a.ref for a in seen(photo=sizes).attachments] == ["l"]
    both = seen(animation={"file_id": "a"}, document={"file_id": "a"})
    assert [a.kind for a in both.attachments] == [AttachmentKind.OTHER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", Command("start")),
        ("/start abc_-1", Command("start", "abc_-1")),
        ("/New@Parley_Bot now\nplease", Command("new", "now\nplease")),
        ("/help@other_bot", None),
        ("/", None),
        ("not /start", None),
        ("/etc/passwd", None),
    ],
)
def test_commands(text: str, expected: Any) -> None:
    assert seen(text=text).command == expected
    assert seen(voice=VOICE, caption=text).command == expected


def test_a_command_said_under_a_note_leaves_the_note_with_the_message() -> None:
    incoming = seen(voice=VOICE, caption="/help me")
    assert (incoming.command, incoming.text) == (Command("help", "me"), "/help me")
    assert incoming.note is not None


def test_what_is_written_under_an_album_is_no_command() -> None:
    incoming = seen(photo=[{"file_id": "a"}], caption="/help", media_group_id="99")
    assert (incoming.command, incoming.text) == (None, "/help")


def test_a_quoted_caption_is_no_command() -> None:
    answered = {"message_id": 5, "voice": VOICE, "caption": "/help"}
    assert seen(voice=VOICE, reply_to_message=answered).command is None


@pytest.mark.parametrize(
    ("fields", "addressed"),
    [
        ({"text": "hi all"}, False),
        ({"text": "/stop"}, True),
        ({"text": "/stop@parley_bot"}, True),
        ({"text": "/stop@other_bot"}, False),
        ({"voice": VOICE, "caption": "/stop"}, True),
        ({"voice": VOICE, "caption": "/stop@other_bot"}, False),
        ({"text": "@Parley_bot hi", "entities": [entity("mention", 0, 11)]}, True),
        ({"text": "😀👨‍👩‍👧 @parley_bot", "entities": [entity("mention", 11, 11)]}, True),
        ({"text": "שלום @parley_bot", "entities": [entity("mention", 5, 11)]}, True),
        ({"text": "@parley_bot2 hi", "entities": [entity("mention", 0, 12)]}, False),
        ({"text": "@parley_bot typed without entity"}, False),
        ({"text": "x", "entities": [entity("mention", 500, 5)]}, False),
        ({"text": "x", "entities": [entity("mention", -1, 2)]}, False),
        ({"text": "Bot!", "entities": [entity("text_mention", 0, 3, user=BOT)]}, True),
        ({"text": "Ada!", "entities": [entity("text_mention", 0, 3, user=ADA)]}, False),
        (
            {
                "voice": VOICE,
                "caption": "@parley_bot",
                "caption_entities": [entity("mention", 0, 11)],
            },
            True,
        ),
        ({"text": "ok", "reply_to_message": {"message_id": 5, "from": BOT, "text": "?"}}, True),
        ({"voice": VOICE, "reply_to_message": {"message_id": 5, "from": BOT}}, True),
        ({"text": "ok", "reply_to_message": {"message_id": 5, "from": ADA, "text": "?"}}, False),
        (
            {
                "text": "ok",
                "reply_to_message": {"message_id": 5, "from": BOT, "forum_topic_created": {}},
            },
            False,
        ),
    ],
)
def test_when_a_group_message_is_meant_for_the_bot(
    fields: dict[str, Any], addressed: object
) -> None:
    assert seen(chat=GROUP, **fields).addressed is addressed


@pytest.mark.parametrize(
    ("chat", "fields", "thread"),
    [
        (FORUM, {"message_thread_id": 9, "is_topic_message": True}, "9"),
        (FORUM, {"message_thread_id": 1, "is_topic_message": True}, ""),
        (FORUM, {}, ""),
        (GROUP, {"message_thread_id": 9}, ""),
        (PRIVATE, {"message_thread_id": 3, "is_topic_message": True}, "3"),
        (PRIVATE, {"message_thread_id": 3}, ""),
    ],
)
def test_the_thread_is_a_topic_s_only(
    chat: dict[str, Any], fields: dict[str, Any], thread: str
) -> None:
    assert seen(chat=chat, text="hi", **fields).conversation.thread_id == thread


def test_a_forum_is_recognised_for_typing_in_its_general_topic() -> None:
    assert forum_chat(message(chat=FORUM, text="hi")) == "-100500"
    assert forum_chat(message(chat=GROUP, text="hi")) == ""
    assert forum_chat({"update_id": 1, "message": "odd"}) == ""


def test_the_quoted_part_goes_before_the_whole_answered_message() -> None:
    reply = {"message_id": 5, "from": BOT, "text": "a long answer"}
    quote = seen(text="this?", reply_to_message=reply, quote={"text": "long"}).quote
    assert quote is not None
    assert (quote.message_id, quote.text, quote.author) == ("5", "long", "Parley")
    assert quote.from_bot


def test_an_answer_to_another_chat_is_a_quote_too() -> None:
    external = {"message_id": 3, "origin": {"type": "user", "sender_user": ADA}}
    quote = seen(text="?", external_reply=external, quote={"text": "there"}).quote
    assert quote is not None
    assert (quote.message_id, quote.text, quote.author) == ("3", "there", "Ada L")


def test_what_an_answered_message_holds_is_part_of_the_quote() -> None:
    photo = [{"file_id": "s", "width": 90}, {"file_id": "l", "width": 900}]
    reply = {"message_id": 5, "from": ADA, "photo": photo, "caption": "my cat"}
    quote = seen(text="make the sky green", reply_to_message=reply).quote
    assert quote is not None
    (picture,) = quote.attachments
    assert (picture.kind, picture.ref, picture.mime) == (AttachmentKind.PHOTO, "l", "image/jpeg")
    assert quote.text == "my cat"


def test_a_file_from_another_chat_is_quoted_as_far_as_telegram_names_it() -> None:
    named = {"origin": {"type": "user", "sender_user": ADA}, "document": {"file_id": "d"}}
    quote = seen(text="?", external_reply=named).quote
    assert quote is not None
    assert [(a.kind, a.ref) for a in quote.attachments] == [(AttachmentKind.DOCUMENT, "d")]
    bare = seen(text="?", external_reply={"origin": {"type": "user", "sender_user": ADA}}).quote
    assert bare is not None
    assert bare.attachments == ()


def test_the_note_is_the_message_s_own_and_never_a_quoted_one() -> None:
    incoming = seen(text="and this?", reply_to_message={"message_id": 5, "voice": VOICE})
    assert incoming.note is None
    assert incoming.quote is not None
    assert [a.kind for a in incoming.quote.attachments] == [AttachmentKind.VOICE]


def test_pictures_of_one_album_say_so() -> None:
    assert seen(photo=[{"file_id": "a"}], media_group_id="99").album == "99"
    assert seen(text="alone").album == ""


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "user", "sender_user": ADA}, "Ada L"),
        ({"type": "hidden_user", "sender_user_name": "Somebody"}, "Somebody"),
        ({"type": "chat", "sender_chat": GROUP, "author_signature": "x"}, "Friends"),
        ({"type": "channel", "chat": {"id": -1, "title": "News"}, "message_id": 3}, "News"),
        ({"type": "of next year"}, ""),
        (None, ""),
    ],
)
def test_whose_words_a_forwarded_message_brings(origin: dict[str, Any] | None, name: str) -> None:
    incoming = seen(text="look", forward_origin=origin)
    assert incoming.forwarded_from == name
    assert incoming.sender.name == "Ada L"


SPOT = {"latitude": 48.1371540, "longitude": 11.5761240}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"location": SPOT}, "48.137154, 11.576124"),
        ({"location": {"latitude": 48, "longitude": -11.5}}, "48, -11.5"),
        ({"location": {**SPOT, "live_period": 900}}, "48.137154, 11.576124 (live location)"),
        (
            {
                "location": SPOT,
                "venue": {"location": SPOT, "title": "Town Hall", "address": "1 Sq"},
            },
            "48.137154, 11.576124 (Town Hall, 1 Sq)",
        ),
    ],
)
def test_a_place_is_put_into_words(fields: dict[str, Any], words: str) -> None:
    (place,) = seen(**fields).attachments
    assert (place.kind, place.words, place.ref) == (AttachmentKind.LOCATION, words, "")


@pytest.mark.parametrize(
    ("facts", "mime"),
    [
        ({}, "image/webp"),
        ({"is_animated": False, "is_video": False}, "image/webp"),
        ({"is_animated": True}, "application/x-tgsticker"),
        ({"is_video": True}, "video/webm"),
    ],
)
def test_a_sticker_tells_its_emoji_and_whether_it_moves(facts: dict[str, Any], mime: str) -> None:
    (sticker,) = seen(sticker={"file_id": "s", "emoji": "🐶", **facts}).attachments
    assert (sticker.words, sticker.mime) == ("🐶", mime)
    assert not sticker.may_carry_sound


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"contact": {"phone_number": "+491", "first_name": "Bo", "last_name": "K"}},
            "contact, Bo K, +491",
        ),
        ({"contact": {"phone_number": "+491"}}, "contact, +491"),
        (
            {"poll": {"question": "Tea?", "options": [{"text": "yes"}, {"text": "no"}]}},
            "poll: Tea? (yes / no)",
        ),
        ({"dice": {"emoji": "🎲", "value": 4}}, "dice 🎲: 4"),
        ({"game": {"title": "Chess"}}, "game: Chess"),
        ({"paid_media": {"star_count": 1}}, "paid media"),
        ({"animation": {"file_id": "a", "mime_type": "video/mp4"}}, "animation"),
    ],
)
def test_what_has_no_kind_of_its_own_is_put_into_words(fields: dict[str, Any], words: str) -> None:
    (thing,) = seen(**fields).attachments
    assert (thing.kind, thing.words) == (AttachmentKind.OTHER, words)


def test_an_anonymous_admin_is_the_group_and_not_the_generic_account() -> None:
    generic = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    incoming = seen(chat=GROUP, from_=generic, sender_chat=GROUP, text="hi")
    assert (incoming.sender.id, incoming.sender.name) == ("-100500", "Friends")
    assert incoming.sender.is_chat


def test_a_post_of_a_channel_is_written_by_the_channel() -> None:
    channel = {"id": -100600, "type": "channel", "title": "News"}
    post = message(chat=channel, sender_chat=channel, text="hi")["message"]
    incoming = parsed({"update_id": 1, "channel_post": {**post, "from": None}})
    assert incoming is not None
    assert (incoming.sender.id, incoming.sender.is_chat) == ("-100600", True)
    assert incoming.broadcast
    assert not incoming.addressed
    assert not seen(chat=GROUP, text="hi").broadcast


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "edited_message": message(text="x")["message"]},
        {"update_id": 1, "channel_post": message(text="x")["message"]},
        {"update_id": 1, "message_reaction": {"chat": PRIVATE}},
        {"update_id": 1, "stopped_message_generation": {"chat": PRIVATE, "draft_id": 3}},
        {"update_id": 1, "something_of_next_year": {"a": 1}},
        {"update_id": 1, "message": None},
        message(chat={"id": -1, "type": "channel"}, text="post"),
        message(chat={"id": -1, "type": "of next year"}, text="x"),
        message(**{"from": BOT}, text="bots talk"),
        message(**{"from": None}, text="nobody"),
        message(chat=GROUP, sender_chat={"id": -2}, is_automatic_forward=True, text="post"),
        message(new_chat_members=[ADA]),
        message(pinned_message={"message_id": 1}),
        message(forum_topic_created={"name": "t"}),
        message(text=""),
    ],
)
def test_what_is_nothing_to_answer(update: dict[str, Any]) -> None:
    assert parsed(update) is None


@pytest.mark.parametrize(
    "update",
    [
        message(date=None, text="no date"),
        message(date="yesterday", text="x"),
        message(date=True, text="x"),
        message(chat=None, text="x"),
        message(chat={"type": "private"}, text="x"),
        message(message_id=None, text="x"),
        message(message_id="7", text="x"),
        message(text=["a", "list"]),
        message(text="x", chat=GROUP, entities="none"),
        message(text="x", chat=GROUP, entities=[1]),
        message(text="@parley_bot", chat=GROUP, entities=[{"type": "mention"}]),
        message(voice="AwAC"),
        message(voice={**VOICE, "duration": "long"}),
        message(location={"latitude": "north", "longitude": 1}),
        message(location={"latitude": 1.5}),
        message(text="x", media_group_id=7),
        message(text="x", forward_origin="Ada"),
        message(**{"from": "Ada"}, text="x"),
        message(**{"from": {"first_name": "x"}}, text="x"),
        {"update_id": 1, "message": "text"},
        {"update_id": 1, "message": [1]},
    ],
)
def test_what_cannot_be_read_is_set_aside(update: dict[str, Any]) -> None:
    with pytest.raises(BadUpdate):
        parsed(update)


def test_a_hundred_kilobytes_of_text_arrive_whole() -> None:
    text = "😀é" * 25_000
    assert seen(text=text).text == text


def test_half_a_surrogate_pair_is_replaced_so_that_it_can_be_stored() -> None:
    incoming = seen(text="broken \ud83d end", **{"from": {**ADA, "first_name": "\ude00"}})
    assert incoming.text == "broken \ufffd end"
    incoming.sender.name.encode()
