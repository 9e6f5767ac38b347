"""What goes between a visitor and a bot that the test itself plays: files, albums, updates."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import FilePayload, Locator

from tests.browser import files
from tests.browser.visitor import Visitor
from tests.flow.stage import eventually

CAPTION = "What I saw from the window this morning, when the fog was lifting"
LOADED = "image => image.complete && image.naturalWidth > 0"


def bot_uploads(
    visitor: Visitor, method: str, parts: dict[str, tuple[str, bytes, str]], **fields: Any
) -> Any:
    """The bot sends files, at the Bot API itself."""
    answer = visitor.stage.http.post(
        f"{visitor.stage.base}/bot{visitor.stage.token}/{method}",
        data={"chat_id": visitor.person, **fields},
        files=parts,
    )
    assert answer.json()["ok"], answer.text
    return answer.json()["result"]


def bot_sends_picture(visitor: Visitor, **fields: Any) -> int:
    part = ("window.png", files.picture(), "image/png")
    return int(bot_uploads(visitor, "sendPhoto", {"photo": part}, **fields)["message_id"])


def bot_sends_album(visitor: Visitor, count: int, *, kind: str = "photo") -> list[int]:
    parts = {
        f"part{n}": (f"part{n}.png", files.picture(400 + n, hue=40 * n), "image/png")
        for n in range(count)
    }
    media = [{"type": kind, "media": f"attach://{name}"} for name in parts]
    media[0]["caption"] = CAPTION
    sent = bot_uploads(visitor, "sendMediaGroup", parts, media=json.dumps(media))
    return [int(message["message_id"]) for message in sent]


def chosen(name: str, mime: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": mime, "buffer": data}


def awaits_updates(visitor: Visitor, count: int) -> list[dict[str, Any]]:
    """What the bot would get from this visitor, oldest first."""

    def found() -> list[dict[str, Any]] | None:
        answer = visitor.stage.http.post(
            f"{visitor.stage.base}/bot{visitor.stage.token}/getUpdates", json={"limit": 100}
        )
        mine = [
            update["message"]
            for update in answer.json()["result"]
            if update.get("message", {}).get("chat", {}).get("id") == visitor.person
        ]
        return mine if len(mine) >= count else None

    updates = eventually(found, f"{count} updates")
    assert len(updates) == count
    return updates


def is_shown(image: Locator) -> None:
    image.page.wait_for_function(LOADED, arg=image.element_handle())
