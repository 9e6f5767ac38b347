from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.channels.telegram.faults import Refusal, Rejected, as_deliver_error, classify
from bot.channels.telegram.forms import Form, Item, items
from bot.channels.telegram.uploads import album_item, body
from bot.errors import ChatGone, DeliverError, TooLargeToSend
from bot.values.media import MediaFile

ROOM = Path(__file__).parents[3] / "bot"


def image(width: int | None, height: int | None, *, size: int = 10) -> MediaFile:
    return MediaFile(b"x" * size, "image/png", "a.png", width=width, height=height)


def forms(*files: MediaFile) -> list[Form]:
    return [item.form for item in items(files)]


@pytest.mark.parametrize(
    ("file", "form"),
    [
        (image(5000, 5000), Form.PHOTO),
        (image(5000, 5001), Form.DOCUMENT),
        (image(200, 10), Form.PHOTO),
        (image(10, 201), Form.DOCUMENT),
        (image(None, None), Form.PHOTO),
        (image(10, 10, size=10_000_000), Form.PHOTO),
        (image(10, 10, size=10_000_001), Form.DOCUMENT),
        (MediaFile(b"", "IMAGE/JPEG", "a"), Form.PHOTO),
        (MediaFile(b"", "image/svg+xml", "a"), Form.DOCUMENT),
        (MediaFile(b"", "video/mp4; codecs=avc1", "a"), Form.VIDEO),
        (MediaFile(b"", "video/quicktime", "a"), Form.DOCUMENT),
        (MediaFile(b"", "audio/x-m4a", "a"), Form.AUDIO),
        (MediaFile(b"", "audio/ogg", "a"), Form.DOCUMENT),
        (MediaFile(b"", "", "a"), Form.DOCUMENT),
    ],
)
def test_the_form_of_one_file(file: MediaFile, form: Form) -> None:
    assert forms(file) == [form]


PICTURE, GIF = image(10, 10), MediaFile(b"", "image/gif", "a.gif")
FILM, SONG = MediaFile(b"", "video/mp4", "a.mp4"), MediaFile(b"", "audio/mpeg", "a.mp3")


@pytest.mark.parametrize(
    ("files", "together"),
    [
        ((PICTURE, FILM), [Form.PHOTO, Form.VIDEO]),
        ((SONG, SONG), [Form.AUDIO, Form.AUDIO]),
        ((SONG, PICTURE), [Form.DOCUMENT, Form.DOCUMENT]),
        ((PICTURE, GIF), [Form.DOCUMENT, Form.DOCUMENT]),
        ((GIF,), [Form.ANIMATION]),
    ],
)
def test_what_may_stand_in_one_album(files: tuple[MediaFile, ...], together: list[Form]) -> None:
    assert forms(*files) == together


def test_a_body_leaves_as_a_stream_and_not_as_one_block() -> None:
    upload = body(Item(MediaFile(b"abc", "image/png", "sky.png"), Form.PHOTO))
    name, stream, mime = upload.field_tuple
    assert (name, mime) == ("sky.png", "image/png")
    assert not isinstance(stream, bytes)
    assert stream.read(2) == b"ab"


def test_a_file_without_a_name_gets_one_that_fits_its_type() -> None:
    assert body(Item(MediaFile(b"x", "video/mp4", ""), Form.VIDEO)).filename == "file.mp4"


def test_files_of_one_album_are_told_apart() -> None:
    together = [Form.PHOTO, Form.VIDEO, Form.AUDIO, Form.DOCUMENT]
    names = {album_item(Item(PICTURE, form)).media.attach_uri for form in together}
    assert len(names) == len(together)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Not enough rights to send photos to the chat", Refusal.MEDIA_FORBIDDEN),
        ("CHAT_SEND_VIDEOS_FORBIDDEN", Refusal.MEDIA_FORBIDDEN),
        ("CHAT_SEND_VOICES_FORBIDDEN", Refusal.VOICE_FORBIDDEN),
        ("CHAT_SEND_PLAIN_FORBIDDEN", Refusal.CHAT_GONE),
        ("Not enough rights to send text messages to the chat", Refusal.CHAT_GONE),
        ("File of size 11534336 bytes is too big for a photo", Refusal.FILE_TOO_BIG),
        ("PHOTO_INVALID_DIMENSIONS", Refusal.OTHER),
    ],
)
def test_what_telegram_means_by_its_noes(said: str, kind: Refusal) -> None:
    assert classify(said) is kind


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Refusal.FILE_TOO_BIG, TooLargeToSend),
        (Refusal.MEDIA_FORBIDDEN, DeliverError),
        (Refusal.CHAT_GONE, ChatGone),
    ],
)
def test_a_no_in_the_words_of_a_turn(kind: Refusal, error: type[DeliverError]) -> None:
    assert type(as_deliver_error(Rejected(kind, "said"))) is error


def test_only_one_module_holds_the_bot_object() -> None:
    def imports_bot(path: Path) -> bool:
        tree = ast.parse(path.read_text("utf-8"))
        return any(
            isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] == "telegram"
            and any(name.name == "Bot" for name in node.names)
            for node in ast.walk(tree)
        )

    holders = [path.relative_to(ROOM) for path in ROOM.rglob("*.py") if imports_bot(path)]
    assert holders == [Path("channels/telegram/api.py")]
