"""What the rules share while one sentence is made sayable: its language, and what is finished."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FIRST_MARK, LAST_MARK = 0xE000, 0xF8FF
MARK = re.compile(f"[{chr(FIRST_MARK)}-{chr(LAST_MARK)}]")  # for private use: no text has them
# Invisible: soft hyphen, zero-width space, marks of direction, joiners of words, byte order mark.
INVISIBLE = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence on its way. `language` is ISO-639-1; empty when it is not known."""

    language: str = ""
    kept: list[str] = field(default_factory=list)

    def keep(self, spoken: str) -> str:
        """A mark for words that no later rule may touch; `restored` puts them back."""
        if not spoken or FIRST_MARK + len(self.kept) > LAST_MARK:
            return spoken
        self.kept.append(spoken)
        return chr(FIRST_MARK + len(self.kept) - 1)

    def restored(self, text: str) -> str:
        """`text` with all that was kept back in its place."""
        for _ in range(3):  # a kept piece may hold another one
            if not MARK.search(text):
                break
            text = MARK.sub(lambda found: self._of(found[0]), text)
        return text

    def _of(self, mark: str) -> str:
        index = ord(mark) - FIRST_MARK
        return self.kept[index] if index < len(self.kept) else ""


def visible(text: str) -> str:
    """`text` without what nobody sees and no voice can say."""
    return CONTROLS.sub(" ", INVISIBLE.sub("", MARK.sub("", text)))


def language_key(language: str) -> str:
    """`pt-BR` → `pt`; empty stays empty."""
    return re.split(r"[-_]", language.strip().lower(), maxsplit=1)[0]
