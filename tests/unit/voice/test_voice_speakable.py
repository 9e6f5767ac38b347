"""Only what can be heard is spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.voice.sentences import Sentences
from bot.voice.speakable import EMOJI, speakable

CASES = {
    "plain words stay": ("It is 5 °C, and 2 * 3 < 7.", "It is 5 °C, and 2 * 3 < 7."),
    "bold": ("This is **very** __good__.", "This is very good."),
    "italics": ("*One* and _two_, not snake_case.", "One and two, not snake_case."),
    "half of a bold": ("**Bold begins. ", "Bold begins."),
    "other half of a bold": ("and ends** here.", "and ends here."),
    "struck": ("~~old~~ new", "old new"),
    "link": ("See [the docs](https://a.b/c_(d)) now.", "See the docs now."),
    "half a link": ("more](https://a.b) then", "more then"),
    "reference": ("See [the docs][1].", "See the docs."),
    "footnote": ("Known fact.[^2]", "Known fact."),
    "image": ("![a red cat](cat.png)", "a red cat"),
    "address": ("Go to https://www.example.com/a/b?c=d, please.", "Go to example.com, please."),
    "address with brackets": (
        "See https://en.wikipedia.org/wiki/A_(b), too.",
        "See en.wikipedia.org, too.",
    ),
    "address with a login": ("At https://me:pw@example.com/x.", "At example.com."),
    "autolink": ("Go to <https://example.com/x>.", "Go to example.com."),
    "inline code": ("Run `make test` now.", "Run make test now."),
    "heading": ("## The plan\n", "The plan."),
    "heading with a question": ("## Why?\n", "Why?"),
    "bullet": ("- milk\n", "milk."),
    "nested bullet": ("    * **eggs**\n", "eggs."),
    "task": ("- [x] done\n", "done."),
    "number": ("2. Stir it\n", "2. Stir it."),
    "Chinese bullet": ("- 你好\n", "你好。"),
    "quote": ("> > wise words\n", "wise words"),
    "rule": ("---\n", ""),
    "entities": ("Tom &amp; Jerry", "Tom & Jerry"),
    "tags": ("a <b>bold</b><br/> word", "a bold word"),
    "emoji": ("Great 🎉 👍🏽 news!", "Great news!"),
    "emoji alone": ("🎉 👩‍👩‍👧 ✅", ""),
    "empty bullet": ("- \n", ""),
    "marks alone": ("***", ""),
    "escaped": (r"1 \* 2 and \# 3", "1 * 2 and # 3"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_piece_of_markdown_is_said_so(name: str) -> None:
    markdown, spoken = CASES[name]
    assert speakable(markdown) == spoken


def test_code_and_tables_are_named_and_not_read() -> None:
    assert speakable("```py\nprint(1)\n```\n") == "There is some code in the text."
    assert speakable("| a | b |\n|---|---|\n| 1 | 2 |\n") == "There is a table in the text."
    assert speakable("~~~\nx\n~~~", language="de") == "Im Text steht etwas Code."
    assert speakable("~~~\nx\n~~~", language="ja") == "There is some code in the text."


def test_a_whole_answer_becomes_a_talk() -> None:
    answer = (
        "# Lisbon ☀️\n\nIt is **9:41**. Two ideas:\n\n- see [Belém](https://x.pt)\n- eat `natas`\n\n"
        "```sh\nls\n```\n\n| a |\n|---|\n\nEnjoy! 🎉"
    )
    sentences = Sentences()
    spoken = [speakable(piece) for piece in sentences.feed(answer) + sentences.flush()]
    assert [text for text in spoken if text] == [
        "Lisbon.",
        "It is 9:41.",
        "Two ideas:",
        "see Belém.",
        "eat natas.",
        "There is some code in the text.",
        "There is a table in the text.",
        "Enjoy!",
    ]


def test_blank_lines_without_end_are_passed_over() -> None:
    assert speakable("\n" * 100_000 + "- Then it went on.") == "Then it went on."


@given(st.text(max_size=200))
def test_whatever_comes_is_words_or_nothing(text: str) -> None:
    spoken = speakable(text)
    assert spoken == spoken.strip()
    assert not spoken or any(char.isalnum() for char in spoken)
    assert not EMOJI.search(spoken) or "&" in text
