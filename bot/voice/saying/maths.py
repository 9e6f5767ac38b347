"""Formulas in TeX: simple ones are read, the others are named."""

from __future__ import annotations

import re

from bot.voice.saying.context import Saying
from bot.voice.saying.notes import FORMULA, noun
from bot.voice.saying.symbols import say_symbols
from bot.voice.saying.words import words

INLINE = re.compile(r"\\\((.{1,300}?)\\\)|\$\$([^$\n]{1,300})\$\$|\\\[(.{1,300}?)\\\]")
# Money has dollars too: behind the first and before the last one is no space, and no digit follows.
DOLLARS = re.compile(r"(?<![\w$\\])\$(?!\s)([^$\n]{1,200}?)(?<![\s\\])\$(?![\d$])")
MATHS = re.compile(r"[\\^_=<>+]|^[A-Za-z]$")
PROSE = re.compile(r"(?<![\\A-Za-z])(?!(?:sin|cos|tan|log|ln|exp|max|min|lim)\b)[A-Za-z]{2,}")
SIMPLE = (
    (re.compile(r"\\(?:d|t)?frac\{([^{}]{1,40})\}\{([^{}]{1,40})\}"), r"\1 / \2"),
    (re.compile(r"\\sqrt\{([^{}]{1,40})\}"), r"√\1"),
    (re.compile(r"\\(?:text|mathrm|mathbf|mathit|operatorname)\{([^{}]{0,80})\}"), r"\1"),
    (re.compile(r"\\(?:left|right|,|;|!|quad|displaystyle)(?![a-z])|\\ "), " "),
    (re.compile(r"\\(?:cdot|times)(?![a-z])"), " × "),
    (re.compile(r"\\(?:le|leq)(?![a-z])"), " ≤ "),
    (re.compile(r"\\(?:ge|geq)(?![a-z])"), " ≥ "),
    (re.compile(r"\\(?:ne|neq)(?![a-z])"), " ≠ "),
    (re.compile(r"\\approx(?![a-z])"), " ≈ "),
    (re.compile(r"\\pm(?![a-z])"), " ± "),
    (re.compile(r"\\(?:to|rightarrow|Rightarrow|implies)(?![a-z])"), " → "),
    (re.compile(r"\\circ(?![a-z])|\^\{?\\circ\}?"), "°"),
    (
        re.compile(
            r"\\(?:var)?(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|lambda|mu|nu|xi|pi|rho|sigma|"
            r"tau|phi|chi|psi|omega|Delta|Omega|Sigma|Pi|sin|cos|tan|log|ln|exp|max|min)(?![a-z])"
        ),
        r" \1 ",
    ),
    (re.compile(r"\\([%$&#{}])"), r"\1"),
    (re.compile(r"_\{?(\w{1,3})\}?"), r" \1"),
)
POWER = re.compile(r"\^\{?(-?\w{1,3})\}?")
EQUALS = re.compile(r"\s*=\s*")
HARD = re.compile(r"[\\{}^_&]|.{80}")


def say_formulas(text: str, saying: Saying) -> str:
    """Formulas inside a sentence as words that no other rule touches."""
    if "\\" not in text and "$" not in text:
        return text
    text = INLINE.sub(lambda match: _inline(match, saying), text)
    return DOLLARS.sub(lambda match: _dollars(match, saying), text)


def _inline(match: re.Match[str], saying: Saying) -> str:
    formula = match[1] or match[2] or match[3]
    if match[3] and not MATHS.search(formula):  # brackets that Markdown is to show
        return match[0]
    return _kept(formula, saying)


def _dollars(match: re.Match[str], saying: Saying) -> str:
    inner = match[1]
    bare = re.sub(r"\\[A-Za-z]+|\{[^{}]*\}", "", inner)
    if not MATHS.search(inner) or PROSE.search(bare):
        return match[0]
    return _kept(inner, saying)


def _kept(formula: str, saying: Saying) -> str:
    return saying.keep(_said(formula, saying))


def _said(formula: str, saying: Saying) -> str:
    known = words(saying.language)
    for pattern, replacement in SIMPLE:
        formula = pattern.sub(replacement, formula)
    if known:
        formula = POWER.sub(lambda match: _power(match[1], known), formula)
        formula = EQUALS.sub(f" {known['=']} ", formula)
    formula = saying.restored(say_symbols(formula, saying))
    if HARD.search(formula):
        return noun(FORMULA, saying.language)
    return re.sub(r"\s+", " ", formula).strip()


def _power(power: str, known: dict[str, str]) -> str:
    short = {"2": "²", "3": "³"}.get(power)
    if short:
        return f" {known[short]}"
    return f" {known['^']} {power}" if "^" in known else f"^{power}"
