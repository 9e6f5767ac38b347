"""Time zones by name."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

UTC_NAME = "UTC"


def zone_of(name: str) -> tzinfo | None:
    """The zone of that name; None when this machine knows none. UTC is known everywhere."""
    if name.upper() == UTC_NAME:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None
