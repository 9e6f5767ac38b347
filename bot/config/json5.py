"""Reads JSON5 text into plain data, with the line of every value.

`pyjson5` decodes. It names no lines, accepts stray numeric separators and hides repeated keys
(facts/traps.md, Config), so a small scanner of our own walks the same text for those three.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config.keypath import KeyPath
from bot.errors import ConfigError

MAX_DEPTH = 64
_TOKEN = re.compile(
    r"""(?P<skip>[\s\ufeff]+|//[^\n\r\u2028\u2029]*|/\*.*?\*/)
    |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<mark>[{}\[\]:,])
    |(?P<word>[^\s{}\[\]:,"'/]+)""",
    re.DOTALL | re.VERBOSE,
)
_SEPARATOR = re.compile(r"(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])")
_NUMBER = re.compile(r"[+-]?(?:\.?\d)")
_WORDS = {
    "b'JSON5Value'": "a value",
    "b'comma'": "a comma",
    "b'colon'": "a colon",
    "b'IdentifierStart'": "a key",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; lines count from 1."""

    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """Decoded data, where each value stands, and the keys that stand twice in one block."""

    data: dict[str, Any]
    places: dict[KeyPath, Place]
    repeated: dict[KeyPath, Place] = field(default_factory=dict)


def read_file(path: Path) -> Document:
    """The document in `path`. Raises ConfigError, naming the file and what to do."""
    if not path.is_file():
        what = "is not a regular file" if path.exists() else "does not exist"
        raise ConfigError(f"{path} {what}. Check --config and PARLEY_CONFIG.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text. Save the file as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from error
    return read(text, file=path)


def read(text: str, *, file: Path) -> Document:
    """The document in `text`. Raises ConfigError with file, line, column and what to do."""
    import pyjson5

    text = text.removeprefix("\ufeff")
    tokens = list(tokens_of(text))
    if not tokens:
        raise ConfigError(f"{file}:1:1: the file is empty. Write {{}} or delete it.")
    try:
        data = pyjson5.decode(text, maxdepth=MAX_DEPTH)
    except pyjson5.Json5DecoderException as error:
        raise _syntax_error(str(error.args[0]), text=text, file=file) from None
    _check_numbers(tokens, text=text, file=file)
    if not isinstance(data, dict):
        kind = "a list" if isinstance(data, list) else "a single value"
        at = _at(text, tokens[0].start(), file=file)
        raise ConfigError(f"{at}: the file holds {kind}. Write one block: {{ key: value }}.")
    walk = _Walk(text=text, file=file, tokens=iter(tokens))
    walk.value((), next(walk.tokens))
    return Document(data=data, places=walk.places, repeated=walk.repeated)


def tokens_of(text: str) -> Iterator[re.Match[str]]:
    """The marks, texts and words of `text`, without comments and white space."""
    return (match for match in _TOKEN.finditer(text) if match.lastgroup != "skip")


def _at(text: str, offset: int, *, file: Path) -> str:
    line = text.count("\n", 0, offset) + 1
    return f"{file}:{line}:{offset - text.rfind(chr(10), 0, offset)}"


def _syntax_error(message: str, *, text: str, file: Path) -> ConfigError:
    near = re.search(r" (?:starting )?near (\d+)", message)
    offset = max(0, int(near.group(1)) - 1) if near else 0
    extra = re.match(r"Extra data U\+(\w+)", message)
    if extra:  # counted from the end of the data, not from what follows it
        first = chr(int(extra[1], 16))
        later = (token for token in tokens_of(text) if token.start() >= offset)
        offset = next((t.start() for t in later if t.group().startswith(first)), offset)
    said = message.replace(near.group(0), "") if near else message
    for word, plain in _WORDS.items():
        said = said.replace(word, plain)
    said = re.sub(r"U\+([0-9a-fA-F]{4,6})", lambda code: f"'{chr(int(code[1], 16))}'", said)
    said = re.sub(r"b'(\w+)'", r"\1", said)
    at = _at(text, offset, file=file)
    return ConfigError(f"{at}: not JSON5: {said[:1].lower()}{said[1:]}. Mend this place.")


def _check_numbers(tokens: list[re.Match[str]], *, text: str, file: Path) -> None:
    for token in tokens:
        word = token["word"]
        if word and "_" in _SEPARATOR.sub("", word) and _NUMBER.match(word):
            at = _at(text, token.start(), file=file)
            raise ConfigError(f"{at}: not JSON5: write {word} with _ only between digits.")


@dataclass(slots=True)
class _Walk:
    """Follows the tokens of a text that is known to be good JSON5."""

    text: str
    file: Path
    tokens: Iterator[re.Match[str]]
    places: dict[KeyPath, Place] = field(default_factory=dict)
    repeated: dict[KeyPath, Place] = field(default_factory=dict)
    _line: int = 1
    _offset: int = 0

    def value(self, path: KeyPath, token: re.Match[str]) -> None:
        self.places.setdefault(path, self._place(token))
        if token["mark"] == "{":
            self._block(path)
        elif token["mark"] == "[":
            self._list(path)

    def _block(self, path: KeyPath) -> None:
        for token in self.tokens:
            if token["mark"] == "}":
                return
            if token["mark"] == ",":
                continue
            key = (*path, key_of(token))
            place = self._place(token)
            if key in self.places:
                self.repeated[key] = place
            self.places[key] = place
            next(self.tokens)  # the colon
            self.value(key, next(self.tokens))

    def _list(self, path: KeyPath) -> None:
        index = 0
        for token in self.tokens:
            if token["mark"] == "]":
                return
            if token["mark"] == ",":
                continue
            self.value((*path, index), token)
            index += 1

    def _place(self, token: re.Match[str]) -> Place:
        start = token.start()
        self._line += self.text.count("\n", self._offset, start)
        self._offset = start
        return Place(file=self.file, line=self._line)


def key_of(token: re.Match[str]) -> str:
    """The name that a token in the place of a key stands for."""
    raw = token.group()
    quoted = token["text"] is not None
    if "\\" not in raw:
        return raw[1:-1] if quoted else raw
    import pyjson5

    return str(pyjson5.decode(raw if quoted else f'"{raw}"'))
