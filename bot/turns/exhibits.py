"""Pictures, films and papers of a conversation, put into a request the way its model takes them.

A stored message holds no files: its media parts name what stands on the shelf, and become pictures
or words each time a request is made. Sources: facts/openrouter-api.md §2.3, §4;
facts/openrouter-wire.md §3.2, §17.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog

from bot.errors import LookError
from bot.openrouter.facts import ModelFacts
from bot.pictures.scale import is_fit, prepared
from bot.store.media import Shelf, Shelved
from bot.values.chat import Message
from bot.voice.workshop import Workshop

log = structlog.get_logger()
Part = dict[str, Any]
MEDIA = "media"
PICTURES_BEFORE = 4  # of earlier turns, newest first
PICTURES_NOW = 40  # ten things sent at once, each with at most four frames
PAPERS_BEFORE = 1  # each one may be paid for again
TEXT_BYTES_BEFORE = 40_000
EVERYTHING = 10**9
FILM_BYTES = 20_000_000
SHOWN = "shown"  # the kind on the shelf of what large pictures were scaled to
NOT_SHOWN = "not shown"
UNSEEN = "which you can't see, but your tools can use it"
GONE = "no longer here"


class Form(StrEnum):
    """How a thing is shown to a model."""

    PICTURE = "image"
    FILM = "video"
    PAPER = "file"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Senses:
    """What a model takes in beside text and papers."""

    sees: bool = True
    watches: bool = False

    @classmethod
    def of(cls, facts: ModelFacts) -> Senses:
        """An unknown model is taken at its best: a refusal says more than a silent omission."""
        if not facts.id:
            return cls()
        return cls(sees="image" in facts.inputs, watches="video" in facts.inputs)


def media_part(item: Shelved, form: Form, *, label: str, frames: Sequence[Shelved] = ()) -> Part:
    """What stands in a stored message for `item`; `label` is the name for it: `photo`."""
    part: Part = {"type": MEDIA, "id": item.id, "as": str(form), "label": label}
    return part | ({"frames": [frame.id for frame in frames]} if frames else {})


def content(text: str, parts: Sequence[Part]) -> str | list[Part]:
    """The content of a message to store: plain text where there is nothing else.

    The words come first, as OpenRouter advises for pictures (facts/openrouter-wire.md §17).
    """
    if not parts:
        return text
    return [*([{"type": "text", "text": text}] if text else []), *parts]


def takes_any(parts: Sequence[Part], senses: Senses) -> bool:
    """Whether a model with these `senses` gets to know anything of `parts`."""
    return any(
        part["as"] in (Form.PAPER, Form.TEXT)
        or senses.sees
        or (part["as"] == Form.FILM and senses.watches)
        for part in parts
    )


@dataclass(slots=True)
class _Room:
    """How much more is shown. `films`: whole ones, not only their frames."""

    pictures: int
    papers: int
    text_bytes: int
    films: bool


class Exhibits:
    """Makes the messages of one conversation ready for a model."""

    def __init__(
        self,
        shelf: Shelf,
        conversation: str,
        facts_of: Callable[[str], ModelFacts],
        *,
        workshop: Workshop,
    ) -> None:
        self._shelf = shelf
        self._workshop = workshop
        self._conversation = conversation
        self._facts_of = facts_of

    async def shown(self, messages: Sequence[Message], *, model: str) -> list[Message]:
        """`messages` with their media parts as `model`, a reference, takes them; newest first."""
        senses = Senses.of(self._facts_of(model))
        asked = max((n for n, m in enumerate(messages) if m["role"] == "user"), default=0)
        now = _Room(PICTURES_NOW, EVERYTHING, EVERYTHING, films=True)
        before = _Room(PICTURES_BEFORE, PAPERS_BEFORE, TEXT_BYTES_BEFORE, films=False)
        done: list[Message] = []
        for place in reversed(range(len(messages))):
            room = now if place >= asked else before
            done.append(await self._message(messages[place], senses, room))
        return done[::-1]

    async def _message(self, message: Message, senses: Senses, room: _Room) -> Message:
        parts = message.get("content")
        if not isinstance(parts, list) or all(part.get("type") != MEDIA for part in parts):
            return message
        shown: list[Part] = []
        for part in parts:
            known = part.get("type") != MEDIA
            shown += [part] if known else await self._part(part, senses, room)
        return {**message, "content": _joined(shown)}

    async def _part(self, part: Part, senses: Senses, room: _Room) -> list[Part]:
        """What `part` becomes, its name first. A file that is gone is told, not an error."""
        item = await self._item(part["id"])
        if item is None:
            return [_named(part, GONE)]
        try:
            if part["as"] == Form.TEXT:
                return await self._text(part, item, room)
            if part["as"] == Form.PAPER:
                return await self._paper(part, item, room)
            return await self._pictures(part, item, senses, room)
        except OSError as error:
            log.warning("exhibit.gone", media=item.ref, reason=type(error).__name__)
            return [_named(part, GONE)]
        except LookError as error:
            log.warning("exhibit.unreadable", media=item.ref, reason=str(error))
            return [_named(part, NOT_SHOWN)]

    async def _text(self, part: Part, item: Shelved, room: _Room) -> list[Part]:
        if room.text_bytes < item.size_bytes:
            return [_named(part, NOT_SHOWN)]
        room.text_bytes -= item.size_bytes
        said = (await self._shelf.read(item)).decode("utf-8", "replace")
        return [_named(part), {"type": "text", "text": _fenced(said)}]

    async def _paper(self, part: Part, item: Shelved, room: _Room) -> list[Part]:
        if room.papers <= 0:
            return [_named(part, NOT_SHOWN)]
        room.papers -= 1
        file = {"filename": item.name or "document.pdf", "file_data": await self._data_url(item)}
        return [_named(part), {"type": "file", "file": file}]

    async def _pictures(self, part: Part, item: Shelved, senses: Senses, room: _Room) -> list[Part]:
        film = part["as"] == Form.FILM
        if film and senses.watches and room.films and item.size_bytes <= FILM_BYTES:
            url = {"url": await self._data_url(item)}
            return [_named(part), {"type": "video_url", "video_url": url}]
        if not senses.sees:
            return [_named(part, UNSEEN)]
        found = [await self._item(id) for id in part.get("frames", ())] if film else [item]
        seen = [item for item in found if item is not None][: max(0, room.pictures)]
        if not seen:
            return [_named(part, NOT_SHOWN)]
        room.pictures -= len(seen)
        name = _named(part, f"{len(seen)} frames of it" if film else "")
        urls = [{"url": await self._data_url(await self._scaled(item))} for item in seen]
        return [name, *({"type": "image_url", "image_url": url} for url in urls)]

    async def _scaled(self, item: Shelved) -> Shelved:
        """A picture as it is looked at: made once of a large one, which stays to be worked on.

        Raises LookError.
        """
        side = max(item.width or 0, item.height or 0)
        if is_fit(item.mime, longest_side=side, size_bytes=item.size_bytes):
            return item
        name = f"{item.ref}#shown"
        found = await self._shelf.find(self._conversation, name)
        if found is not None:
            return found
        data = await self._shelf.read(item)
        small = await self._workshop.run(prepared, data, name=item.name)
        return await self._shelf.put(self._conversation, small, kind=SHOWN, unique_id=name)

    async def _item(self, id: int) -> Shelved | None:
        return await self._shelf.get(self._conversation, str(id))

    async def _data_url(self, item: Shelved) -> str:
        data = await self._shelf.read(item)
        encoded = await asyncio.to_thread(base64.b64encode, data)
        return f"data:{item.mime};base64,{encoded.decode('ascii')}"


def _named(part: Part, remark: str = "") -> Part:
    """`(photo m12)`, with a remark where there is one."""
    name = f"{part['label']} m{part['id']}"
    return {"type": "text", "text": f"({name}, {remark})" if remark else f"({name})"}


def _fenced(text: str) -> str:
    """`text` between marks that it does not hold itself."""
    mark = "```"
    while mark in text:
        mark += "`"
    return f"{mark}\n{text}\n{mark}"


def _joined(parts: Sequence[Part]) -> str | list[Part]:
    """Neighbouring texts as one; a plain string where nothing else is left."""
    joined: list[Part] = []
    for part in parts:
        if part["type"] == "text" and joined and joined[-1]["type"] == "text":
            joined[-1] = {**part, "text": f"{joined[-1]['text']}\n{part['text']}"}
        else:
            joined.append(part)
    if len(joined) == 1 and joined[0]["type"] == "text":
        return str(joined[0]["text"])
    return joined
