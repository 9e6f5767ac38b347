"""Loading: one call from a path and the process environment to a frozen, judged configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.config import include, json5
from bot.config.build import build
from bot.config.checks import check
from bot.config.env import apply_environment
from bot.config.findings import Finding, Kind, Report
from bot.config.openclaw_names import canonical
from bot.config.schema.root import Config
from bot.config.tokens import resolve_token
from bot.config.tree import Tree
from bot.config.unknown import report_unknown

__all__ = ["Finding", "Kind", "Loaded", "load", "telegram_token"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, what is to be said about it, and the environment that goes with it.

    `environ` is the process environment over the file's `env` block. `notes` are keys that are
    understood but have no effect. `source` is None when there is no file.
    """

    config: Config
    warnings: tuple[Finding, ...] = ()
    errors: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    source: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    channels: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def channel_settings(self, name: str) -> Mapping[str, Any] | None:
        """The block `channels.<name>` as written, for a channel that a package brings."""
        settings = self.channels.get(name)
        return settings if isinstance(settings, Mapping) else None

    @property
    def fatal(self) -> tuple[Finding, ...]:
        """The errors with which `parley run` must not start."""
        return tuple(finding for finding in self.errors if finding.fatal)


def load(*, path: Path | None, environ: Mapping[str, str]) -> Loaded:
    """The configuration in `path`; without a path everything has its default.

    Raises ConfigError only when the file can't be read as JSON5. Every wrong value becomes a
    finding and gives way to its default.
    """
    document = include.read_all(path) if path else json5.Document(data={}, places={})
    report = Report(tree=Tree(data=document.data), places=document.places)
    for key, place in document.repeated.items():
        report.warning(key, f"this key stands twice in its block; line {place.line} counts")
    canonical(report)
    merged = apply_environment(report, environ)
    report_unknown(report)
    config = build(report)
    check(report, config, merged)
    return Loaded(
        config=config,
        warnings=report.of(Kind.WARNING),
        errors=report.of(Kind.ERROR),
        notes=report.of(Kind.NOTE),
        source=path,
        environ=MappingProxyType(merged),
        channels=_channels(report),
    )


def _channels(report: Report) -> Mapping[str, Any]:
    channels = report.tree.data.get("channels")
    return MappingProxyType(channels) if isinstance(channels, dict) else {}


def telegram_token(loaded: Loaded) -> str | None:
    """The Telegram token, None when none is configured. Raises ConfigError as `resolve_token`."""
    return resolve_token(loaded.config.channels.telegram, loaded.environ)
