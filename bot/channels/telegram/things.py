"""Content without a file, put into words: places, contacts, polls, dice and the rest."""

from __future__ import annotations

from bot.channels.telegram.fields import Json, child, children, decimal, number_or_none, string
from bot.channels.telegram.who import full_name

DIGITS = 6  # decimal places of a degree; about ten centimetres
# What a person sends that is neither text nor file: worth a sentence, never silence.
OTHERS = (
    "contact",
    "poll",
    "dice",
    "story",
    "paid_media",
    "game",
    "invoice",
    "checklist",
    "live_photo",
    "giveaway",
    "rich_message",
)


def place_words(message: Json) -> str:
    """`48.137, 11.575 (Marienplatz, Munich)` of a location or venue, "" without one."""
    venue = child(message, "venue") or {}
    spot = child(venue, "location") or child(message, "location")
    if spot is None:
        return ""
    where = f"{_degrees(spot, 'latitude')}, {_degrees(spot, 'longitude')}"
    live = "live location" if number_or_none(spot, "live_period") else ""
    named = [part for part in (string(venue, "title"), string(venue, "address"), live) if part]
    return f"{where} ({', '.join(named)})" if named else where


def thing_words(message: Json, name: str) -> str:
    """What can be said of the content under `name`, one of `OTHERS`."""
    content = child(message, name) or {}
    if name == "contact":
        known = ("contact", full_name(content), string(content, "phone_number"))
        return ", ".join(part for part in known if part)
    if name == "poll":
        options = " / ".join(string(option, "text") for option in children(content, "options"))
        return f"poll: {string(content, 'question')} ({options})"
    if name == "dice":
        return f"dice {string(content, 'emoji')}: {number_or_none(content, 'value') or 0}"
    title, plain = string(content, "title"), name.replace("_", " ")
    return f"{plain}: {title}" if title else plain


def _degrees(spot: Json, name: str) -> str:
    return f"{decimal(spot, name):.{DIGITS}f}".rstrip("0").rstrip(".")
