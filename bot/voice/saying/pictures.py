"""Emoji and pictographs are left out, whole: with joiners, skin tones, flags and keycaps."""

from __future__ import annotations

import re

# Arrows, musical accidentals and the signs of money and measure are text, not pictures.
PICTURE = (
    "[\U0001f000-\U0001faff\u2600-\u266c\u2670-\u2793\u2795-\u2797\u27b0\u27bf\u2b12-\u2b5f"
    "\u231a\u231b\u2328\u23cf\u23e9-\u23ff\u25a0-\u25ff\u24c2\u3030\u303d\u3297\u3299™®©\u2b50]"
)
VARIANT = "[\ufe0e\ufe0f]"
TAGS = "[\U000e0020-\U000e007f]"
EMOJI = re.compile(
    rf"[0-9#*]{VARIANT}?\u20e3|{PICTURE}(?:{VARIANT}|{TAGS}|\u200d+(?={PICTURE}))*"
    rf"|{VARIANT}|{TAGS}|\u20e3"
)
KEYCAP_MARKER = re.compile(r"^(\s*)([0-9])\ufe0f?\u20e3\s*|^(\s*)\U0001f51f\s*", re.MULTILINE)
EMOTICON = re.compile(r"(?:(?<=\s)|^)(?:[:;=8][-']?[)(DPp/|]|<3|[xX]D|\^_?\^)(?=[\s.!?,]|$)")


def without_pictures(text: str) -> str:
    """`text` without pictures. A keycap at the start of a line numbers it."""
    text = KEYCAP_MARKER.sub(lambda match: f"{match[1] or ''}{match[2] or '10'}. ", text)
    return EMOTICON.sub("", EMOJI.sub(" ", text))
