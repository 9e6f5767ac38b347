"""PDFs as a file parser sees them: how many pages, and the plain words in them. Blocking.

Crude on purpose: literal strings that a page shows, from streams as they are or deflated.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Any

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)\s*(?:Tj|'|\")")
ESCAPED = re.compile(rb"\\(.)")
LONGEST_STREAM_BYTES = 4 * 1024 * 1024
LONGEST_WORDS = 20_000


class NotAPaper(Exception):
    """The bytes are no PDF."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What parsing found; `hash` stands for it when it is sent again."""

    name: str
    hash: str
    pages: int
    words: str

    def annotation(self) -> dict[str, Any]:
        """What an answer says about the file, to be sent back. facts/openrouter-api.md §4"""
        content = [
            {"type": "text", "text": f'<file name="{self.name}">'},
            {"type": "text", "text": self.words},
            {"type": "text", "text": "</file>"},
        ]
        file = {"hash": self.hash, "name": self.name, "content": content}
        return {"type": "file", "file": file}


def read_paper(data: bytes, *, name: str) -> Paper:
    """Parse `data`. Raises NotAPaper."""
    if not data[:1024].lstrip().startswith(b"%PDF-"):
        raise NotAPaper("not a PDF")
    found: list[bytes] = []
    for stream in STREAM.finditer(data):
        found += SHOWN.findall(_plain(stream[1]))
    words = " ".join(ESCAPED.sub(rb"\1", piece).decode("latin-1") for piece in found)
    pages = max(1, len(PAGE.findall(data)))
    return Paper(name, hashlib.sha256(data).hexdigest(), pages, words[:LONGEST_WORDS])


def _plain(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, LONGEST_STREAM_BYTES)
    except zlib.error:
        return stream
