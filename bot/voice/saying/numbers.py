"""Numbers that voices misread: telephone numbers, ranges, versions, powers, digit groups.

Plain numbers, times and amounts stay digits: every voice reads them well in its own language.
"""

from __future__ import annotations

import re

from bot.voice.saying.context import Saying
from bot.voice.saying.units import LETTERS, NUMBER
from bot.voice.saying.words import UNSPACED, words

# 1 234 567 with spaces that do not break, 1'234'567 in Switzerland: one number, not three.
GROUPS = re.compile(r"(?<=\d)[\u00a0\u202f\u2009'’](?=\d{3}(?!\d))")
PHONE = re.compile(
    r"(?<![\w.,:/-])(?:"
    r"(?:\+|00)\d{1,3}[ \u00a0-]?(?:\(\d{1,5}\)[ \u00a0-]?)?\d{1,5}(?:[ \u00a0/-]?\d{2,8}){1,5}"
    r"|\(\d{2,5}\) ?\d{2,5}(?:[ -]\d{2,5}){1,3}"
    r"|\d{3}-\d{3}-\d{4}"
    r"|0\d{2,4}[ /-]\d{5,9}"
    r")(?![\w-]|[.,:]\d)",
    re.ASCII,
)
LEAST_PHONE_DIGITS = 7
SPELLED_FROM = 3  # digits of a group: 030 is said digit by digit, 06 12 in pairs
RANGE = re.compile(
    rf"(?<![{LETTERS}.,:–—-])(\d+(?:[.,:]\d+)*) ?[–—] ?(\d+(?:[.,:]\d+)*)(?![–—-]|\d)"
)
HYPHEN_RANGE = re.compile(
    rf"(?<![{LETTERS}.,:/–—-])({NUMBER})-({NUMBER})(?= ?(?:%|°|€|[kcm]?m\b|k?g\b|min\b))"
)
VERSION = re.compile(rf"(?<![{LETTERS}.])[vV](\d+(?:\.\d+)+)(?![{LETTERS}])")
ISSUE = re.compile(rf"(?<![{LETTERS}&#/])#(\d{{1,5}})(?![{LETTERS}])")
HASHTAG = re.compile(r"(?<![\w&#/])#(?=[^\W\d_])")
SHARP = re.compile(r"\bC#(?![\w#])")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
POWER = re.compile(r"((?<![^\W\d_])[^\W\d_]{1,2}|(?<!\d)\d{1,20}|\))(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,9})")
FOOTNOTE = re.compile(r"(?<=[.,;:!?”\"’)])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=\s|$)")


def say_ranges(text: str, saying: Saying) -> str:
    """Groups of digits joined to one number, and `10–20` as `10 to 20`."""
    text = GROUPS.sub("", text)
    if "–" in words(saying.language):
        text = RANGE.sub(lambda match: _range(match, saying.language), text)
        text = HYPHEN_RANGE.sub(lambda match: _range(match, saying.language), text)
    return text


def say_numbers(text: str, saying: Saying) -> str:
    """Telephone numbers, versions, powers and what stands behind `#`."""
    known = words(saying.language)
    text = text.translate(SUBSCRIPTS)
    text = PHONE.sub(lambda match: _phone(match, saying), text)
    text = SHARP.sub("C Sharp", HASHTAG.sub("", text))
    text = FOOTNOTE.sub("", text)
    if not known:
        return text
    text = VERSION.sub(lambda match: f"{known['v']} {match[1]}", text)
    text = ISSUE.sub(lambda match: _numbered(match[1], known["#"]), text)
    return POWER.sub(lambda match: _power(match, saying.language), text)


def _numbered(number: str, word: str) -> str:
    return word.replace("{}", number) if "{}" in word else f"{word} {number}"


def _phone(match: re.Match[str], saying: Saying) -> str:
    """Groups of digits with a pause between them; long groups digit by digit."""
    groups = re.findall(r"\d+", match[0])
    if sum(map(len, groups)) < LEAST_PHONE_DIGITS or re.fullmatch(r"\d{4}-\d\d-\d\d", match[0]):
        return match[0]
    spelled = [" ".join(group) if len(group) >= SPELLED_FROM else group for group in groups]
    plus = words(saying.language).get("+", "+") if match[0].startswith("+") else ""
    joined = ", ".join(spelled)
    return saying.keep(f"{plus} {joined}" if len(plus) > 1 else plus + joined)


def _range(match: re.Match[str], language: str) -> str:
    """`10–20` → `10 to 20`; what does not rise is a score or a season and stays."""
    first, last = (re.sub(r"\D", "", number) for number in match.groups())
    if int(first) >= int(last) and "." not in match[0] and "," not in match[0]:
        return match[0]
    between = words(language)["–"]
    space = "" if language in UNSPACED else " "
    return f"{match[1]}{space}{between}{space}{match[2]}"


def _power(match: re.Match[str], language: str) -> str:
    base, power = match.groups()
    known = words(language)
    space = "" if language in UNSPACED else " "
    if power in known:
        return f"{base}{space}{known[power]}"
    if "^" not in known:
        return match[0]
    return f"{base} {known['^']} {power.translate(SUPERSCRIPTS)}"
