"""Sentences leave as soon as they are certain, in any script, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.sentences import Sentences

SAMPLES = {
    "English": "Mr. Smith paid $3.14, e.g. in the U.S. Army. Really? Yes! Wait... no. "
    "See a.b/c?d. Ok.",
    "German": "Am 3. Mai war z.B. Dr. Müller da. „Warum?“ fragte er. Im 19. Jahrhundert nicht!",
    "French": "M. Dupont est là. Vraiment ? Oui ! « Bien. » Il part.",
    "Spanish": "¿Cómo está el Sr. López? ¡Muy bien! Gracias.",
    "Russian": "Это г-н Иванов, т.е. директор. Был там в 2024 г. и сказал. Да!",
    "Chinese": "你好。今天天气怎么样？“真的吗？”他说。好!我们走。",
    "Japanese": "こんにちは。元気ですか？はい、元気です！「本当？」と彼は言った。",
    "Korean": "안녕하세요. 잘 지내세요? 네, 좋아요!",
    "Arabic": "مرحبا بك. كيف حالك؟ أنا بخير، شكرا!",
    "Urdu": "آپ کیسے ہیں؟ میں ٹھیک ہوں۔ شکریہ۔",
    "Hindi": "नमस्ते। आप कैसे हैं? मैं ठीक हूँ।",
    "Thai": "สวัสดีครับ วันนี้อากาศดีมากเลยนะครับ ผมอยากไปเที่ยวทะเลกับเพื่อนๆ ที่หัวหิน แต่ว่าไม่มีเวลาเลย",
    "Burmese": "မင်္ဂလာပါ။ နေကောင်းလား။ ကျွန်တော်ကောင်းပါတယ်။",
    "Armenian": "Բարեւ ձեզ։ Ինչպե՞ս եք։ Լավ եմ։",
    "Markdown": "# Title\n\n- one\n- two. Two\n1. First\n\n```py\nx = 1. y\n\nz\n```\n"
    "After.\n| a | b |\n|--|--|\n| 1. | 2 |\n\nEnd",
}


def split(text: str) -> list[str]:
    sentences = Sentences()
    return [piece.strip() for piece in sentences.feed(text) + sentences.flush()]


EXPECTED = {
    "English": [
        "Mr. Smith paid $3.14, e.g. in the U.S. Army.",
        "Really?",
        "Yes!",
        "Wait... no.",
        "See a.b/c?d.",
        "Ok.",
    ],
    "German": [
        "Am 3. Mai war z.B. Dr. Müller da.",
        "„Warum?“ fragte er.",
        "Im 19. Jahrhundert nicht!",
    ],
    "French": ["M. Dupont est là.", "Vraiment ?", "Oui !", "« Bien. »", "Il part."],
    "Spanish": ["¿Cómo está el Sr. López?", "¡Muy bien!", "Gracias."],
    "Russian": ["Это г-н Иванов, т.е. директор.", "Был там в 2024 г. и сказал.", "Да!"],
    "Chinese": ["你好。", "今天天气怎么样？", "“真的吗？”", "他说。", "好!", "我们走。"],
    "Korean": ["안녕하세요.", "잘 지내세요?", "네, 좋아요!"],
    "Arabic": ["مرحبا بك.", "كيف حالك؟", "أنا بخير، شكرا!"],
    "Urdu": ["آپ کیسے ہیں؟", "میں ٹھیک ہوں۔", "شکریہ۔"],
    "Hindi": ["नमस्ते।", "आप कैसे हैं?", "मैं ठीक हूँ।"],
    "Thai": [
        "สวัสดีครับ วันนี้อากาศดีมากเลยนะครับ ผมอยากไปเที่ยวทะเลกับเพื่อนๆ",
        "ที่หัวหิน แต่ว่าไม่มีเวลาเลย",
    ],
    "Burmese": ["မင်္ဂလာပါ။", "နေကောင်းလား။", "ကျွန်တော်ကောင်းပါတယ်။"],
    "Armenian": ["Բարեւ ձեզ։", "Ինչպե՞ս եք։", "Լավ եմ։"],
    "Markdown": [
        "# Title",
        "- one",
        "- two.",
        "Two",
        "1. First",
        "```py\nx = 1. y\n\nz\n```",
        "After.",
        "| a | b |\n|--|--|\n| 1. | 2 |",
        "End",
    ],
}


@pytest.mark.parametrize("language", EXPECTED)
def test_sentences_are_found_where_a_reader_finds_them(language: str) -> None:
    assert split(SAMPLES[language]) == EXPECTED[language]


@pytest.mark.parametrize(
    "whole",
    [
        "It weighs 3.5 kg and costs 1.200,50 euros.",
        "J. R. R. Tolkien wrote it.",
        "See https://example.com/a.b?c=d!e for more.",
        "Fig. 3 and No. 7 were lost.",
        "On Jan. 5 we met.",
        "He asked “why?” and left.",
    ],
)
def test_these_are_one_sentence(whole: str) -> None:
    assert split(whole + " Next.") == [whole, "Next."]


def test_no_is_a_sentence_unless_a_number_follows() -> None:
    assert split("No. I don't.") == ["No.", "I don't."]


def test_a_sentence_leaves_when_the_next_begins_and_not_before() -> None:
    sentences = Sentences()
    assert sentences.feed("It is done.") == []
    assert sentences.feed(" ") == []
    assert sentences.feed("W") == ["It is done. "]
    assert sentences.feed("ell") == []
    assert sentences.flush() == ["Well"]


def test_a_line_leaves_with_its_end() -> None:
    assert Sentences().feed("- first\n") == ["- first\n"]


def test_an_open_fence_is_held_until_it_closes() -> None:
    sentences = Sentences()
    assert sentences.feed("```\na. B\n\n~~~\nc! D\n") == []
    assert sentences.feed("```\n") == ["```\na. B\n\n~~~\nc! D\n```\n"]


def test_a_very_long_stretch_is_cut_where_one_would_breathe() -> None:
    pieces = split("one two three, " * 200)
    assert all(len(piece) < 330 for piece in pieces)
    assert all(piece.endswith(",") for piece in pieces)
    assert all(len(piece) < 520 for piece in split("word " * 500))


def pieces_of(chunks: list[str]) -> list[str]:
    sentences = Sentences()
    found = [piece for chunk in chunks for piece in sentences.feed(chunk)]
    return found + sentences.flush()


def cut(text: str, places: list[int]) -> list[str]:
    marks = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(marks)]


@pytest.mark.parametrize("language", SAMPLES)
@given(places=st.lists(st.integers(0, 400), max_size=40))
@settings(max_examples=40, deadline=None)
def test_how_a_text_arrives_changes_nothing(language: str, places: list[int]) -> None:
    text = SAMPLES[language] * 3
    assert pieces_of(cut(text, places)) == pieces_of([text])
    assert pieces_of(list(text)) == pieces_of([text])
    assert "".join(pieces_of([text])) == text


ODD = st.text(alphabet='aB1 .!?…。।؟။\n\n|`~#*-"”)(:,，ก็ \t', max_size=120)


@given(text=ODD, places=st.lists(st.integers(0, 120), max_size=20))
@settings(max_examples=400, deadline=None)
def test_any_text_is_lossless_and_independent_of_its_chunks(text: str, places: list[int]) -> None:
    whole = pieces_of([text])
    assert "".join(whole) == text
    assert pieces_of(cut(text, places)) == whole


@given(text=st.text(max_size=300), places=st.lists(st.integers(0, 300), max_size=10))
@settings(max_examples=150, deadline=None)
def test_all_of_unicode_is_lossless(text: str, places: list[int]) -> None:
    whole = pieces_of([text])
    assert "".join(whole) == text
    assert pieces_of(cut(text, places)) == whole
    assert all(whole)
