"""Only what can be heard is spoken."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.saying.pictures import EMOJI
from bot.voice.speakable import speakable, spoken_form

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
    "quote": ("> > wise words\n", "wise words."),
    "rule": ("---\n", ""),
    "entities": ("Tom &amp; Jerry", "Tom & Jerry"),
    "tags": ("a <b>bold</b><br/> word", "a bold word"),
    "emoji": ("Great 🎉 👍🏽 news!", "Great news!"),
    "emoji alone": ("🎉 👩‍👩‍👧 ✅", ""),
    "empty bullet": ("- \n", ""),
    "marks alone": ("***", ""),
    "task to do": ("- [ ] call Tom\n", "call Tom."),
    "address of a big site": (
        "Read https://www.bbc.co.uk/news/uk-1234?x=1, please.",
        "Read bbc.co.uk, please.",
    ),
    "address without a scheme": ("On example.com/a?b or www.foo.de!", "On example.com or foo.de!"),
    "address as its own text": ("[https://x.org/a](https://x.org/a)", "x.org"),
    "link with a title": ('[a *b*](https://x.y "t (1)") c', "a b c"),
    "definition of a link": ("[1]: https://x.y/z\n", ""),
    "mail": ("Write to anna.meier@example.com.", "Write to anna.meier at example.com."),
    "mail link": ("<mailto:anna@example.com>", "anna at example.com"),
    "citations": ("Known fact.[1] Other[2, 3].", "Known fact. Other."),
    "line without a stop": ("**Step one**\n", "Step one."),
    "line with a comma": ("The sun was low,\n", "The sun was low,"),
    "list item with a comma": ("- milk,\n", "milk."),
    "numbered in bold": ("**2.** Stir\n", "2. Stir."),
    "keycap as a number": ("1️⃣ First step\n", "1. First step."),
    "keycap in a text": ("Press 5️⃣ now", "Press now"),
    "flag": ("From 🇩🇪 to 🏴󠁧󠁢󠁳󠁣󠁴󠁿 today", "From to today"),
    "joined people": ("A 👩🏽‍🚀👨‍👩‍👧‍👦 crew", "A crew"),
    "emoticon": ("Fine :-) then.", "Fine then."),
    "comparison is no tag": ("if a<b and c>d then", "if a<b and c>d then"),
    "placeholder": ("Type <your name> here", "Type your name here"),
    "line break": ("one<br>two", "one two"),
    "comment": ("a <!-- b --> c", "a c"),
    "details": ("<details><summary>More</summary>", "More"),
    "alert": ("> [!NOTE] Mind this.", "Mind this."),
    "columns": ("a | b", "a, b"),
    "escaped brackets": (r"\[draft\] text", "[draft] text"),
    "soft hyphen": ("Donau\u00addampfschiff", "Donaudampfschiff"),
    "joiners of Indic and Persian": ("क्\u200dष می\u200cخواهم", "क्\u200dष می\u200cخواهم"),
    "spaced out": ("one \u00a0 two\u200b", "one two"),
    "command": ('Run `git commit -m "first"`.', "Run git commit m first."),
    "name in code": ("Call `get_user()` or `--verbose`.", "Call get user or verbose."),
    "code that is no words": ("Set `x = {1: [2]}` first.", "Set some code first."),
    "Telegram command": ("Send `/start`.", "Send /start."),
    "path": ("Edit /etc/nginx/nginx.conf now.", "Edit nginx.conf now."),
    "path at home": ("See ~/.config/x1.7/9.", "See a file path."),
    "path in code": ("Open `src/app/main.py`.", "Open main.py."),
    "path of Windows": (r"In C:\Users\me\notes.txt now", "In notes.txt now"),
    "slashes between words": ("he/she/they and/or 24/7", "he/she/they and/or 24/7"),
    "key": ("Key sk-or-v1-0a1b2c3d4e5f60718293a4b5 leaked.", "Key a long code leaked."),
    "UUID": ("Id 550e8400-e29b-41d4-a716-446655440000.", "Id a long code."),
    "long compound is no code": (
        "state-of-the-art-2024-edition Donaudampfschifffahrt2",
        "state-of-the-art-2024-edition Donaudampfschifffahrt2",
    ),
    "hashtag": ("#music and C# rock", "music and C Sharp rock"),
    "subscript": ("CO₂ and H₂O", "CO2 and H2O"),
    "digit groups": ("1\u202f234\u202f567 and 1'234", "1234567 and 1234"),
    "money is no formula": ("from $5 to $10", "from $5 to $10"),
    "formula": (r"so $\frac{a}{b}$ or \(\int_0^1 f\)", "so a / b or a formula"),
    "arrow where no language is known": ("Menu → Save", "Menu, Save"),
    "escaped": (r"1 \* 2 and \# 3", "1 * 2 and # 3"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_piece_of_markdown_is_said_so(name: str) -> None:
    markdown, spoken = CASES[name]
    assert speakable(markdown) == spoken


def test_a_whole_answer_becomes_a_talk() -> None:
    answer = (
        "# Lisbon ☀️\n\nIt is **9:41**. Two ideas:\n\n- see [Belém](https://x.pt)\n- eat `natas`\n\n"
        "```sh\nls\n```\n\n```sh\nrm\n```\n\n> ~~~\n> quoted. Code\n> ~~~\n\n| a | b |\n|---|---|\n"
        "| 1 | 2 |\n\n$$\nx = 1\n$$\n\nEnjoy! 🎉"
    )
    assert spoken_form(answer) == [
        "Lisbon.",
        "It is 9:41.",
        "Two ideas:",
        "see Belém.",
        "eat natas.",
        "There is code in the text.",
        "a: 1, b: 2.",
        "There is a formula in the text.",
        "Enjoy!",
    ]


def test_three_backticks_in_a_line_do_not_swallow_the_rest() -> None:
    answer = "```make``` builds it.\nThen run it.\n"
    assert spoken_form(answer) == ["make builds it.", "Then run it."]


def test_list_items_keep_their_numbers_and_end_with_a_pause() -> None:
    answer = "Steps:\n1. Mix it\n2. Bake it. Wait\n   - half an hour\n10) Eat"
    assert spoken_form(answer) == [
        "Steps:",
        "1. Mix it.",
        "2. Bake it.",
        "Wait.",
        "half an hour.",
        "10) Eat.",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- 牛乳\n", "牛乳。"),
        ("- दूध\n", "दूध।"),
        ("- حليب\n", "حليب."),
        ("- นม\n", "นม"),
        ("- 우유\n", "우유."),
        ("- молоко\n", "молоко."),
        ("- Milch!\n", "Milch!"),
    ],
)
def test_a_line_ends_as_its_script_does(line: str, said: str) -> None:
    assert speakable(line) == said


def test_blank_lines_without_end_are_passed_over() -> None:
    assert speakable("\n" * 100_000 + "- Then it went on.") == "Then it went on."


HOSTILE = (
    *("[", "](", "<a ", "<br>", "* ", "`a", "$a", "\\(", "- ", "1-", "1–", "a/", "/a", "a:\\"),
    *("a.", "a@", "0", "0 ", "+1 ", "http://", "| ", "|--", "→ ", "_ ", "= ", "&a", "v1.", "a1"),
    *("\u00a01", "🎉 ", "# "),
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_long_however_odd(unit: str) -> None:
    # A rule that reads the rest again from each place would need minutes for this.
    speakable(unit * (60_000 // len(unit)), language="en")


@given(st.text(max_size=200), st.sampled_from(["", "en", "de", "fr", "ru", "zh", "ar", "xx"]))
@settings(deadline=None)
def test_whatever_comes_is_words_or_nothing(text: str, language: str) -> None:
    spoken = speakable(text, language=language)
    assert spoken == spoken.strip()
    assert not spoken or any(char.isalnum() for char in spoken)
    assert not EMOJI.search(spoken) or "&" in text
