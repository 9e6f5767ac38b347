"""Lines that speech models write for silence and noise, told apart from what a person said.

Conservative: a whole transcript must be such a line, and one that is also a plausible answer counts
only when there was too little speech for it (facts/behaviour.md J1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from bot.voice.phantom_lines import CREDITS, FAREWELLS, NAMED_CREDITS, SHORT_LINES, SOUNDS

S_PER_LETTER = 0.03  # nobody says a letter faster; half a syllable in Latin script
S_PER_SIGN = 0.1  # a Han, kana or Hangul sign is a syllable
FOREIGN_FACTOR = 3.0  # a line in a language that is not the person's needs more speech behind it
LOOP_TIMES = 5
LOOP_TIMES_WORD = 12  # people do say "no no no no no"
LONGEST_PHRASE = 20  # words, or signs where a script has no spaces

SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
BRACKETS = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|\*[^*]+\*|【[^】]*】|<[^<>]*>")
MUSIC = re.compile(r"[♩♪♫♬♭♯🎵🎶]")
# Where a line may begin behind another: after a stop, in a new line, before music or a bracket.
BORDER = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])\s*|\n+|\s+(?=[\[♪♫🎵🎶])")
AMARA_TAIL = re.compile(r"\s+(?=\w+(?:\s\S+){0,4}\s\S*amara\.org)", re.IGNORECASE)
CHECKED_BORDERS = 12


def is_phantom(text: str, *, speech_s: float, language: str = "") -> bool:
    """Whether nobody said `text`, the whole transcript of a note.

    `speech_s` is how long somebody spoke in it, pauses left out; `language` (ISO-639-1) the
    language that is expected, "" when any is.
    """
    text = without_phantom_tail(text)
    line = plain(text)
    return (
        not line
        or _is_credit(text)
        or bool(_pattern(FAREWELLS).fullmatch(line))
        or _is_loop(line, speech_s)
        or _is_too_short(line, speech_s, language)
    )


def without_phantom_tail(text: str) -> str:
    """`text` without subtitle credits, music marks and names of sounds glued to its end.

    A text that is nothing else stays whole: that is for `is_phantom` to judge.
    """
    while (start := _tail(text)) is not None:
        text = text[:start].rstrip()
    return text


def plain(text: str) -> str:
    """`text` as the patterns see it: one width, lower case, letters and digits, single spaces."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i")
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in text)
    return " ".join("".join(kept).split())


def _tail(text: str) -> int | None:
    """Where the first line begins that nobody said and that reaches to the end."""
    borders = [match.end() for match in BORDER.finditer(text)][-CHECKED_BORDERS:]
    starts = [match.end() for match in AMARA_TAIL.finditer(text)]
    borders += [start for start in starts if text[start].isupper()]
    for start in sorted(borders):
        if plain(text[:start]) and _is_credit(text[start:]):
            return start
    return None


def _is_credit(text: str) -> bool:
    """Whether `text` names who made the subtitles, or only sounds."""
    line = plain(text)
    if not plain(BRACKETS.sub(" ", text)):
        inside = filter(None, map(plain, BRACKETS.findall(text)))
        return bool(line or MUSIC.search(text)) and all(map(_pattern(SOUNDS).fullmatch, inside))
    if MUSIC.search(text) and _pattern(SOUNDS).fullmatch(line):
        return True
    if _pattern(CREDITS).fullmatch(line):
        return True
    return bool(_pattern(NAMED_CREDITS).fullmatch(line)) and not text.split()[-1][0].islower()


def _is_too_short(line: str, speech_s: float, language: str) -> bool:
    """Whether `line` is a short answer that there was no time to say."""
    languages = {code for code, lines in SHORT_LINES.items() if line in lines.split("|")}
    if not languages:
        return False
    foreign = language and language not in languages
    return speech_s < _needed_s(line) * (FOREIGN_FACTOR if foreign else 1)


def _is_loop(line: str, speech_s: float) -> bool:
    """Whether `line` is one short phrase over and over. People repeat single words themselves."""
    if line.replace(" ", "").isdigit():
        return False
    signs = SIGNS.search(line) is not None
    units = line.replace(" ", "") if signs else line.split()
    size = _period(units)
    times, phrase = len(units) // size if size else 0, units[:size]
    if times < LOOP_TIMES or size > LONGEST_PHRASE:
        return False
    is_word = size <= 2 if signs else len(phrase) == 1
    return not is_word or times >= LOOP_TIMES_WORD or speech_s < _needed_s(line)


def _period(units: Sequence[str]) -> int:
    """How long the shortest part is that repeats itself through `units`; the last may be cut."""
    for size in range(1, len(units) // LOOP_TIMES + 1):
        if all(unit == units[at % size] for at, unit in enumerate(units)):
            return size
    return len(units)


def _needed_s(line: str) -> float:
    """The least time in which `line` can be said."""
    signs = len(SIGNS.findall(line))
    return signs * S_PER_SIGN + (len(line) - line.count(" ") - signs) * S_PER_LETTER


@cache
def _pattern(lines: str) -> re.Pattern[str]:
    """One pattern that matches any of `lines`."""
    joined = re.sub(r"\n {5,}(?=\S)", "", unicodedata.normalize("NFKC", lines))
    return re.compile("|".join(f"(?:{line.strip()})" for line in joined.splitlines() if line))
