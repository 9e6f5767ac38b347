"""Changes a configuration file in place: comments stay, secrets stay private, nothing half-written.

What would not load is not written.
"""

from __future__ import annotations

import copy
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.config.findings import Report, is_secret
from bot.config.json5 import Document, read, read_file, tokens_of
from bot.config.keypath import KeyPath, children
from bot.config.load import Loaded, load
from bot.config.openclaw_names import canonical
from bot.config.splice import edited, with_block
from bot.config.tree import Tree
from bot.errors import ConfigError

OWNER_ONLY = 0o600
_REFERENCE = re.compile(r"\s*\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)?\s*")


def change(path: Path, changes: Mapping[KeyPath, Any], *, environ: Mapping[str, str]) -> Loaded:
    """Set each key path in the file at `path`, which is created if missing; the file as it loads.

    Paths may be of either generation of names; a value is changed where it stands in the file.
    The file is replaced as a whole, readable by its owner alone when it holds a secret. Raises
    ConfigError, with the file untouched, when something is in the way or would not load.
    """
    target = path.resolve()
    before = load_to_edit(target, environ=environ)
    text = with_block(target.read_bytes().decode("utf-8") if target.exists() else "")
    for key, value in changes.items():
        text = edited(text, written_path(text, key, file=target), value, file=target)
    _replace(target, text, before, environ=environ)
    return load(path=target, environ=environ)


def load_to_edit(path: Path, *, environ: Mapping[str, str]) -> Loaded:
    """The file as `change` takes it: a missing one and one of comments alone have all defaults.

    Raises ConfigError as `load` does.
    """
    return load(path=path if holds_values(path) else None, environ=environ)


def written_path(text: str, path: KeyPath, *, file: Path) -> KeyPath:
    """Where the value that `path` means stands in this text, or would have to stand."""
    document = read(text, file=file)
    report = Report(tree=Tree(data=copy.deepcopy(document.data)))
    canonical(report)
    return report.tree.written(canonical_path(path))


def canonical_path(path: KeyPath) -> KeyPath:
    """`path` in the names that the schema has: `tts.auto` is `messages.tts.auto`."""
    if not all(isinstance(part, str) for part in path):
        return path
    leaf: Any = object()
    nested = leaf
    for part in reversed(path):
        nested = {part: nested}
    report = Report(tree=Tree(data=nested))
    canonical(report)
    return next((found for found, value in _leaves(report.tree.data, ()) if value is leaf), path)


def holds_secret(document: Document) -> bool:
    """Whether a key, token or header value is written out, and not only named by its variable."""
    return any(
        is_secret(path) and isinstance(value, str) and not _REFERENCE.fullmatch(value)
        for path, value in _leaves(document.data, ())
    )


def holds_values(target: Path) -> bool:
    """Whether there is more than comments; what can't be read counts, so that loading explains."""
    if not target.is_file():
        return target.exists()
    text = target.read_bytes().decode("utf-8-sig", "replace")
    return next(tokens_of(text), None) is not None


def _replace(target: Path, text: str, before: Loaded, *, environ: Mapping[str, str]) -> None:
    """Judge `text` beside the file that it is to replace, then let it take its place."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".config-", suffix=".json5", dir=target.parent)
    except OSError as error:
        raise ConfigError(f"{target} can't be written: {error.strerror}.") from error
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        _judge(draft, target, before, environ=environ)
        draft.chmod(_mode(draft, target))
        draft.replace(target)
    except OSError as error:
        raise ConfigError(f"{target} can't be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def _judge(draft: Path, target: Path, before: Loaded, *, environ: Mapping[str, str]) -> None:
    """Raises ConfigError when the draft has an error that the file did not have."""
    try:
        after = load(path=draft, environ=environ)
    except ConfigError as error:
        raise ConfigError(str(error).replace(str(draft), str(target))) from None
    known = {finding.message for finding in before.errors}
    fresh = [finding.message for finding in after.errors if finding.message not in known]
    if fresh:
        raise ConfigError(f"{target} was left as it is: {fresh[0]}.")


def _mode(draft: Path, target: Path) -> int:
    mode = target.stat().st_mode & 0o777 if target.exists() else OWNER_ONLY
    return mode & 0o700 if holds_secret(read_file(draft)) else mode


def _leaves(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if not isinstance(node, dict | list):
        yield path, node
    for key, value in children(node):
        yield from _leaves(value, (*path, key))
