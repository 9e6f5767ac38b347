"""What the loader has to say about a configuration, and which of it stops the bot."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.config.json5 import Place
from bot.config.keypath import KeyPath, dotted, matches
from bot.config.tree import Tree


class Kind(StrEnum):
    ERROR = "error"  # a wrong value; the default is used
    WARNING = "warning"  # probably not what was meant
    NOTE = "note"  # understood, but without effect in Parley


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about the configuration.

    `path` is as written in the file, `message` a whole sentence that names it and shows no secret.
    `fatal`: `parley run` must not start (design: wrong token, key, base URL, API root, access key).
    """

    path: str
    line: int | None
    message: str
    kind: Kind = Kind.ERROR
    fatal: bool = False
    file: Path | None = None


# A wrong value at or below one of these stops `run`.
FATAL_BRANCHES = (
    "channels.telegram.botToken",
    "channels.telegram.tokenFile",
    "channels.telegram.apiRoot",
    "channels.telegram.dmPolicy",
    "channels.telegram.allowFrom",
    "channels.telegram.groupPolicy",
    "channels.telegram.groupAllowFrom",
    "channels.telegram.groups.*.enabled",
    "channels.telegram.groups.*.allowFrom",
    "channels.telegram.groups.*.groupPolicy",
    "channels.telegram.groups.*.topics.*.enabled",
    "channels.telegram.groups.*.topics.*.allowFrom",
    "channels.telegram.groups.*.topics.*.groupPolicy",
    "models.providers.openrouter.apiKey",
    "models.providers.openrouter.baseUrl",
    "models.providers.openrouter.request.auth",
    "messages.tts.providers.openrouter.apiKey",
    "messages.tts.providers.openrouter.baseUrl",
    "tools.media.audio.baseUrl",
    "tools.media.audio.models.*.baseUrl",
    "env.vars.OPENROUTER_API_KEY",
    "env.vars.TELEGRAM_BOT_TOKEN",
)
# A wrong type exactly here hides those above.
FATAL_BLOCKS = (
    "channels",
    "channels.telegram",
    "channels.telegram.groups",
    "channels.telegram.groups.*",
    "channels.telegram.groups.*.topics",
    "channels.telegram.groups.*.topics.*",
    "models",
    "models.providers",
    "models.providers.openrouter",
    "models.providers.openrouter.request",
    "messages.tts.providers.openrouter",
)

_SECRET_NAME = re.compile(r"(?:api_?key|token|secret|password)$|^authorization$", re.IGNORECASE)
_SECRET_ANCESTORS = frozenset({"env", "auth", "headers"})
_SECRET_LOOK = re.compile(r"sk-|\d{3,}:[\w-]{10,}|bearer\s|://[^/\s]*@", re.IGNORECASE)


def is_fatal(path: KeyPath) -> bool:
    """Whether a wrong value at this path, in canonical names, stops `run`."""
    starts = [path[:length] for length in range(1, len(path) + 1)]
    return any(matches(pattern, path) for pattern in FATAL_BLOCKS) or any(
        matches(pattern, start) for pattern in FATAL_BRANCHES for start in starts
    )


def is_secret(path: KeyPath) -> bool:
    """Whether the value at this path must not be shown."""
    names = [part for part in path if isinstance(part, str)]
    return bool(names) and (
        bool(_SECRET_NAME.search(names[-1])) or not _SECRET_ANCESTORS.isdisjoint(names)
    )


def shown(value: Any, path: KeyPath) -> str:
    """`value` for a message: short, and hidden when it is or looks like a secret."""
    if isinstance(value, dict):
        return "a block"
    if isinstance(value, list):
        return "a list"
    if is_secret(path) or _SECRET_LOOK.search(str(value)):
        return "the value (hidden)"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = str(value) if len(str(value)) <= 60 else f"{str(value)[:57]}..."
    return f'"{text}"' if isinstance(value, str) else text


@dataclass(slots=True)
class Report:
    """Collects findings; knows how a canonical path was written, and where."""

    tree: Tree
    places: dict[KeyPath, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def error(self, path: KeyPath, text: str, *, fatal: bool | None = None) -> None:
        """A wrong value at canonical `path`; `fatal` is looked up unless given."""
        self._add(path, text, kind=Kind.ERROR, fatal=is_fatal(path) if fatal is None else fatal)

    def warning(self, path: KeyPath, text: str) -> None:
        self._add(path, text, kind=Kind.WARNING)

    def note(self, path: KeyPath, text: str) -> None:
        self._add(path, text, kind=Kind.NOTE)

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind is kind)

    def _add(self, path: KeyPath, text: str, *, kind: Kind, fatal: bool = False) -> None:
        written = self.tree.written(path)
        place = self._place(written)
        name = dotted(written)
        finding = Finding(
            path=name,
            line=place.line if place else None,
            message=f"{name}: {text}",
            kind=kind,
            fatal=fatal,
            file=place.file if place else None,
        )
        if finding not in self.findings:  # a shared entry shows up under two canonical paths
            self.findings.append(finding)

    def _place(self, written: KeyPath) -> Place | None:
        for length in range(len(written), 0, -1):
            if written[:length] in self.places:
                return self.places[written[:length]]
        return None
