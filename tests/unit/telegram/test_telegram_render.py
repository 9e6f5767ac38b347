from __future__ import annotations

import re

import pytest
from html_check import visible
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.render import messages
from bot.channels.telegram.split import cut, units


def html(markdown: str) -> str:
    (only,) = messages(markdown, limit=4000)
    assert visible(only.html) == only.plain
    return only.html


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**b** *i* ~~s~~ `c`", "<b>b</b> <i>i</i> <s>s</s> <code>c</code>"),
        ("***both***", "<i><b>both</b></i>"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<b>raw</b>", "&lt;b&gt;raw&lt;/b&gt;"),
        ("&lt;tag&gt; &amp;", "&lt;tag&gt; &amp;"),
        ("5 \\* 3", "5 * 3"),
        ("**b `c` b**", "<b>b </b><code>c</code><b> b</b>"),
        ("[l](https://x.y/?a=1&b=2)", '<a href="https://x.y/?a=1&amp;b=2">l</a>'),
        ("[me](tg://user?id=1)", '<a href="tg://user?id=1">me</a>'),
        ("[l](docs/a.txt)", "l (docs/a.txt)"),
        ("[l](javascript:alert(1))", "[l](javascript:alert(1))"),
        ("![alt](https://i/x.png)", '<a href="https://i/x.png">alt</a>'),
        ("||hidden *i*||", "<tg-spoiler>hidden <i>i</i></tg-spoiler>"),
        ("if a || b || c", "if a || b || c"),
        ("# Head *x*", "<b>Head <i>x</i></b>"),
        ("> q\n> r", "<blockquote>q\nr</blockquote>"),
        ("> > deep", "<blockquote>deep</blockquote>"),
        ("see README.md, ok", "see <code>README.md</code>, ok"),
        ("https://docs.rs/x and a.b@c.md", "https://docs.rs/x and a.b@c.md"),
        ("- a\n- b\n  - c\n", "• a\n• b\n   • c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("```py\nx<1\n```", '<pre><code class="language-py">x&lt;1</code></pre>'),
        ("```\nx\n```", "<pre>x</pre>"),
        ('```"><b>\nx\n```', "<pre>x</pre>"),
        ("```py\nopen", '<pre><code class="language-py">open</code></pre>'),
        ("|a|b|\n|-|-|\n|1|**22**|", "<pre>a | b\n--+---\n1 | 22</pre>"),
        ("שלום **עולם** 👋🏽", "שלום <b>עולם</b> 👋🏽"),
        ("a\x00b", "ab"),
        ("half \ud83d pair", "half \ufffd pair"),
    ],
)
def test_markdown_becomes_telegram_html(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


@pytest.mark.parametrize("markdown", ["", "   \n\n", "\n"])
def test_nothing_visible_is_no_message(markdown: str) -> None:
    assert messages(markdown, limit=4000) == []


def test_a_code_block_over_the_split_is_closed_and_opened_again_with_its_language() -> None:
    code = "\n".join(f"line_{n} = {n}" for n in range(100))
    parts = messages(f"Look:\n\n```python\n{code}\n```\n\nDone.", limit=500)
    assert len(parts) > 2
    assert all('<pre><code class="language-python">' in part.html for part in parts)
    assert all(part.html.count("<pre>") == part.html.count("</pre>") for part in parts)
    seen = "\n".join(part.plain for part in parts)
    assert all(f"line_{n} = {n}\n" in seen for n in range(100))


def test_indentation_of_code_survives_a_cut() -> None:
    parts = messages("```py\n" + "    pass\n" * 100 + "```", limit=100)
    assert all(part.plain.startswith("    pass") for part in parts)


def test_cuts_prefer_paragraphs_then_lines_then_sentences_then_words() -> None:
    for separator in ("\n\n", "\n"):
        first, second = messages("x" * 70 + separator + "y " * 35, limit=100)
        assert (first.plain, second.plain[0]) == ("x" * 70, "y")
    first, _ = messages("word " * 12 + "end. Next " + "word " * 12, limit=100)
    assert first.plain.endswith("end.")
    first, _ = messages("w" * 60 + " " + "v" * 60, limit=100)
    assert first.plain == "w" * 60


def test_emoji_count_twice_and_are_never_torn() -> None:
    parts = messages("😀" * 300, limit=101)
    assert [units(part.plain) for part in parts] == [100] * 6
    assert cut("😀😀", 3) == "😀"


MARKS = st.sampled_from(
    ["**", "*", "_", "~~", "`", "```", "```py\n", "||", "> ", "# ", "- ", "1. ", "\n", "\n\n", "|",
     "|-|-|\n", "[a](https://x.y)", "[", "](", ")", "<", "&", "&amp;", "\\", "  ", "    ", "a.md",
     "😀", "👩‍👩‍👧", "שלום", "word ", "Sentence. ", "\t", "---\n", "![i](http://x/y)", "<b>", "http://a.b/c_d_e"]
)  # fmt: skip
ANYTHING = st.one_of(st.text(max_size=600), st.lists(MARKS, max_size=200).map("".join))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@settings(max_examples=300, deadline=None)
@given(markdown=ANYTHING, limit=st.integers(100, 400))
def test_every_chunk_parses_fits_and_nothing_visible_is_lost(markdown: str, limit: int) -> None:
    whole = messages(markdown, limit=1_000_000)
    parts = messages(markdown, limit=limit)
    for part in parts:
        assert visible(part.html) == part.plain
        assert 0 < units(part.plain) <= limit
    assert squeezed("".join(p.plain for p in parts)) == squeezed("".join(p.plain for p in whole))


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=st.characters(categories=["L", "Zs"]), max_size=2000))
def test_plain_words_stay_what_they_are(text: str) -> None:
    shown = "".join(part.plain for part in messages(text, limit=100))
    assert squeezed(shown) == squeezed(text)


def test_a_hundred_kilobytes_of_hostile_text_are_rendered() -> None:
    for hostile in ("||x " * 25_000, "a.md." * 20_000, "**a" * 30_000, "[" * 3_000, "`" * 100_000):
        for part in messages(hostile, limit=4000):
            assert visible(part.html) == part.plain
