"""Telegram's limits as numbers and checks (facts/telegram-api.md §§3, 7), and the pacing rules."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import Any

from .errors import bad_request, too_many_requests
from .text import utf16_len

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
CALLBACK_DATA_BYTES = 64
CALLBACK_ANSWER_UNITS = 200
DOWNLOAD_BYTES = 20 << 20
UPLOAD_BYTES = 50 << 20
LOCAL_BYTES = 2_000 << 20  # both ways, of a server in local mode
PHOTO_BYTES = 10 << 20
WAVEFORM_BYTES = 1_000_000
POLL_TIMEOUT_S = 50
POLL_LIMIT = 100
MAX_BUTTONS = 100
MAX_COMMANDS = 100
DRAFT_LIFE_S = 30.0
ACTION_LIFE_S = 5.0

_REACTIONS = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
_ACTIONS = """
typing upload_photo record_video upload_video record_voice upload_voice upload_document
choose_sticker find_location record_video_note upload_video_note
"""
REACTIONS = frozenset(_REACTIONS.split())
ACTIONS = frozenset(_ACTIONS.split())


def check_text(text: str, *, given: str, too_long: str = "message is too long") -> None:
    """Refuse text that is empty or above 4096 UTF-16 units after parsing."""
    if not given:
        raise bad_request("message text is empty")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_len(text) > TEXT_UNITS:
        raise bad_request(too_long)


def check_caption(text: str) -> None:
    """Refuse a caption above 1024 UTF-16 units after parsing."""
    if utf16_len(text) > CAPTION_UNITS:
        raise bad_request("message caption is too long")


def check_keyboard(markup: Any) -> dict[str, Any] | None:
    """The inline keyboard to keep in the message; other markups are accepted and leave no trace."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: array of arrays expected")
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        _check_button(button)
    return {"inline_keyboard": rows} if buttons else None


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request('can\'t parse inline keyboard button: field "text" must be non-empty')
    if len(button.keys() - {"text", "style", "icon_custom_emoji_id"}) != 1:
        raise bad_request("can't parse inline keyboard button: text buttons are unallowed")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


class Pacing:
    """Flood control: 5 sends in 5 s per private chat, 20 a minute per group, 30/s over all."""

    def __init__(self) -> None:
        self.enabled = False
        self._sent: dict[tuple[Any, ...], deque[float]] = defaultdict(deque)

    def admit(self, chat_id: int, *, is_group: bool, is_edit: bool, now_s: float) -> None:
        """Count one send or edit, or raise 429 with the seconds to wait."""
        if not self.enabled:
            return
        rules = [((chat_id, is_edit), (20, 60.0) if is_group else (5, 5.0)), (("all",), (30, 1.0))]
        for key, (count, window_s) in rules:
            times = self._sent[key]
            while times and times[0] <= now_s - window_s:
                times.popleft()
            if len(times) >= count:
                raise too_many_requests(max(1, math.ceil(times[0] + window_s - now_s)))
        for key, _ in rules:
            self._sent[key].append(now_s)
