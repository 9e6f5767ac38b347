"""Markdown and HTML marks are taken off; the words between them stay, in their order.

Every repetition is bounded, so that no text, however odd, takes long.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

BLOCK_TAGS = "p|div|br|hr|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|pre|details|summary|section"
INLINE_TAGS = (
    "a|abbr|b|bdi|bdo|center|cite|code|del|dfn|em|font|i|img|input|ins|kbd|label|mark|q|s|samp|"
    "small|span|strike|strong|sub|sup|tbody|thead|tg-spoiler|time|tt|u|var|video|audio|source"
)
ATTRIBUTES = (
    r"(?:\s{1,9}(?:open|checked|disabled|hidden|expandable|controls|"
    r"[\w:-]{1,40}\s?=\s?(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'|[^\s\"'<>]{1,2000}))){0,20}"
)
TARGET = r"\((?:[^()\n]|\([^()\n]{0,500}\)){0,2000}\)"  # of a link


class Rule(NamedTuple):
    """Replaces each match of `pattern`; the name says what the rule is about."""

    name: str
    pattern: re.Pattern[str]
    replacement: str


def _rule(name: str, pattern: str, replacement: str, flags: int = 0) -> Rule:
    return Rule(name, re.compile(pattern, flags), replacement)


LINKS = (
    _rule(
        "definitions of links", r"^[ \t]{0,9}\[[^\]\n]{1,200}\]:[ \t]{0,9}\S.{0,2000}$", "", re.M
    ),
    _rule("footnotes", r"\[\^[^\]\n]{1,200}\]:?|【[^】\n]{0,200}†[^】\n]{0,200}】", ""),
    _rule("citations", r"(?<=[^\W_])(?<!\bsee)\[\d{1,3}(?:[,–-] ?\d{1,3}){0,9}\]", ""),
    _rule("citations behind stops", r"(?<=[.,;:!?”\"’)])\s?\[\d{1,3}(?:[,–-] ?\d{1,3}){0,9}\]", ""),
    _rule("images", rf"!\[([^\]\n]{{0,500}})\]{TARGET}", r"\1"),
    _rule("links", rf"\[([^\[\]\n]{{0,500}})\]{TARGET}", r"\1"),
    _rule("references to links", r"\[([^\[\]\n]{1,500})\]\[[^\]\n]{0,200}\]", r"\1"),
    _rule("ends of links", rf"\]{TARGET}", ""),
    _rule("starts of links", r"\[(?=[^\]]{0,500}$)", ""),
)
MARKS = (
    _rule("comments", r"<!--[\s\S]{0,20000}?-->", ""),
    _rule("tags of blocks", rf"</?(?:{BLOCK_TAGS}){ATTRIBUTES}\s?/?>", " ", re.I),
    _rule("tags", rf"</?(?:{INLINE_TAGS}){ATTRIBUTES}\s?/?>", "", re.I),
    _rule("placeholders", r"(?<!\w)<([^\W\d_][\w -]{0,60})>(?!\w)", r"\1"),
    _rule("horizontal rules", r"^\s*(?:[-*_=–—]\s?){3,}\s*$", "", re.M),
    _rule("headings", r"^\s*#{1,6}\s+|\s{1,3}#{1,6}\s{0,3}$", "", re.M),
    _rule("quotes", r"^\s*(?:>\s?)+", "", re.M),
    _rule("kinds of quotes", r"^\s*\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*", "", re.M),
    _rule("bullets", r"^\s*[-*+•‣▪◦·●○]\s+(?:\[[ xX]\]\s+)?", "", re.M),
    _rule(
        "rests of tables",
        r"^\s{0,9}\|?(?:\s{0,9}:?-{2,}:?\s{0,9}\|)+\s{0,9}(?::?-{2,}:?)?\s{0,9}$",
        "",
        re.M,
    ),
    _rule("columns", r"\s{1,3}\|\s{1,3}", ", "),
    _rule("strong and struck", r"\*{2,}|~~|\|\||(?<!\w)__(?=\S)|(?<=\S)__(?!\w)", ""),
    _rule("emphasis", r"(?<![\d\s])\*|\*(?=[^\d\s])", ""),
    _rule("emphasis by underscore", r"(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)|(?<!\S)_+(?!\S)", ""),
    _rule("marked", r"==(?=\S)|(?<=\S)==", ""),
    _rule("rows of marks", r"(?:[-=_~#*]\s?){4,}", " "),
)
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|~>$-])")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
GAP = re.compile(r"\s{3,}")


def shortened_gaps(text: str) -> str:
    """Long gaps made short: models may write blank lines by the thousand."""
    return GAP.sub(lambda match: "\n" if "\n" in match[0] else " ", text)


def without_links(text: str) -> str:
    """Links as their texts; footnotes, citations and definitions gone."""
    return _applied(LINKS, text)


def without_marks(text: str) -> str:
    """`text` without the marks of Markdown and HTML."""
    return _applied(MARKS, text)


def unescaped(text: str) -> str:
    """HTML entities as their characters."""
    return ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _applied(rules: tuple[Rule, ...], text: str) -> str:
    for rule in rules:
        text = rule.pattern.sub(rule.replacement, text)
    return text
