"""The bot's own coming into a group is read; everything else about membership is not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.read import read
from bot.errors import BadUpdate
from bot.values.conversation import Incoming

GROUP = {"id": -100500, "type": "supergroup", "title": "Friends"}
ADA = {"id": 7, "first_name": "Ada"}


def change(old: str, new: str, *, hears_all: bool = True, **fields: Any) -> Incoming | None:
    body = {
        **{"chat": GROUP, "from": ADA, "date": 5},
        **{"old_chat_member": {"status": old}, "new_chat_member": {"status": new}},
        **fields,
    }
    update = {"update_id": 1, "my_chat_member": body}
    return read(update, bot_id=99, bot_username="parley_bot", hears_all=hears_all)


@pytest.mark.parametrize("old", ["left", "kicked"])
@pytest.mark.parametrize("new", ["member", "administrator"])
def test_being_added_tells_who_and_where(old: str, new: str) -> None:
    incoming = change(old, new)
    assert incoming is not None
    assert incoming.joined
    assert not incoming.deaf
    assert incoming.conversation.key == "telegram:-100500"
    assert (incoming.sender.id, incoming.sender.name) == ("7", "Ada")
    assert (incoming.chat_title, incoming.sent_at_ms) == ("Friends", 5000)


def test_only_an_ordinary_member_in_privacy_mode_is_deaf() -> None:
    member, admin = (change("left", new, hears_all=False) for new in ("member", "administrator"))
    assert member is not None
    assert admin is not None
    assert (member.deaf, admin.deaf) == (True, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [("member", "administrator"), ("member", "left"), ("left", "kicked"), ("kicked", "restricted")],
)
def test_other_changes_are_nothing_to_tell(old: str, new: str) -> None:
    assert change(old, new) is None


def test_private_chats_and_channels_are_nothing_to_tell() -> None:
    for kind in ("private", "channel"):
        assert change("kicked", "member", chat={"id": 7, "type": kind}) is None
    nobody: dict[str, Any] = {"from": None}
    assert change("left", "member", **nobody) is None
    with pytest.raises(BadUpdate):
        change("left", "member", chat={"type": "group"})
