"""Symbols that stand for words: percent, degrees, money, arrows, signs of arithmetic.

Where the language is not known, symbols stay as they are: a word of a wrong language is worse.
"""

from __future__ import annotations

import re

from bot.voice.saying.context import Saying
from bot.voice.saying.units import LETTERS, NUMBER
from bot.voice.saying.words import UNSPACED, counted, words

ARROWS = "→⇒⟶⟹➔➜➝➞➡⮕"
OTHER_ARROWS = "←↔⇐⇔⟵⟷↕⬅↩↪↦"
ARROW = re.compile(rf"\s{{0,3}}(?:[{ARROWS}]|(?<=\s)[-=]{{1,2}}>(?=\s))\ufe0f?\s{{0,3}}")
OTHER_ARROW = re.compile(
    rf"\s{{0,3}}(?:[{OTHER_ARROWS}]|(?<=\s)<(?:[-=]{{1,2}}>|--?)(?=\s))\ufe0f?\s{{0,3}}"
)
NUMBER_ARROW = re.compile(rf"(?<=\d)\s{{0,3}}[{ARROWS}]\s{{0,3}}(?=\d)")
UP_DOWN = re.compile(r"[↑↓⬆⬇]\ufe0f?\s*")
ALL_ARROWS = re.compile(rf"[{ARROWS}{OTHER_ARROWS}↑↓⬆⬇]")

NOT_JOINED = rf"(?!['’]\w|-?[{LETTERS}])"
AFTER = re.compile(
    rf"(?<![{LETTERS}.,$€£])({NUMBER})[ \u00a0\u202f]?(°[CF]|℃|℉|[%‰°€£₽₴₺₹₩]){NOT_JOINED}"
)
TURKISH = re.compile(rf"(?<![{LETTERS}])([%‰])({NUMBER}){NOT_JOINED}")
MONEY = re.compile(
    rf"(?<![{LETTERS}$€£¥])([€$£¥₹₩₺])[ \u00a0]?({NUMBER})(?:[ \u00a0]([^\W\d_]+))?{NOT_JOINED}"
)
PREFIX_IS_FINE = frozenset({"en", "zh", "ja", "ko", "hi"})
MAGNITUDES = re.compile(
    r"(?:thousand|[mbt]r?illi|mill?i?[oaõ]|mld|mrd|bi|tausend|duizend|mila|mille|mil$|тыс|млн|млрд|"
    r"милли|мілль|тися|bin$|milyon|tys|mln|ألف|مليون|مليار|हज़ार|लाख|करोड़|k$|m$)",
    re.IGNORECASE,
)
MINUS = re.compile(rf"(?<![{LETTERS})])−(?=\d)|(?<![\S])-(?={NUMBER} ?[°%])")
ABOUT = re.compile(r"(?<![\S~])[~≈] ?(?=[\d$€£])")
TIMES = re.compile(r"(?<=\d)×(?=\d)")
SECTION = re.compile(r"§§? ?(?=\d)")
COMPARED = re.compile(r"(?<=\s)([<>])(?=\s)")
SIGNS = re.compile(r"\s{0,3}([×÷±≠≤≥])\s{0,3}")
ROOT = re.compile(r"√\s*(?=[\w(])")
AMPERSAND = re.compile(r"(?<=\s)&(?=\s)")
SAME = {"℃": "°C", "℉": "°F"}


def say_symbols(text: str, saying: Saying) -> str:
    """`text` with its symbols as words of the language, where they are known."""
    known = words(saying.language)
    text = _arrows(text, known, saying.language)
    if not known:
        return text
    space = "" if saying.language in UNSPACED else " "
    text = MINUS.sub(known["−"] + space, text)
    text = AFTER.sub(lambda match: _behind(match, saying.language), text)
    if saying.language == "tr":
        text = TURKISH.sub(lambda match: counted(known[match[1]], match[2], "tr"), text)
    if saying.language not in PREFIX_IS_FINE:
        text = MONEY.sub(lambda match: _money(match, saying.language), text)
    text = ABOUT.sub(known["~"] + space, text)
    text = TIMES.sub(space + known["by"] + space, text)
    if "{}" not in known["§"]:
        text = SECTION.sub(f"{known['§']} ", text)
    text = COMPARED.sub(lambda match: known[match[1]], text)
    text = SIGNS.sub(lambda match: f" {known[match[1]]} ", text)
    text = ROOT.sub(known["√"] + space, text)
    return AMPERSAND.sub(known["&"], text)


def _behind(match: re.Match[str], language: str) -> str:
    number, symbol = match.groups()
    forms = words(language).get(SAME.get(symbol, symbol))
    return counted(forms, number, language) if forms else match[0]


def _money(match: re.Match[str], language: str) -> str:
    """`$5` → `5 dollars`; with a word for a million behind it, it stays."""
    symbol, number, following = match.groups()
    forms = words(language).get(symbol)
    if forms is None or (following and MAGNITUDES.match(following)):
        return match[0]
    return counted(forms, number, language) + (f" {following}" if following else "")


def _arrows(text: str, known: dict[str, str], language: str) -> str:
    """Arrows between things become a word, at the edges they go; a comma where no word is known."""
    if not ALL_ARROWS.search(text) and ">" not in text and "<" not in text:
        return text
    comma = {"zh": "，", "ja": "、", "ar": "، "}.get(language, ", ")
    then = f"{comma}{known['→']}" if known else comma.rstrip()
    space = "" if language in UNSPACED else " "
    if "–" in known:
        text = NUMBER_ARROW.sub(f"{space}{known['–']}{space}", text)
    text = ARROW.sub(lambda match: _inside(match, then + space), text)
    text = OTHER_ARROW.sub(lambda match: _inside(match, comma), text)
    return UP_DOWN.sub(
        lambda match: f"{known['↑' if match[0][0] in '↑⬆' else '↓']} " if known else " ", text
    )


def _inside(match: re.Match[str], word: str) -> str:
    before = match.string[max(0, match.start() - 4) : match.start()]
    inside = any(map(str.isalnum, before)) and match.end() < len(match.string)
    return word if inside else " "
