"""Editing the file in place: one value changes, every other byte stays."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pyjson5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.edit import canonical_path, change, load_to_edit, written_path
from bot.config.schema import Config
from bot.config.splice import edited, splices
from bot.errors import ConfigError

FILE = Path("c.json5")
KEPT = """\
// my bot
{
  agents: {
    defaults: {
      model: { primary: "openrouter/auto", /* for now */ }, // cheap
      imageGenerationModel: { timeoutMs: 180_000, },
    },
  },
  'messages': { tts: { auto: 'always' } }, // loud
}
"""

SPACE = st.sampled_from(["", " ", "\n", "\r\n", "\n  ", " // note\n", " /* a, b: {} */ ", "\t"])
KEYS = st.one_of(
    st.from_regex(r"[a-z$_][a-zA-Z0-9]{0,4}", fullmatch=True),
    st.text("ab/.'\"\\: ,}{é", min_size=1, max_size=5),
)
PLAIN = st.one_of(
    st.sampled_from(["180_000", "0x1F", "+1", ".5", "null", "true", '"a, // b"', "'{'"]),
    st.integers(-9, 9999).map(str),
)


@st.composite
def texts(draw: st.DrawFn, depth: int = 3) -> str:
    """A block in any layout that JSON5 allows."""
    entries = []
    for key in draw(st.lists(KEYS, max_size=3, unique=True)):
        bare = key.isidentifier() and key.isascii() and draw(st.booleans())
        name = key if bare else literal(key)
        value = draw(values(depth))
        entries.append(f"{draw(SPACE)}{name}{draw(SPACE)}:{draw(SPACE)}{value}{draw(SPACE)}")
    return "{" + ",".join(entries) + ending(draw, entries) + "}"


@st.composite
def lists(draw: st.DrawFn, depth: int) -> str:
    items = [
        draw(SPACE) + draw(values(depth)) + draw(SPACE) for _ in range(draw(st.integers(0, 2)))
    ]
    return "[" + ",".join(items) + ending(draw, items) + "]"


def values(depth: int) -> st.SearchStrategy[str]:
    return PLAIN if depth == 0 else st.one_of(PLAIN, texts(depth - 1), lists(depth - 1))


def ending(draw: st.DrawFn, entries: list[str]) -> str:
    comma = "," if entries and draw(st.booleans()) else ""
    return comma + draw(SPACE)


def literal(key: str) -> str:
    return str(pyjson5.dumps(key))


def paths_of(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node)
    found = [path] if isinstance(node, dict) else []
    for key, value in inside:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += paths_of(value, (*path, key))
    return found


def put(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """What the data has to be afterwards."""
    for part in path[:-1]:
        if isinstance(data, dict) and data.get(part) is None:
            data[part] = {}
        data = data[part]
    data[path[-1]] = value


@given(
    body=texts(),
    before=SPACE,
    after=SPACE,
    choose=st.data(),
    value=st.one_of(
        st.integers(), st.booleans(), st.text(max_size=8), st.just({"k": [1, {"x y": None}]}),
        st.just("long " * 30),
    ),
)  # fmt: skip
def test_only_the_value_changes_and_the_file_loads_to_what_was_asked_for(
    body: str, before: str, after: str, choose: st.DataObject, value: Any
) -> None:
    text = before + body + after
    data = pyjson5.decode(text)
    known = choose.draw(st.sampled_from(paths_of(data)))
    fresh = (*known, "new", "deep/er") if isinstance(at(data, known), dict) else known
    path = choose.draw(st.sampled_from([known, fresh] if known else [fresh]))

    result = edited(text, path, value, file=FILE)

    put(data, path, value)
    assert pyjson5.decode(result) == data
    if result != text:
        assert untouched(
            text, result, splices(text, path, value, file=FILE), replaced=path == known
        )


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


def untouched(old: str, new: str, changes: Any, *, replaced: bool) -> bool:
    """Whether `new` is `old` with one extent replaced, or with nothing but insertions."""
    if replaced:
        ((start, end, _),) = changes
        return new.startswith(old[:start]) and new.endswith(old[end:])
    rest = iter(new)
    return all(letter in rest for letter in old)


def test_comments_commas_and_separators_stay() -> None:
    changed = edited(KEPT, ("agents", "defaults", "model", "primary"), "a/b", file=FILE)
    assert changed == KEPT.replace("openrouter/auto", "a/b")


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("{}", ("a", "b"), "{\n  a: { b: 1 },\n}"),
        ("", ("a",), "{\n  a: 1,\n}\n"),
        ("{ a: 2 }", ("b",), "{ a: 2, b: 1 }"),
        ("{a:2,}", ("b",), "{a:2, b: 1,}"),
        ("{\n    a: 2 // two\n}", ("b",), "{\n    a: 2, // two\n    b: 1\n}"),
        ("{\n  // none yet\n}", ("b",), "{\n  // none yet\n  b: 1,\n}"),
        ('{\r\n  "a": {}\r\n}', ("a", "b"), '{\r\n  "a": { "b": 1 }\r\n}'),
        ("{ a: null }", ("a", "b"), "{ a: { b: 1 } }"),
        ("{ a: 2, a: 3 }", ("a",), "{ a: 2, a: 1 }"),
        ("{ l: [0] }", ("l", 1), "{ l: [0, 1] }"),
        ("\ufeff{ a: 2 }", ("a",), "\ufeff{ a: 1 }"),
        ("{ a: 2 /* } */ }", ("b",), "{ a: 2, /* } */ b: 1 }"),
        ("{ a: 1 }", ("a",), "{ a: 1 }"),
        ("{ a: 0x1 }", ("a",), "{ a: 0x1 }"),
        ("{ a: true }", ("a",), "{ a: 1 }"),
    ],
)
def test_each_layout_is_kept(text: str, path: tuple[str | int, ...], expected: str) -> None:
    assert edited(text, path, 1, file=FILE) == expected


@pytest.mark.parametrize(
    ("text", "path"), [("{ a: 'x' }", ("a", "b")), ("{ a: [] }", ("a", "b")), ("{ a: ", ("a",))]
)
def test_what_is_in_the_way_is_named_and_nothing_is_written(
    text: str, path: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError, match=r"c\.json5"):
        edited(text, path, 1, file=FILE)


def written(folder: Path, text: str, mode: int = 0o644) -> Path:
    path = folder / "config.json5"
    path.write_text(text)
    path.chmod(mode)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_missing_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.json5"
    loaded = change(path, {("messages", "tts", "auto"): "off"}, environ={})
    assert loaded.config.messages.tts.auto == "off"
    assert loaded.source == path
    assert mode_of(path) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["config.json5"]


def test_a_file_becomes_private_when_it_gets_a_secret_and_only_then(tmp_path: Path) -> None:
    path = written(tmp_path, '{ channels: { telegram: { botToken: "${TELEGRAM_BOT_TOKEN}" } } }')
    environ = {"TELEGRAM_BOT_TOKEN": "1:abc"}
    change(path, {("agents", "defaults", "model"): "openrouter/auto"}, environ=environ)
    assert mode_of(path) == 0o644
    change(path, {("channels", "telegram", "botToken"): "12:abc"}, environ=environ)
    assert mode_of(path) == 0o600


def test_a_value_that_would_not_load_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, KEPT)
    with pytest.raises(ConfigError, match="loud"):
        change(path, {("messages", "tts", "auto"): "loud"}, environ={})
    assert path.read_text() == KEPT
    assert len(list(tmp_path.iterdir())) == 1


def test_an_older_mistake_elsewhere_does_not_stop_an_edit(tmp_path: Path) -> None:
    path = written(tmp_path, "{ messages: { tts: { auto: 'loud' } } }")
    change(path, {("agents", "defaults", "thinkingDefault"): "low"}, environ={})
    assert "loud" in path.read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("// my bot\n/* { a: 1 } */\n", "// my bot\n/* { a: 1 } */\n{\n  messages: BLOCK,\n}\n"),
        ("\n// no end of line", "\n// no end of line\n{\n  messages: BLOCK,\n}\n"),
        ("// one\r\n", "// one\r\n{\r\n  messages: BLOCK,\r\n}\r\n"),
        (" \n", "{\n  messages: BLOCK,\n}\n"),
    ],
)
def test_a_file_of_comments_alone_keeps_them_and_gets_a_block(
    tmp_path: Path, text: str, expected: str
) -> None:
    path = tmp_path / "config.json5"
    path.write_bytes(text.encode())
    assert load_to_edit(path, environ={}).config == Config()
    loaded = change(path, {("messages", "tts", "auto"): "off"}, environ={})
    assert loaded.config.messages.tts.auto == "off"
    block = '{ tts: { auto: "off" } }'
    assert path.read_bytes().decode() == expected.replace("BLOCK", block)


def test_a_comment_without_an_end_is_not_taken_for_an_empty_file(tmp_path: Path) -> None:
    path = written(tmp_path, "/* never closed\n")
    with pytest.raises(ConfigError, match=r"config\.json5:1"):
        change(path, {("messages", "tts", "auto"): "off"}, environ={})
    assert path.read_text() == "/* never closed\n"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = written(tmp_path / "real", "{}")
    link = tmp_path / "link.json5"
    link.symlink_to(target)
    change(link, {("messages", "tts", "auto"): "off"}, environ={})
    assert link.is_symlink()
    assert "off" in target.read_text()


def test_a_value_is_changed_where_the_file_has_it_whatever_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "{ tts: { auto: 'off', openrouter: { speakerVoice: 'a' } } }")
    voice = ("messages", "tts", "providers", "openrouter", "voice")
    loaded = change(path, {("messages", "tts", "auto"): "always", voice: "b"}, environ={})
    assert path.read_text() == ('{ tts: { auto: "always", openrouter: { speakerVoice: "b" } } }')
    assert loaded.config.messages.tts.openrouter.voice == "b"


def test_both_generations_of_a_path_mean_the_same_place() -> None:
    assert canonical_path(("tts", "auto")) == ("messages", "tts", "auto")
    assert canonical_path(("env", "A_KEY")) == ("env", "vars", "A_KEY")
    old = "{ messages: { tts: { auto: 'off' } } }"
    assert written_path(old, ("tts", "auto"), file=FILE) == ("messages", "tts", "auto")
