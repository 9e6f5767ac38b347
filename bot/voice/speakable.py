"""Markdown to words that a voice can say: one sentence, line, fence or table at a time.

An ordered list of small rules. What only the eye understands is named ("There is a table in the
text.") or left out; the written answer stays in the chat anyway.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

# What stands in for a block that nobody wants to hear, by ISO-639-1 language; English else.
CODE_NOTES = {
    "en": "There is some code in the text.",
    "de": "Im Text steht etwas Code.",
    "es": "Hay código en el texto.",
    "fr": "Il y a du code dans le texte.",
    "it": "Nel testo c'è del codice.",
    "pt": "Há código no texto.",
    "ru": "В тексте есть код.",
}
TABLE_NOTES = {
    "en": "There is a table in the text.",
    "de": "Im Text steht eine Tabelle.",
    "es": "Hay una tabla en el texto.",
    "fr": "Il y a un tableau dans le texte.",
    "it": "Nel testo c'è una tabella.",
    "pt": "Há uma tabela no texto.",
    "ru": "В тексте есть таблица.",
}

FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
TABLE = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
LINE_MARK = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•‣]\s+|\d{1,3}[.)]\s+)", re.MULTILINE)
FINAL = ".!?…:;。！？；：؟۔।॥။។።։"
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]$")
EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\u2190-\u21ff"
    "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
)
PAGE_ADDRESS = r"https?://(?:[^\s/@<>()]*@)?(?:www\.)?([^\s/:?#<>()\[\]\"'`*]+)[^\s<>\"'`*]*"


class Rule(NamedTuple):
    """Replaces each match of `pattern`; the name says what the rule is about."""

    name: str
    pattern: re.Pattern[str]
    replacement: str | Callable[[re.Match[str]], str]


def _site(match: re.Match[str]) -> str:
    """A bare address becomes the name of its site, the punctuation behind it stays."""
    trailing = match[0][len(match[0].rstrip(".,;:!?)")) :]
    if "(" in match[0]:  # the bracket belongs to the address
        trailing = trailing.replace(")", "", 1)
    return match[1].rstrip(".,;:!?") + trailing


def _gap(match: re.Match[str]) -> str:
    """A long gap made short: models may write blank lines by the thousand."""
    return "\n" if "\n" in match[0] else " "


RULES = (
    Rule("long gaps", re.compile(r"\s{3,}"), _gap),
    Rule("comments", re.compile(r"<!--.*?-->", re.S), ""),
    Rule("horizontal rules", re.compile(r"^\s*(?:[-*_=]\s?){3,}\s*$", re.M), ""),
    Rule("images", re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    Rule("footnotes", re.compile(r"\[\^[^\]]+\]:?|【[^】]*†[^】]*】"), ""),
    Rule("links", re.compile(r"\[([^\]]+)\]\((?:[^()]|\([^()]*\))*\)"), r"\1"),
    Rule("link references", re.compile(r"\[([^\]]+)\]\[[^\]]*\]"), r"\1"),
    Rule("halves of links", re.compile(r"\]\([^)]*\)|\[(?=[^\]]*$)"), ""),
    Rule("addresses in brackets", re.compile(rf"<{PAGE_ADDRESS}>", re.I), r"\1"),
    Rule("bare addresses", re.compile(PAGE_ADDRESS, re.I), _site),
    Rule("tags", re.compile(r"</?[a-zA-Z][^<>\n]*>"), ""),
    Rule("inline code", re.compile(r"(`+)\s?(.+?)\s?\1"), r"\2"),
    Rule("stray backticks", re.compile(r"`+"), ""),
    Rule("headings", re.compile(r"^\s*#{1,6}\s+|\s+#+\s*$", re.M), ""),
    Rule("quotes", re.compile(r"^\s*(?:>\s?)+", re.M), ""),
    Rule("bullets", re.compile(r"^\s*[-*+•‣]\s+(?:\[[ xX]\]\s+)?", re.M), ""),
    Rule("escapes", re.compile(r"\\([\\`*_{}\[\]()#+.!|~>-])"), r"\1"),
    Rule("strong and struck", re.compile(r"\*{2,}|~~|\|\||(?<!\w)__(?=\S)|(?<=\S)__(?!\w)"), ""),
    Rule("emphasis", re.compile(r"(?<![\d\s])\*|\*(?=[^\d\s])"), ""),
    Rule("emphasis by underscore", re.compile(r"(?<!\w)_(?=\S)|(?<=\S)_(?!\w)"), ""),
    Rule("emoji", EMOJI, " "),
    Rule("space before stops", re.compile(r"\s+(?=[.,;:!?](?:\s|$))"), ""),
    Rule("space", re.compile(r"\s+"), " "),
)


def speakable(markdown: str, *, language: str = "") -> str:
    """`markdown` without anything that can't be heard; empty when nothing is left to say.

    `language` (ISO-639-1) chooses the words for what is not read out.
    """
    if FENCE.search(markdown):
        return CODE_NOTES.get(language[:2], CODE_NOTES["en"])
    if TABLE.search(markdown):
        return TABLE_NOTES.get(language[:2], TABLE_NOTES["en"])
    text = markdown
    for rule in RULES:
        text = rule.pattern.sub(rule.replacement, text)
    text = html.unescape(text).strip()
    if not any(char.isalnum() for char in text):
        return ""
    return _ended(text) if LINE_MARK.match(markdown) else text


def _ended(text: str) -> str:
    """Headings and list items have no stop of their own; the voice needs one to pause."""
    if text.rstrip("\"'”’»)").endswith(tuple(FINAL)):
        return text
    return text.rstrip(",") + ("。" if CJK.search(text) else ".")
