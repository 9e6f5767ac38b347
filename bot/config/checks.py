"""What single values can't tell: rules between keys, and values that can never have an effect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.config.findings import Report
from bot.config.keypath import KeyPath, children, expand, get
from bot.config.schema.root import Config
from bot.config.schema.telegram import bare_id, is_unmatchable
from bot.config.tokens import ENV_NAME, resolve_token
from bot.config.unknown import NO_EFFECT
from bot.errors import ConfigError

_TELEGRAM: KeyPath = ("channels", "telegram")
_AUDIO_PRIVATE: KeyPath = ("tools", "media", "audio", "request", "allowPrivateNetwork")
_ALLOW_LISTS = (
    "channels.telegram.allowFrom",
    "channels.telegram.groupAllowFrom",
    "channels.telegram.groups.*.allowFrom",
    "channels.telegram.groups.*.topics.*.allowFrom",
)


def check(report: Report, config: Config, environ: Mapping[str, str]) -> None:
    """Report what contradicts itself or can't work (facts/behaviour.md A3, A4, L2, L6)."""
    _direct_access(report, config)
    _entries(report)
    _group_ids(report)
    _providers(report, config)
    _secrets(report, config, environ)


def _direct_access(report: Report, config: Config) -> None:
    telegram = config.channels.telegram
    path = (*_TELEGRAM, "dmPolicy")
    if telegram.dm_policy == "open" and "*" not in telegram.allow_from:
        report.error(path, 'open needs allowFrom: ["*"]; list ids and use allowlist otherwise')
    if telegram.dm_policy == "allowlist" and not telegram.allow_from:
        report.error(path, "allowlist needs at least one numeric user id in allowFrom")


def _entries(report: Report) -> None:
    for path, entry in _allowed(report):
        if entry.startswith("-"):
            text = f"{entry} is the id of a group, not of a person; list it under groups"
            report.error(path, text, fatal=False)
        elif entry.startswith("@"):
            report.warning(path, f"{entry} matches nobody; use the numeric user id")
        elif is_unmatchable(entry):
            report.warning(path, f"{entry} matches nobody; Parley has no access groups")


def _allowed(report: Report) -> Iterator[tuple[KeyPath, str]]:
    data = report.tree.data
    for pattern in _ALLOW_LISTS:
        for path in expand(data, pattern):
            for index, item in children(get(data, path)):
                yield (*path, index), bare_id(item)


def _group_ids(report: Report) -> None:
    for path in expand(report.tree.data, "channels.telegram.groups.*"):
        if not re.fullmatch(r"\*|-\d+", str(path[-1])):
            text = 'matches no group; use its id, a negative number like "-1001234567890"'
            report.warning(path, text)


def _providers(report: Report, config: Config) -> None:
    only = "Parley speaks and listens through openrouter alone"
    provider = config.messages.tts.provider
    if provider != "openrouter":
        report.warning(("messages", "tts", "provider"), f'"{provider}" is not used; {only}')
    for index, model in enumerate(config.tools.media.audio.models):
        if model.provider != "openrouter" or model.type != "provider":
            path: KeyPath = ("tools", "media", "audio", "models", index)
            report.warning(path, f"this candidate is skipped; {only}")
    if config.tools.media.audio.request.allow_private_network:
        report.note(_AUDIO_PRIVATE, f"{NO_EFFECT}: a transcription names no addresses")


def _secrets(report: Report, config: Config, environ: Mapping[str, str]) -> None:
    telegram = config.channels.telegram
    if telegram.enabled:
        try:
            resolve_token(telegram, environ)
        except ConfigError as error:
            origin, _, text = str(error).partition(": ")
            name = "tokenFile" if telegram.token_file else "botToken"
            path: KeyPath = (ENV_NAME,) if origin == ENV_NAME else (*_TELEGRAM, name)
            report.error(path, text, fatal=True)
    key = environ.get("OPENROUTER_API_KEY", "").strip()
    if key and not re.fullmatch(r"[\x21-\x7e]+", key):
        text = "the value (hidden) is not a key; expected printable characters without spaces"
        report.error(("OPENROUTER_API_KEY",), text, fatal=True)
