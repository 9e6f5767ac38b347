"""Inline code is read when a person would read it: names, commands, words. Else it is named."""

from __future__ import annotations

import re

from bot.voice.saying.addresses import FILE_PATH, say_addresses
from bot.voice.saying.context import Saying
from bot.voice.saying.notes import CODE, noun

SPAN = re.compile(r"(?<!`)(`{1,5})(?!`)[ ]?([^`\n]{1,500}(?:\n[^`\n]{1,500}){0,3}?)[ ]?\1(?!`)")
STRAY = re.compile(r"`+")
LONGEST_CHARS = 48
# A name or a command: words, also with hyphens, options, quoted arguments and a call's brackets.
WORD_LIKE = re.compile(r"[^\W_][\w .,:'\"’@/+#%°!?-]*(?:\([\w ,]{0,12}\))?[\w .,:'\"’!?-]*")
DECORATION = re.compile(r"\(\)|^[$.]+(?=\w)|(?<!\S)--?(?=\w)|(?<!\w)[\"']|[\"'](?!\w)|[:;]$")
# file_name → file name; __init__ → init
UNDERSCORES = re.compile(r"_+")


def say_code(text: str, saying: Saying) -> str:
    """Inline code as words that no other rule touches."""
    return STRAY.sub("", SPAN.sub(lambda match: saying.keep(_said(match[2], saying)), text))


def _said(code: str, saying: Saying) -> str:
    code = code.strip()
    if len(code) > LONGEST_CHARS and not FILE_PATH.fullmatch(code):
        said = saying.restored(say_addresses(code, saying))
        return said if len(said) <= LONGEST_CHARS and _reads(said) else noun(CODE, saying.language)
    plain = saying.restored(say_addresses(code, saying))
    plain = UNDERSCORES.sub(" ", DECORATION.sub("", plain)).strip()
    return plain if _reads(plain) else noun(CODE, saying.language)


def _reads(text: str) -> bool:
    """Whether a person would read it out: mostly letters and digits, and few of the rest."""
    if not WORD_LIKE.fullmatch(text) and not re.fullmatch(r"/\w+|\.\w+", text):
        return False
    readable = sum(char.isalnum() or char.isspace() for char in text)
    return readable * 4 >= len(text) * 3 or len(text) <= 3
