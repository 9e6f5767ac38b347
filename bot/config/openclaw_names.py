"""Both generations of OpenClaw names become one: the names of the seeds (facts/behaviour.md §0).

`RENAMES` is the whole table of plain moves, tried in order; the functions below it hold the few
changes of shape. Values never change here, only places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.config.findings import Report
from bot.config.keypath import ABSENT, KeyPath, dotted, expand, get, put, remove
from bot.config.schema.telegram import bare_id


@dataclass(frozen=True, slots=True)
class Rename:
    """`old` means `new`; `*` in both stands for the same key.

    When both are set `new` counts, unless `stronger`. `retired`: no OpenClaw reads `old` any more.
    """

    old: str
    new: str
    retired: bool = False
    stronger: bool = False


_TTS = "messages.tts.providers.*"
_TELEGRAM = "channels.telegram"
RENAMES = (
    Rename("tts", "messages.tts"),
    Rename("messages.tts.openrouter", "messages.tts.providers.openrouter"),
    Rename("messages.tts.enabled", "messages.tts.auto", retired=True),
    Rename(f"{_TTS}.modelId", f"{_TTS}.model"),
    # the order of facts/openrouter-wire.md §15
    Rename(f"{_TTS}.speakerVoice", f"{_TTS}.voice", stronger=True),
    Rename(f"{_TTS}.voiceName", f"{_TTS}.voice"),
    Rename(f"{_TTS}.speakerVoiceId", f"{_TTS}.voice"),
    Rename(f"{_TTS}.voiceId", f"{_TTS}.voice"),
    Rename("agents.defaults.mediaModels.image", "agents.defaults.imageGenerationModel"),
    Rename("agents.defaults.mediaModels.video", "agents.defaults.videoGenerationModel"),
    Rename("agents.defaults.mediaModels.music", "agents.defaults.musicGenerationModel"),
    Rename(f"{_TELEGRAM}.streamMode", f"{_TELEGRAM}.streaming.mode", retired=True),
    Rename(f"{_TELEGRAM}.chunkMode", f"{_TELEGRAM}.streaming.chunkMode", retired=True),
    Rename(f"{_TELEGRAM}.draftChunk", f"{_TELEGRAM}.streaming.preview.chunk", retired=True),
    Rename(f"{_TELEGRAM}.blockStreaming", f"{_TELEGRAM}.streaming.block.enabled", retired=True),
    Rename(
        f"{_TELEGRAM}.blockStreamingCoalesce", f"{_TELEGRAM}.streaming.block.coalesce", retired=True
    ),
)


def canonical(report: Report) -> None:
    """Bring the report's tree to canonical names; what a person should know is reported."""
    _wrap_env(report)
    _expand_streaming(report)
    _plain_group_ids(report)
    for rename in RENAMES:
        for old, new in _pairs(report.tree.data, rename):
            _move(report, old, new, rename=rename)
    _list_agents(report)
    _gather_listeners(report)
    for leftover in (("agents", "defaults", "mediaModels"),):
        if get(report.tree.data, leftover) == {}:
            remove(report.tree.data, leftover)


def _pairs(data: dict[str, Any], rename: Rename) -> Iterator[tuple[KeyPath, KeyPath]]:
    for old in list(expand(data, rename.old)):
        stars = iter(
            have for want, have in zip(rename.old.split("."), old, strict=True) if want == "*"
        )
        yield old, tuple(next(stars) if part == "*" else part for part in rename.new.split("."))


def _move(report: Report, old: KeyPath, new: KeyPath, *, rename: Rename) -> None:
    data = report.tree.data
    value, there = get(data, old), get(data, new)
    if rename.retired:
        report.warning(old, f"this name is retired; write {dotted(new)}")
    if rename.old == "messages.tts.enabled" and isinstance(value, bool):
        value = "always" if value else "off"
    if isinstance(value, dict) and isinstance(there, dict):
        for key in list(value):
            _move(report, (*old, key), (*new, key), rename=Rename(rename.old, rename.new))
        remove(data, old)
        return
    if there is not ABSENT and there != value:
        loser, winner = (new, old) if rename.stronger else (old, new)
        report.warning(loser, f"{dotted(report.tree.written(winner))} is set too and counts")
    if there is ABSENT or rename.stronger:
        if not put(data, new, value):
            return  # something of the wrong type is in the way; it gets its own finding
        report.tree.moved({new: old})
    if get(data, old[:-1]) is not ABSENT:
        remove(data, old)


