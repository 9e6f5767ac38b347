"""Which language a short text is in: by its script, and where many share one by CLD2 (pycld2).

Never guesses: what stays open is the hint's language or none. Without pycld2 (it has no wheels for
some machines) only the script decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from types import ModuleType

LONGEST = 600  # characters that are looked at
GUEST_WEIGHT = 2  # Latin names stand in texts of every script; the other way round is rare
LONG_ENOUGH = 80  # letters from which a language outside COMMON is believed
ADDRESS = re.compile(r"https?://\S+|\S+@\S+|(?<!\w)[@#/]\w+")

# Scripts by their ranges. A script of one language is named by it.
SCRIPTS = {
    "latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff\u0300-\u036f",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c8f",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "devanagari": "\u0900-\u097f",
    "han": "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af",
    "ja": "\u3041-\u30ff\u31f0-\u31ff",
    "ko": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "hy": "\u0531-\u058f",
    "ka": "\u10a0-\u10ff\u1c90-\u1cbf",
    "th": "\u0e01-\u0e7f",
    "lo": "\u0e81-\u0eff",
    "km": "\u1780-\u17ff",
    "my": "\u1000-\u109f",
    "bo": "\u0f00-\u0fff",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "dv": "\u0780-\u07bf",
    "am": "\u1200-\u139f",
}
SCRIPT = re.compile(
    "|".join(f"(?P<{name}>[{ranges}])" for name, ranges in SCRIPTS.items()), re.VERBOSE
)
# What is believed of a short text in a shared script; CLD2 knows many more, and takes a few words
# for Nauruan or Interlingua.
LATIN = """
    af az bs ca cs cy da de en es et eu fi fr ga gl hr hu id is it lt lv ms mt nl no pl pt ro sk sl
    sq sr sv sw tl tr uz vi
"""
COMMON = {
    "latin": frozenset(LATIN.split()),
    "cyrillic": frozenset({"be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "tt", "uk", "uz"}),
    "arabic": frozenset({"ar", "fa", "ku", "ps", "sd", "ug", "ur"}),
    "devanagari": frozenset({"hi", "mr", "ne", "sa"}),
    "han": frozenset({"zh", "ja"}),
}
# Names of CLD2 that ISO-639-1 has no longer, and both written kinds of Norwegian.
MODERN = {"iw": "he", "jw": "jv", "in": "id", "nb": "no", "nn": "no", "sh": "sr"}
TO_CLD2 = {"he": "iw", "jv": "jw"}
# Pairs that a short text does not tell apart for sure: there the hint decides.
NEIGHBOURS = frozenset(
    frozenset(pair.split())
    for pair in ("af nl", "da no", "cs sk", "id ms", "bg mk", "gl pt", "hr sr", "bs hr", "bs sr")
)
# CLD2 takes most Danish for Norwegian. Words that only one of them writes like this.
DANISH_WORDS = """
    af hvad mig dig sig efter nu noget nogen ud op uge meget tak hedder møde mødet bliver blev sagde
    kører godmorgen arbejde sprog bog tage lide ved vejret
"""
NORWEGIAN_WORDS = """
    av hva meg deg seg etter nå noe noen ut opp uke mye takk heter møte møtet blir ble vært sa
    kjører veldig arbeid språk bok ta like klokka
"""
DANISH = frozenset(DANISH_WORDS.split())
NORWEGIAN = frozenset(NORWEGIAN_WORDS.split())


def language_of(text: str, *, hint: str = "") -> str:
    """The ISO-639-1 code of the language that most of `text` is in, "" when that is open.

    `hint`, the language that is likely, decides between neighbours (Danish and Norwegian) and for
    what could be anything ("OK"). Text without a letter has no language, whatever the hint.
    """
    expected = iso_639_1(hint)
    script, words = _main_script(ADDRESS.sub(" ", text[:LONGEST]), expected)
    if script == "han":
        return expected if expected in COMMON["han"] else "zh"
    if script not in COMMON:
        return script
    found = _found(words, script, expected)
    return found or (expected if expected in COMMON[script] else "")


def iso_639_1(code: str) -> str:
    """`code` as two letters: `pt-BR` is `pt`, `nb` is `no`; "" for what has no such code."""
    plain = re.split(r"[-_]", code.strip().lower())[0]
    plain = MODERN.get(plain, plain)
    return plain if re.fullmatch(r"[a-z]{2}", plain) else ""


def _main_script(text: str, expected: str) -> tuple[str, str]:
    """The script that most letters are in, and the words in it alone."""
    text = unicodedata.normalize("NFKC", text)
    found = [(match.lastgroup or "", match) for match in SCRIPT.finditer(text)]
    counts = Counter(name for name, match in found if match[0].isalpha())
    if not counts:
        return "", ""
    if counts["ja"] or counts["ko"]:  # both are written with Han as well
        counts["ja" if counts["ja"] >= counts["ko"] else "ko"] += counts.pop("han", 0)

    def weight(name: str) -> tuple[int, bool]:
        fits = expected == name or expected in COMMON.get(name, ())
        return counts[name] * (1 if name == "latin" else GUEST_WEIGHT), fits

    main = max(counts, key=weight)
    return main, _words(text, main)


def _words(text: str, script: str) -> str:
    """The words of one script. CLD2 refuses control characters: nothing but letters is left."""
    letter = re.compile(f"[{SCRIPTS[script]}]")
    kept = (
        char if letter.match(char) and unicodedata.category(char)[0] in "LM" else " "
        for char in text
    )
    return " ".join("".join(kept).split())


def _found(words: str, script: str, expected: str) -> str:
    """What CLD2 says, as far as it can be believed."""
    cld2 = _cld2()
    if cld2 is None:
        return ""
    hint = TO_CLD2.get(expected, expected)
    fits = expected in COMMON[script] and hint in _known(cld2)
    if script == "latin":  # so many languages that its best effort alone is no better than a guess
        sure = _believed(cld2.detect(words)[2][0][1], words, script, expected)
        if sure or not fits:
            return sure
    options = {"hintLanguage": hint} if fits else {}
    best = cld2.detect(words, bestEffort=True, **options)
    return _believed(best[2][0][1], words, script, expected)


def _believed(code: str, words: str, script: str, expected: str) -> str:
    """The language that `code` of CLD2 stands for; "" when so few words don't prove it."""
    language, long_enough = iso_639_1(code), len(words) >= LONG_ENOUGH
    if not long_enough and frozenset({language, expected}) in NEIGHBOURS:
        return expected
    if language == "no" and expected != "no":
        return _danish_or_norwegian(words)
    believed = language in COMMON[script] or language == expected or long_enough
    return language if believed and language != "un" else ""


def _danish_or_norwegian(words: str) -> str:
    used = set(words.lower().split())
    return "da" if len(used & DANISH) > len(used & NORWEGIAN) else "no"


@cache
def _cld2() -> ModuleType | None:
    try:
        import pycld2
    except ImportError:
        return None
    module: ModuleType = pycld2
    return module


@cache
def _known(cld2: ModuleType) -> frozenset[str]:
    return frozenset(code for _, code in cld2.LANGUAGES)
