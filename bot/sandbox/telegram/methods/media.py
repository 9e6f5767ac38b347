"""Voice, audio, pictures, video, documents and albums that the bot sends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..chats import Chat, Json
from ..content import media_fields, photo_size
from ..errors import bad_request
from ..files import StoredFile
from ..formatting import Formatted, read_caption
from ..limits import PHOTO_BYTES
from ..params import Params, Upload
from ..sending import Content, admit, resolve_target, send, with_text
from ..sniff import VOICE_TYPES
from ..world import World

_VOICE_MIME = {"ogg_opus": "audio/ogg", "mp3": "audio/mpeg", "m4a": "audio/mp4"}
_AUDIO_TYPES = frozenset({"mp3", "m4a", "ogg_opus", "ogg"})
_ALBUM_MIX = frozenset({"photo", "video"})


def _sender(kind: str) -> Callable[[World, Params], Json]:
    def send_media(world: World, params: Params) -> Json:
        caption = read_caption(
            params.text("caption"), params.text("parse_mode"), params.json("caption_entities")
        )
        target = resolve_target(world, params)
        content = _content(world, target.chat, kind, params, caption)
        admit(world, target.chat)
        return send(world, target, content, protect=params.flag("protect_content"))

    return send_media


def _content(world: World, chat: Chat, kind: str, params: Params, caption: Formatted) -> Content:
    file = _file(world, kind, params)
    kind = file.kind
    if kind in ("voice", "video_note") and chat.person is not None and chat.person.forbids_voice:
        raise bad_request("VOICE_MESSAGES_FORBIDDEN")
    fields = media_fields(
        kind,
        file,
        duration=params.integer("duration"),
        title=params.text("title"),
        performer=params.text("performer"),
        size=_pixels(world, file, params),
    )
    return Content(kind, fields | with_text("caption", caption), caption, file)


def _pixels(world: World, file: StoredFile, params: Params) -> tuple[int, int] | None:
    if file.kind == "photo":
        return photo_size(world.files.blob(file).read_bytes())
    width, height = params.integer("width"), params.integer("height")
    return (width, height) if width and height else None


def _file(world: World, kind: str, params: Params) -> StoredFile:
    upload = params.uploads.get(kind) or _attached(params, params.text(kind))
    if upload is not None:
        return _stored(world, kind, upload)
    given = params.text(kind)
    if not given:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    known = world.files.find(given)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.kind != kind and kind != "document":
        raise bad_request(f"can't use file of type {known.kind.title()} as {kind.title()}")
    return known


def _attached(params: Params, given: str) -> Upload | None:
    return params.uploads.get(given.removeprefix("attach://")) if "attach://" in given else None


def _stored(world: World, kind: str, upload: Upload) -> StoredFile:
    if not upload.data:
        raise bad_request("file must be non-empty")
    file = world.files.add(upload.data, kind=kind, mime=upload.mime, name=upload.name)
    if kind == "photo":
        _check_photo(upload.data, file)
        return replace(file, mime=f"image/{file.sniffed}")
    fitting = {
        "voice": VOICE_TYPES,
        "audio": _AUDIO_TYPES,
        "video": frozenset({"mp4"}),
        "video_note": frozenset({"mp4"}),
        "animation": frozenset({"mp4", "gif"}),
    }.get(kind)
    if fitting is None:
        return file
    if file.sniffed not in fitting:
        # Telegram keeps what it can't play as that kind as a plain file.
        return world.files.add(upload.data, kind="document", mime=upload.mime, name=upload.name)
    mime = _VOICE_MIME.get(file.sniffed) if kind in ("voice", "audio") else None
    return replace(file, mime=mime) if mime else file


def _check_photo(data: bytes, file: StoredFile) -> None:
    if len(data) > PHOTO_BYTES:
        raise bad_request("file is too big")
    if file.sniffed not in ("jpeg", "png", "webp", "gif"):
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = photo_size(data)
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def send_media_group(world: World, params: Params) -> list[Json]:
    items: Any = params.json("media")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request("can't parse media JSON object")
    if not 2 <= len(items) <= 10:
        raise bad_request("group send failed: an album has 2 to 10 items")
    kinds = {str(item.get("type")) for item in items}
    if not (kinds <= _ALBUM_MIX or kinds in ({"audio"}, {"document"})):
        raise bad_request("group send failed: these types can't be mixed in an album")
    target = resolve_target(world, params)
    admit(world, target.chat)
    contents = [_album_item(world, target.chat, item, params) for item in items]
    group: Json = {"media_group_id": str(uuid.uuid4().int % 10**17)}
    return [
        send(world, target, replace(content, fields=content.fields | group)) for content in contents
    ]


def _album_item(world: World, chat: Chat, item: Json, params: Params) -> Content:
    kind = str(item["type"])
    single = Params(
        values={**item, kind: item.get("media")},
        uploads={name: upload for name, upload in params.uploads.items() if name != kind},
    )
    caption = read_caption(
        single.text("caption"), single.text("parse_mode"), single.json("caption_entities")
    )
    return _content(world, chat, kind, single, caption)


METHODS: dict[str, Callable[[World, Params], Any]] = {
    "sendVoice": _sender("voice"),
    "sendAudio": _sender("audio"),
    "sendPhoto": _sender("photo"),
    "sendVideo": _sender("video"),
    "sendAnimation": _sender("animation"),
    "sendVideoNote": _sender("video_note"),
    "sendDocument": _sender("document"),
    "sendMediaGroup": send_media_group,
}
