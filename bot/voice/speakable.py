"""Markdown to words that a voice can say: one sentence, line, fence or table at a time.

An ordered list of small rules. What only the eye understands is named ("There is a table in the
text.") or left out; the written answer stays in the chat anyway. Plain words are never touched.
"""

from __future__ import annotations

import re

from bot.voice.blocks import FENCE
from bot.voice.saying.addresses import say_addresses
from bot.voice.saying.code import say_code
from bot.voice.saying.context import Saying, language_key, visible
from bot.voice.saying.dates import say_dates
from bot.voice.saying.markup import (
    ESCAPE,
    shortened_gaps,
    unescaped,
    without_links,
    without_marks,
)
from bot.voice.saying.maths import say_formulas
from bot.voice.saying.notes import CODE_NOTES, FORMULA_NOTES, note
from bot.voice.saying.numbers import say_numbers, say_ranges
from bot.voice.saying.pictures import without_pictures
from bot.voice.saying.shortenings import spell_shortenings
from bot.voice.saying.symbols import say_symbols
from bot.voice.saying.tables import TABLE, say_table
from bot.voice.saying.units import spell_units
from bot.voice.sentences import Sentences

FORMULA = re.compile(r"\s*(?:\$\$|\\\[)(?:\s*\n|[\s\S]*(?:\$\$|\\\])[.,]?\s*$)")
LINE_MARK = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•‣▪◦·●○]\s+|\d{1,3}[.)]\s+|\d\ufe0f?\u20e3)")
LINE_END = re.compile(r"\S[ \t\r]*\n\s*$")
FINAL = tuple(".!?…:;。！？；：؟۔।॥။។።։,，、،")
COMMAS = ",，、،"
SPACE_BEFORE_STOP = re.compile(r" (?=[.,;:!?](?:\s|$))")
FRENCH = "fr"  # has a space before ! ? ; :
SPACES = re.compile(r"\s+")
OPEN_MARKS = "\"'”’»)*_`"

STOPS = (
    (re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]$"), "。"),
    (re.compile(r"[\u0900-\u09ff\u0a00-\u0a7f]$"), "।"),
    (re.compile(r"[\u0e00-\u0eff]$"), ""),  # Thai and Lao have no stops
    (re.compile(r"[\u1000-\u109f]$"), "။"),
    (re.compile(r"[\u1780-\u17ff]$"), "។"),
    (re.compile(r"[\u1200-\u137f]$"), "።"),
    (re.compile(r"[\u0530-\u058f]$"), "։"),
)


def speakable(markdown: str, *, language: str = "") -> str:
    """`markdown`, one piece of `Sentences`, without anything that can't be heard; may be empty.

    `language` (ISO-639-1) chooses the words for symbols and for what is not read out. Where it is
    empty or not known, symbols stay as they are and notes are in English.
    """
    language = language_key(language)
    text = visible(markdown)
    if FENCE.search(text):
        return note(CODE_NOTES, language)
    if TABLE.search(text):
        return say_table(text, language=language, say=lambda cell: _spoken(cell, language))
    if FORMULA.match(text):
        return note(FORMULA_NOTES, language)
    said = _spoken(text, language)
    if said and (LINE_MARK.match(text) or LINE_END.search(text)):
        return _ended(said, item=LINE_MARK.match(text) is not None)
    return said


def spoken_form(markdown: str, *, language: str = "") -> list[str]:
    """A whole text as the sentences to say, in order; a note is not given twice in a row."""
    sentences = Sentences()
    said: list[str] = []
    for piece in [*sentences.feed(markdown), *sentences.flush()]:
        text = speakable(piece, language=language)
        if text and not (is_block(piece) and said[-1:] == [text]):
            said.append(text)
    return said


def is_block(piece: str) -> bool:
    """Whether `piece` is code, a table or a formula: several in a row need one note."""
    return bool(FENCE.search(piece) or TABLE.search(piece) or FORMULA.match(piece))


def _spoken(markdown: str, language: str) -> str:
    """Text inside a line: words, with everything that is not one said or gone."""
    saying = Saying(language)
    text = say_code(shortened_gaps(markdown), saying)
    text = say_formulas(text, saying)
    text = ESCAPE.sub(lambda match: saying.keep(match[1]), text)
    text = say_addresses(without_links(text), saying)
    text = without_pictures(unescaped(without_marks(text)))
    text = say_dates(text, saying)
    text = spell_shortenings(text, saying)
    text = spell_units(say_ranges(text, saying), saying)
    text = saying.restored(say_symbols(say_numbers(text, saying), saying))
    text = SPACES.sub(" ", text).strip()
    if language != FRENCH:
        text = SPACE_BEFORE_STOP.sub("", text)
    return text if any(char.isalnum() for char in text) else ""


def _ended(text: str, *, item: bool) -> str:
    """Headings, list items and lines have no stop of their own; the voice needs one to pause."""
    bare = text.rstrip(OPEN_MARKS)
    if item and bare.endswith(tuple(COMMAS)):
        text = bare = bare.rstrip(COMMAS)
    if not bare or bare.endswith(FINAL):
        return text
    for pattern, stop in STOPS:
        if pattern.search(bare):
            return text + stop
    return text + "."
