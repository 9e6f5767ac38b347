"""Why Telegram did not do what was asked, and what that means for a delivery.

Fault
├── Throttled       429: wait `retry_after_s`
├── Unreachable     no answer, a broken one, or 5xx; the request may have been carried out
├── Unauthorised    401: the token
├── MethodMissing   404: an older server, or a malformed token
├── Conflicted      409: somebody else polls, or a webhook is set
├── Rejected        400 and 403: said no, and will say no again
└── Dropped         a preview that was overtaken and never sent
"""

from __future__ import annotations

from enum import StrEnum

from bot.errors import ChatGone, DeliverError, ParleyError, TooLargeToSend, VoiceForbidden


class Fault(ParleyError):
    """Telegram did not do what was asked."""


class Throttled(Fault):
    """Telegram asks to wait."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"retry after {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class Unreachable(Fault):
    """Telegram gave no usable answer."""


class Unauthorised(Fault):
    """Telegram refused the bot token."""


class MethodMissing(Fault):
    """This server does not know the method."""


class Conflicted(Fault):
    """Another poller or a webhook receives the updates."""


class Dropped(Fault):
    """Overtaken before it was sent."""


class Refusal(StrEnum):
    """The kinds of "no" that somebody acts on."""

    CANT_PARSE = "cant_parse"
    NOT_MODIFIED = "not_modified"
    EDIT_TARGET_GONE = "edit_target_gone"
    VOICE_FORBIDDEN = "voice_forbidden"
    CHAT_GONE = "chat_gone"
    FILE_TOO_BIG = "file_too_big"
    MEDIA_FORBIDDEN = "media_forbidden"
    OTHER = "other"


class Rejected(Fault):
    """Telegram said no. `kind` says which no, `description` is Telegram's own wording."""

    def __init__(self, kind: Refusal, description: str) -> None:
        super().__init__(f"{kind}: {description}")
        self.kind = kind
        self.description = description


# First match wins. Wordings: facts/telegram-api.md §2.4, §5, §8; facts/behaviour.md A8.
WORDINGS: tuple[tuple[str, Refusal], ...] = (
    ("voice_messages_forbidden", Refusal.VOICE_FORBIDDEN),
    ("restricted receiving of voice", Refusal.VOICE_FORBIDDEN),
    ("not enough rights to send voice", Refusal.VOICE_FORBIDDEN),
    ("chat_send_voices_forbidden", Refusal.VOICE_FORBIDDEN),
    ("can't parse", Refusal.CANT_PARSE),
    ("text is empty", Refusal.CANT_PARSE),
    ("text must be non-empty", Refusal.CANT_PARSE),
    ("message is not modified", Refusal.NOT_MODIFIED),
    ("message to edit not found", Refusal.EDIT_TARGET_GONE),
    ("message can't be edited", Refusal.EDIT_TARGET_GONE),
    ("message_id_invalid", Refusal.EDIT_TARGET_GONE),
    ("file is too big", Refusal.FILE_TOO_BIG),
    ("too big for a", Refusal.FILE_TOO_BIG),
    ("rights to send photos", Refusal.MEDIA_FORBIDDEN),
    ("rights to send videos", Refusal.MEDIA_FORBIDDEN),
    ("rights to send music", Refusal.MEDIA_FORBIDDEN),
    ("rights to send audio", Refusal.MEDIA_FORBIDDEN),
    ("rights to send documents", Refusal.MEDIA_FORBIDDEN),
    ("rights to send animations", Refusal.MEDIA_FORBIDDEN),
    ("rights to send gifs", Refusal.MEDIA_FORBIDDEN),
    ("rights to send media", Refusal.MEDIA_FORBIDDEN),
    ("chat_send_plain_forbidden", Refusal.CHAT_GONE),
    ("chat_send_", Refusal.MEDIA_FORBIDDEN),
    ("chat not found", Refusal.CHAT_GONE),
    ("user is deactivated", Refusal.CHAT_GONE),
    ("bot was blocked", Refusal.CHAT_GONE),
    ("bot was kicked", Refusal.CHAT_GONE),
    ("bot is not a member", Refusal.CHAT_GONE),
    ("rights to send", Refusal.CHAT_GONE),
    ("chat_write_forbidden", Refusal.CHAT_GONE),
    ("thread not found", Refusal.CHAT_GONE),
    ("topic_closed", Refusal.CHAT_GONE),
    ("topic_deleted", Refusal.CHAT_GONE),
)


MEDIA_FORBIDDEN = (
    "This chat doesn't let me send files of that kind. Please ask an admin to allow it, "
    "or ask me in a private chat."
)


def classify(description: str) -> Refusal:
    """Which refusal `description` is; the library changes its case, so case is ignored."""
    lowered = description.lower()
    return next((kind for wording, kind in WORDINGS if wording in lowered), Refusal.OTHER)


def as_deliver_error(fault: Fault) -> DeliverError:
    """The same in the words of a turn."""
    if isinstance(fault, Rejected):
        if fault.kind is Refusal.VOICE_FORBIDDEN:
            return voice_forbidden(fault.description)
        if fault.kind is Refusal.CHAT_GONE:
            return ChatGone(fault.description)
        if fault.kind is Refusal.FILE_TOO_BIG:
            return TooLargeToSend(fault.description)
        if fault.kind is Refusal.MEDIA_FORBIDDEN:
            return DeliverError(fault.description, sentence=MEDIA_FORBIDDEN)
        return DeliverError(fault.description)
    return DeliverError(f"{type(fault).__name__}: {fault}", retryable=True)


def voice_forbidden(description: str, *, in_group: bool = False) -> VoiceForbidden:
    """Who forbids it stands in Telegram's wording: a person's privacy, or the rights in a group."""
    in_group = in_group or "rights" in description or "chat_send_" in description.lower()
    return VoiceForbidden(description, sentence=VoiceForbidden.in_group if in_group else "")
