"""Whether a single full stop ends a sentence, judged by what stands before and behind it."""

from __future__ import annotations

import re

LAST_WORD = re.compile(r"[\w.&-]*\w$")
LIST_NUMBER = re.compile(
    r"\s*(?:>\s*)*(?:#{1,6}\s+)?(?:[-*+•]\s+)?[*_]{0,3}(?:\d{1,3}(?:\.\d{1,3}){0,3}|[a-zA-Z])$"
)
SINGLE_LETTER = re.compile(r"(?:^|[\s(])[^\W\d_A-Z]$")
SHORT_CHARS = 4  # a lower-case word behind the stop: longer words than this are no abbreviations
LONG_ENOUGH_CHARS = 40

# Titles and Latin, without their last stop, in lower case: English; German; French, Spanish,
# Portuguese, Italian; Russian; Dutch, Polish, Swedish, Turkish.
OPENING_WORDS = """
    mr mrs ms dr prof st mt gen col sgt capt lt rev hon vs e.g i.e cf approx resp
    hr fr frl z.b d.h u.a s.o s.u bzw ca evtl ggf inkl zzgl str tel
    m mm mme mlle p.ex sr sra srta dña ee.uu av sig dott
    т.е т.к т.н напр им ул г-н г-жа
    bijv d.w.z np tzn t.ex bl.a bkz
"""
COUNTING_WORDS = """
    no nos nr n.º nº fig figs vol p pp art ch sec eq ref abb kap s стр рис п
    jan feb mar apr jun jul aug sep sept oct nov dec
"""
OPENING = frozenset(OPENING_WORDS.split())  # never the end of a sentence
COUNTING = frozenset(COUNTING_WORDS.split())  # no end in front of a number
# German writes ordinals with a stop: am 3. Mai, im 19. Jahrhundert.
ORDINAL = re.compile(r"(?:\b(?:am|vom|zum|bis|der|dem|den|des|im|ab|seit|beim)|,)\s+\d{1,2}$", re.I)


def stops_here(before: str, following: str) -> bool:
    """Whether the full stop after `before` ends its sentence.

    `before` is the line up to the stop, `following` the first character behind stop and space.
    """
    if LIST_NUMBER.match(before):
        return False
    found = LAST_WORD.search(before)
    word = found[0] if found else ""
    if word.lower() in OPENING or _is_initial(word, before):
        return False
    if SINGLE_LETTER.search(before) and following.isalpha():  # z. B., т. е., p. ej.
        return False
    if word.lower() in COUNTING and following.isdigit():
        return False
    if following.islower():
        return len(before) >= LONG_ENOUGH_CHARS and len(word) > SHORT_CHARS and "." not in word
    return not ORDINAL.search(before)


def _is_initial(word: str, before: str) -> bool:
    """`J` in `J. R. Tolkien` and `U.S` in `U.S. Army`; not the pronoun in `so do I`."""
    last = word.rpartition(".")[2]
    if len(last) != 1 or not last.isupper():
        return False
    return word != "I" or not re.search(r"[a-z,] I$", before)
