"""`$include`: parts of the configuration that live in files of their own.

A block may name one file or a list; they merge deeply, later ones win, and the block's own keys win
over all of them. Files must lie in the folder of the main file or below (facts/behaviour.md I).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config.json5 import Document, Place, read_file
from bot.config.keypath import KeyPath
from bot.errors import ConfigError

KEY = "$include"
MAX_DEPTH = 10


def read_all(path: Path) -> Document:
    """The document in `path` with its includes. Raises ConfigError, naming the file to blame."""
    document = read_file(path)
    reader = _Reader(root=path.resolve().parent, repeated=dict(document.repeated))
    data = reader.merged(document, file=path, at=(), depth=0)
    return Document(data=data, places=reader.places, repeated=reader.repeated)


@dataclass(slots=True)
class _Reader:
    root: Path
    repeated: dict[KeyPath, Place]
    places: dict[KeyPath, Place] = field(default_factory=dict)

    def merged(self, document: Document, *, file: Path, at: KeyPath, depth: int) -> dict[str, Any]:
        """The data of `document` with its includes; notes places as they stand below `at`."""
        data: dict[str, Any] = self._walk(document.data, file=file, at=at, depth=depth)
        self.places.update({(*at, *path): place for path, place in document.places.items()})
        return data

    def _walk(self, node: Any, *, file: Path, at: KeyPath, depth: int) -> Any:
        if not isinstance(node, dict):
            return node
        own = {
            key: self._walk(value, file=file, at=(*at, key), depth=depth)
            for key, value in node.items()
            if key != KEY
        }
        base: dict[str, Any] = {}
        for name in _names(node.get(KEY, []), file=file):
            target = self._target(name, file=file, depth=depth)
            part = self.merged(read_file(target), file=target, at=at, depth=depth + 1)
            base = _over(base, part)
        return _over(base, own)

    def _target(self, name: str, *, file: Path, depth: int) -> Path:
        target = (file.parent / name).resolve()
        if depth >= MAX_DEPTH:
            raise ConfigError(f"{file}: {KEY} goes deeper than {MAX_DEPTH} files. Is it a circle?")
        if not target.is_relative_to(self.root):
            raise ConfigError(f"{file}: {KEY} {name} lies outside {self.root}. Move it there.")
        return target


def _names(value: Any, *, file: Path) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{file}: {KEY} needs a file name or a list of file names.")
    return names


def _over(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """`top` laid over `base`, deeply."""
    merged = {**base, **top}
    for key in base.keys() & top.keys():
        if isinstance(base[key], dict) and isinstance(top[key], dict):
            merged[key] = _over(base[key], top[key])
    return merged
