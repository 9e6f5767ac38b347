"""What a job is asked to make, as it is stored: everything needed to ask again after a restart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.values.media import ImageOrder, MediaKind, MusicOrder, Picture, VideoOrder

TITLE_CHARS = 48
Order = ImageOrder | VideoOrder | MusicOrder
ORDERS: Mapping[MediaKind, type[Order]] = {
    MediaKind.IMAGE: ImageOrder,
    MediaKind.VIDEO: VideoOrder,
    MediaKind.MUSIC: MusicOrder,
}


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture on the shelf and its role in a film."""

    ref: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """`models` are tried in order; `options` are further fields of the kind's order."""

    kind: MediaKind
    prompt: str
    models: tuple[str, ...]
    timeout_s: float
    options: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[PictureRef, ...] = ()
    title: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same wish, however it is spaced."""
        wish = [
            self.kind.value,
            " ".join(self.prompt.lower().split()),
            sorted(self.options.items()),
            [(picture.ref, picture.role) for picture in self.pictures],
            self.models[:1],
        ]
        return hashlib.sha256(json.dumps(wish, default=str).encode()).hexdigest()[:32]

    def order(self, model: str, pictures: Sequence[Picture]) -> Order:
        """The order for `model`."""
        return ORDERS[self.kind](
            prompt=self.prompt,
            model=model,
            pictures=tuple(pictures),
            timeout_s=self.timeout_s,
            **self.options,
        )

    def as_row(self) -> dict[str, Any]:
        return {
            "prompt": self.prompt,
            "models": list(self.models),
            "timeout_s": self.timeout_s,
            "options": dict(self.options),
            "pictures": [[picture.ref, picture.role] for picture in self.pictures],
            "title": self.title,
        }

    @classmethod
    def from_row(cls, kind: MediaKind, row: Mapping[str, Any]) -> Request:
        """The reverse of `as_row`."""
        return cls(
            kind=kind,
            prompt=row["prompt"],
            models=tuple(row["models"]),
            timeout_s=row["timeout_s"],
            options=row["options"],
            pictures=tuple(PictureRef(ref, role) for ref, role in row["pictures"]),
            title=row["title"],
        )


def kind_of(order: Order) -> MediaKind:
    """What an order is for."""
    return next(kind for kind, form in ORDERS.items() if isinstance(order, form))


def title_of(prompt: str) -> str:
    """A short name for what is made, from the words of the wish."""
    line = " ".join(prompt.split())
    if len(line) <= TITLE_CHARS:
        return line
    return line[:TITLE_CHARS].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
