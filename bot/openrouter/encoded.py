"""Bytes that came as base64: whole, or in pieces that were cut or padded anywhere."""

from __future__ import annotations

import base64

from bot.errors import BadAnswer

PLAIN = str.maketrans("-_", "+/", " \t\r\n")


def decoded(text: str) -> bytes:
    """All of `text`; line breaks, the URL alphabet and missing padding are put right.

    Raises BadAnswer for what is no base64 or lacks a character.
    """
    return _decoded(text.translate(PLAIN).rstrip("="))


class Base64Pieces:
    """Decodes piece by piece; padding may end any piece (facts/openrouter-wire.md §14)."""

    def __init__(self) -> None:
        self._rest = ""

    def add(self, piece: str) -> bytes:
        """What `piece` completes. Raises BadAnswer when it can't be read."""
        *padded, rest = (self._rest + piece.translate(PLAIN)).split("=")
        whole = len(rest) - len(rest) % 4
        self._rest = rest[whole:]
        return b"".join(map(_decoded, (*padded, rest[:whole])))

    def close(self) -> bytes:
        """What is left when no piece follows."""
        rest, self._rest = self._rest, ""
        return _decoded(rest)


def _decoded(bare: str) -> bytes:
    """`bare` has neither padding nor white space."""
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except ValueError:
        raise BadAnswer("the encoded data is damaged or cut off") from None
