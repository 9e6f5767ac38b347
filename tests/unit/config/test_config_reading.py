"""JSON5 in, plain data with lines out; what can't be read names file, line, column and a remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import json5
from bot.config.keypath import children
from bot.config.load import Loaded, load
from bot.errors import ConfigError

Read = Callable[..., Loaded]
FILE = Path("c.json5")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "c.json5:1:1: the file is empty. Write {} or delete it."),
        ("// only a remark\n", "c.json5:1:1: the file is empty."),
        ("[1, 2]", "c.json5:1:1: the file holds a list. Write one block: { key: value }."),
        ("\n 'text'", "c.json5:2:2: the file holds a single value."),
        ("{\n  a: 1\n  b: 2 }", "c.json5:3:3: not JSON5: expected a comma or '}', found 'b'."),
        ("{a: }", "c.json5:1:5: not JSON5: expected a value, found '}'."),
        ("{\n a: 'x", "c.json5:2:5: not JSON5: unclosed string."),
        ("{} {}", "c.json5:1:4: not JSON5: extra data '{'."),
        ("bot: yes", "c.json5:1:1: not JSON5:"),
        ("{ a: 1_ }", "c.json5:1:6: not JSON5: write 1_ with _ only between digits."),
        ("{\n a: 1__0 }", "c.json5:2:5: not JSON5: write 1__0 with _ only between digits."),
        ("{ a: -1_.5 }", "c.json5:1:6: not JSON5: write -1_.5 with _ only between digits."),
        ("[" * 100, "not JSON5: maximum nesting level exceeded."),
    ],
)
def test_a_file_that_is_no_configuration_names_the_place_and_the_remedy(
    text: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        json5.read(text, file=FILE)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.json5 does not exist"):
        load(path=tmp_path / "nowhere.json5", environ={})
    with pytest.raises(ConfigError, match="is not a regular file"):
        load(path=tmp_path, environ={})
    latin = tmp_path / "latin.json5"
    latin.write_bytes(b"{\n a: '\xe9' }")
    with pytest.raises(ConfigError, match=r"latin\.json5:2: not UTF-8"):
        load(path=latin, environ={})


def test_every_value_knows_its_line() -> None:
    text = """// remark: {
{
  'a b': 1, /* a
  remark */ c: [ 10,
    { "d\\u0041": "x // y\\
z" } ],
  e: 0x1F, }"""
    document = json5.read("\ufeff" + text, file=FILE)
    assert document.data == {"a b": 1, "c": [10, {"dA": "x // yz"}], "e": 31}
    lines = {path: place.line for path, place in document.places.items()}
    assert lines == {
        (): 2,
        ("a b",): 3,
        ("c",): 4,
        ("c", 0): 4,
        ("c", 1): 5,
        ("c", 1, "dA"): 5,
        ("e",): 7,
    }


def test_a_key_that_stands_twice_is_told_and_the_last_one_counts(read: Read) -> None:
    result = read("{\n messages: { ackReaction: 'a',\n ackReaction: 'b' } }")
    assert result.config.messages.ack_reaction == "b"
    assert [(w.path, w.line) for w in result.warnings] == [("messages.ackReaction", 3)]
    assert "twice" in result.warnings[0].message


digits = st.text("0123456789", min_size=1, max_size=4)


@given(st.lists(digits, min_size=2, max_size=5), st.sampled_from(["", "-", "+"]))
def test_separators_between_digits_never_change_a_number(groups: list[str], sign: str) -> None:
    groups = ["1" + groups[0], *groups[1:]]
    document = json5.read(f"{{ a: {sign}{'_'.join(groups)} }}", file=FILE)
    assert document.data["a"] == int(sign + "".join(groups))


@given(digits, digits, st.integers(min_value=2, max_value=3))
def test_separators_elsewhere_are_refused(left: str, right: str, many: int) -> None:
    for number in (f"1{left}_", f"1{left}{'_' * many}{right}", f"1{left}_.{right}"):
        with pytest.raises(ConfigError, match="only between digits"):
            json5.read(f"{{ a: {number} }}", file=FILE)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    said = ""
    try:
        json5.read(text, file=FILE)
    except ConfigError as error:
        said = str(error)
    assert not said or re.match(r"c\.json5:\d+:\d+: ", said)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_every_path_of_any_document_has_a_line(value: object) -> None:
    import json

    document = json5.read(json.dumps({"k": value}, indent=1), file=FILE)

    def visit(node: object, path: tuple[str | int, ...]) -> None:
        assert path in document.places
        for key, item in children(node):
            visit(item, (*path, key))

    visit(document.data, ())


def test_parts_of_the_configuration_may_live_in_files_of_their_own(
    read: Read, tmp_path: Path
) -> None:
    (tmp_path / "people.json5").write_text("{\n allowFrom: [1],\n dmPolicy: 'opne' }")
    (tmp_path / "more.json5").write_text("{ allowFrom: [2], historyLimit: 7 }")
    text = (
        "{ channels: { telegram: { $include: ['people.json5', './more.json5'], mediaMaxMb: 5 } } }"
    )
    result = read(text)
    telegram = result.config.channels.telegram
    assert (telegram.allow_from, telegram.history_limit, telegram.media_max_mb) == (("2",), 7, 5)
    wrong = result.errors[0]
    assert (wrong.path, wrong.line, wrong.file) == (
        "channels.telegram.dmPolicy",
        3,
        tmp_path / "people.json5",
    )


def test_an_include_stays_in_its_folder_and_never_goes_in_circles(
    read: Read, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="lies outside"):
        read("{ $include: '../elsewhere.json5' }")
    with pytest.raises(ConfigError, match="circle"):
        read("{ $include: 'config.json5' }")
    with pytest.raises(ConfigError, match="a file name or a list"):
        read("{ $include: 5 }")
    with pytest.raises(ConfigError, match=r"gone\.json5 does not exist"):
        read("{ $include: 'gone.json5' }")
