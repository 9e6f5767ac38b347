"""Where a long stretch without any stop may be cut: where a speaker would breathe.

Thai and Lao are written without marks at the end of a sentence, a space is a pause there; Chinese,
Japanese, Thai and others have no spaces between words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

COMMAS = frozenset(",;:،؛，；：、၊")
CJK_COMMAS = frozenset("，；：、၊")
THAI = re.compile(r"[\u0e00-\u0eff]")
THAI_WORD_START = re.compile(r"[\u0e01-\u0e2e\u0e40-\u0e44\u0e81-\u0eae\u0ec0-\u0ec4]")
LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")  # the first letter of a syllable, always
PARTICLES = ("ครับ", "ค่ะ")  # polite words that end a Thai sentence
# Ideographs and kana; nothing that belongs to the character in front of it.
UNSPACED = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
CLINGS = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー々")
WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
WIDE_WEIGHT = 3  # an ideograph takes as long to say as three letters

# In letters of an alphabet: from here a cut is made at ...
PAUSE_WEIGHT = 60  # ... a space or a closing particle in Thai and Lao
CLAUSE_WEIGHT = 300  # ... a comma, or the start of a syllable in Thai and Lao
RUN_ON_WEIGHT = 500  # ... any space, and between any two ideographs


def weight_of(char: str) -> int:
    """How long `char` takes to say, in letters of an alphabet."""
    return WIDE_WEIGHT if char >= "\u1100" and WIDE.match(char) else 1


@dataclass(slots=True)
class Breath:
    """How much was said since the last cut, and the end of it."""

    weight: int = 0
    tail: str = ""  # the last characters: as many as a particle has
    particle: bool = False

    def add(self, char: str) -> None:
        """One more character was said."""
        self.weight += weight_of(char)
        self.tail = self.tail[-3:] + char

    def may_cut(self) -> bool:
        """Whether a cut behind the last character is possible; `before` decides with the next."""
        if self.weight < PAUSE_WEIGHT:
            return False
        previous, char = self.tail[-2], self.tail[-1]
        self.particle = self.tail.endswith(PARTICLES)
        if char.isspace():
            return (
                THAI.match(previous) is not None
                or (self.weight >= CLAUSE_WEIGHT and previous in COMMAS)
                or self.weight >= RUN_ON_WEIGHT
            )
        return self.particle or (self.weight >= CLAUSE_WEIGHT and char in CJK_COMMAS)

    def before(self, following: str) -> bool:
        """Whether the cut that `may_cut` saw is made in front of `following`."""
        if self.particle:
            return THAI_WORD_START.match(following) is not None
        return not following.isspace()


def cuts_before(char: str, breath: Breath) -> bool:
    """Whether a stretch without any spaces is cut in front of `char`."""
    if breath.weight < CLAUSE_WEIGHT:
        return False
    previous = breath.tail[-1:]
    if char in LEADING_VOWELS:
        return THAI.match(previous) is not None
    if breath.weight < RUN_ON_WEIGHT or char in CLINGS or not UNSPACED.match(char):
        return False
    return UNSPACED.match(previous) is not None
