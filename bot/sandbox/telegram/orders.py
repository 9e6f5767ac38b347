"""The bodies that the control API takes, checked. Unknown fields are refused so that typos show."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .faults import FaultKind
from .files import FILE_KINDS

Json = dict[str, Any]


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class UserOrder(Order):
    """Creates a user, or changes the given fields of a known one."""

    id: int = Field(gt=0)
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool | None = None
    forbids_voice: bool | None = None
    blocked: bool | None = None
    deactivated: bool | None = None
    started: bool | None = None


class ChatOrder(Order):
    id: int = 0
    type: Literal["group", "supergroup", "forum"]
    title: str = "Test group"
    username: str = ""
    bot_status: Literal["member", "administrator", "left", "kicked"] = "member"
    migrate_from: int | None = None


class TopicOrder(Order):
    name: str = "Topic"
    from_id: int = Field(default=1, alias="from")


class MemberOrder(Order):
    bot_status: Literal["member", "administrator", "left", "kicked"]
    from_id: int = Field(default=1, alias="from")


class WhereOrder(Order):
    """Who says something, and where; without `chat_id` in the private chat with the bot.

    `quote` is the part of `reply_to` that is answered, `forward_origin` a MessageOrigin.
    """

    from_id: int = Field(alias="from")
    chat_id: int | None = None
    thread_id: int | None = None
    reply_to: int | None = None
    quote: str | None = None
    forward_origin: Json | None = None
    media_group_id: str | None = None
    extra: Json = Field(default_factory=dict)


class MessageOrder(WhereOrder):
    text: str
    entities: list[Json] | None = None


class UploadOrder(WhereOrder):
    kind: str
    mime: str | None = None
    file_name: str | None = None
    duration: int = 0
    title: str = ""
    performer: str = ""
    caption: str = ""
    emoji: str = ""
    width: int | None = None
    height: int | None = None
    file_size: int | None = None

    @model_validator(mode="after")
    def _known_kind(self) -> UploadOrder:
        if self.kind not in FILE_KINDS:
            raise ValueError(f"kind must be one of {', '.join(FILE_KINDS)}")
        return self


class LocationOrder(WhereOrder):
    """A place on the map; with a `title` a venue, with a `live_period` one that moves."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    title: str = ""
    address: str = ""
    live_period: int | None = None

    def fields(self) -> Json:
        location: Json = {"latitude": self.latitude, "longitude": self.longitude}
        if self.live_period is not None:
            location["live_period"] = self.live_period
        if not self.title:
            return {"location": location}
        venue: Json = {"location": location, "title": self.title, "address": self.address}
        return {"location": location, "venue": venue}


class ContactOrder(WhereOrder):
    phone_number: str
    first_name: str
    last_name: str = ""

    def fields(self) -> Json:
        contact: Json = {"phone_number": self.phone_number, "first_name": self.first_name}
        return {"contact": contact | ({"last_name": self.last_name} if self.last_name else {})}


class PollOrder(WhereOrder):
    question: str
    options: list[str] = Field(min_length=2)

    def fields(self) -> Json:
        options = [{"text": option, "voter_count": 0} for option in self.options]
        return {"poll": {"id": "1", "question": self.question, "options": options}}


class DiceOrder(WhereOrder):
    emoji: str = "🎲"
    value: int = Field(default=1, ge=1, le=64)

    def fields(self) -> Json:
        return {"dice": {"emoji": self.emoji, "value": self.value}}


THINGS: dict[str, type[LocationOrder | ContactOrder | PollOrder | DiceOrder]] = {
    "location": LocationOrder,
    "contact": ContactOrder,
    "poll": PollOrder,
    "dice": DiceOrder,
}


class EditOrder(Order):
    chat_id: int
    message_id: int
    text: str


class ReactionOrder(Order):
    chat_id: int
    message_id: int
    from_id: int = Field(alias="from")
    emoji: list[str] = Field(default_factory=list)


class CallbackOrder(Order):
    """Presses a button of a message, found by its `data` or its `text`."""

    chat_id: int
    message_id: int
    from_id: int = Field(alias="from")
    data: str | None = None
    text: str | None = None


class UpdatesOrder(Order):
    updates: list[Any]


class FaultOrder(Order):
    method: str
    kind: FaultKind
    chat_id: int | None = None
    times: int = 1
    after: int = Field(default=0, ge=0)
    status: int | None = Field(default=None, ge=400, le=599)
    description: str | None = None
    retry_after: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, ge=0)
    body: str | None = None


class SettingsOrder(Order):
    """Every field is optional; `me` is merged into the answer of getMe."""

    me: Json | None = None
    pacing: bool | None = None
    latency_ms: int | None = Field(default=None, ge=0)
    webhook_retry_s: float | None = Field(default=None, gt=0)
    local_files: bool | None = None