def _wrap_env(report: Report) -> None:
    """`env: {KEY: ...}` is `env: {vars: {KEY: ...}}`."""
    env = report.tree.data.get("env")
    if not isinstance(env, dict) or not isinstance(env.get("vars", {}), dict):
        return
    for key in [key for key in env if key not in ("vars", "shellEnv")]:
        _move(report, ("env", key), ("env", "vars", key), rename=Rename("env.*", "env.vars.*"))


def _expand_streaming(report: Report) -> None:
    """`streaming: "partial"` and `streaming: true` get the shape that flat keys can join."""
    path: KeyPath = ("channels", "telegram", "streaming")
    value = get(report.tree.data, path)
    if isinstance(value, (str, bool)):
        mode = value if isinstance(value, str) else "partial" if value else "off"
        put(report.tree.data, path, {"mode": mode})
        report.tree.moved({(*path, "mode"): path})


def _plain_group_ids(report: Report) -> None:
    """`telegram:-100` is `-100`."""
    for path in list(expand(report.tree.data, "channels.telegram.groups.*")):
        plain = (*path[:-1], bare_id(path[-1]))
        if plain != path:
            _move(report, path, plain, rename=Rename("", ""))


def _list_agents(report: Report) -> None:
    """`agents.entries.<id>` joins `agents.list`, where each entry carries its id."""
    agents = report.tree.data.get("agents")
    if not isinstance(agents, dict) or not isinstance(agents.get("entries"), dict):
        return
    listed = agents.setdefault("list", [])
    if not isinstance(listed, list):
        return
    known = [entry.get("id") for entry in listed if isinstance(entry, dict)]
    moves: dict[KeyPath, KeyPath] = {}
    for key, entry in agents.pop("entries").items():
        origin: KeyPath = ("agents", "entries", key)
        if key in known:
            report.warning(origin, "agents.list has this id too and counts")
            continue
        moves["agents", "list", len(listed)] = origin
        listed.append({"id": key, **entry} if isinstance(entry, dict) else entry)
    report.tree.moved(moves)


def _gather_listeners(report: Report) -> None:
    """Shared `tools.media.models` that do audio follow `tools.media.audio.models`.

    `tools.media.audio.preferredModel` then comes first (facts/behaviour.md C1).
    """
    data = report.tree.data
    audio: KeyPath = ("tools", "media", "audio")
    shared, own = get(data, ("tools", "media", "models")), get(data, (*audio, "models"))
    gathered: list[tuple[Any, KeyPath]] = []
    if isinstance(own, list):
        gathered += [(item, (*audio, "models", index)) for index, item in enumerate(own)]
    elif own is not ABSENT:
        return
    for index, item in enumerate(shared if isinstance(shared, list) else ()):
        if _does_audio(item) and all(item != other for other, _ in gathered):
            gathered.append((item, ("tools", "media", "models", index)))
    preferred = get(data, (*audio, "preferredModel"))
    if isinstance(preferred, str):
        remove(data, (*audio, "preferredModel"))
        gathered = _preferred_first(gathered, preferred, origin=(*audio, "preferredModel"))
    if gathered and put(data, (*audio, "models"), [_copy(item) for item, _ in gathered]):
        report.tree.moved(
            {(*audio, "models", new): origin for new, (_, origin) in enumerate(gathered)}
        )


def _does_audio(item: Any) -> bool:
    capabilities = item.get("capabilities") if isinstance(item, dict) else None
    return isinstance(capabilities, (list, str)) and "audio" in capabilities


def _preferred_first(
    gathered: list[tuple[Any, KeyPath]], preferred: str, *, origin: KeyPath
) -> list[tuple[Any, KeyPath]]:
    def wanted(item: Any) -> bool:
        if not isinstance(item, dict):
            return False
        model = str(item.get("model", ""))
        return preferred in (model, f"{item.get('provider', 'openrouter')}/{model}")

    if not any(wanted(item) for item, _ in gathered):
        model = preferred.removeprefix("openrouter/")
        return [({"provider": "openrouter", "model": model}, origin), *gathered]
    return sorted(gathered, key=lambda pair: not wanted(pair[0]))


def _copy(item: Any) -> Any:
    """Shared entries stand in two places: a value dropped in one must stay in the other."""
    return dict(item) if isinstance(item, dict) else item
