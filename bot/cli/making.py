"""One picture, film or song for the command line: the candidates in order, into files."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.access.ledger import is_free
from bot.app import media_settings
from bot.app import settings as translate
from bot.app.media import makers
from bot.cli.envelope import Envelope, write_output
from bot.cli.frame import CATALOG_FILE
from bot.cli.named import as_named
from bot.cli.oneshot import OneShot, one_shot
from bot.cli.prepare import Ground
from bot.cli.upstream import secret, sources_of
from bot.errors import ConfigError, ParleyError, RequestRejected, UpstreamError
from bot.jobs.making import Makers, fitted
from bot.jobs.request import Order, Request
from bot.jobs.seams import Notices
from bot.openrouter.catalog import Catalog
from bot.openrouter.keys import chat_key
from bot.openrouter.refs import resolve
from bot.openrouter.route import media_model
from bot.tools.media import LEAST_TIME, MUSIC_LEAST_S
from bot.values.media import Made, MediaKind, Picture


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. `pictures` are (bytes, type)."""

    kind: str
    prompt: str
    model: str
    options: Mapping[str, Any]
    pictures: tuple[tuple[bytes, str], ...]
    timeout_ms: int | None


async def make(found: Ground, envelope: Envelope, wish: Wish, *, target: Path) -> None:
    """Make it and write it to `target`. A model asked for by name is the only one."""
    config = found.loaded.config
    kind = MediaKind(wish.kind)
    request = _request(found, envelope, kind, wish)
    pictures = [Picture(data, mime) for data, mime in wish.pictures]
    async with (
        one_shot(found) as calls,
        Catalog(calls.client, found.state_dir / CATALOG_FILE) as catalog,
        makers(
            config, calls.client, catalog, key=lambda: secret(chat_key(sources_of(found)))
        ) as media_makers,
    ):
        if not catalog.models():  # which models give nothing but pictures stands there
            with suppress(UpstreamError):
                await catalog.refresh()
        made = await _made(calls, media_makers, envelope, request, pictures)
    performer = config.agents.defaults.parley.name or translate.DEFAULT_NAME
    unwritten: ParleyError | None = None
    for path, file in zip(paths(target, len(made.files)), made.files, strict=True):
        named, notice = await asyncio.to_thread(as_named, file, path, performer=performer)
        try:
            entry = write_output(path, named.data, mime=named.mime)
        except ParleyError as error:
            unwritten = unwritten or error
            continue  # the others are paid for as well
        envelope.outputs.append(entry | ({"text": made.text} if made.text else {}))
        envelope.notices += [notice] if notice else []
    if unwritten is not None:
        raise unwritten


def paths(target: Path, count: int) -> list[Path]:
    """Where `count` files go: `fox.png`, `fox-2.png`, `fox-3.png` …"""
    more = (target.with_stem(f"{target.stem}-{number}") for number in range(2, count + 1))
    return [target, *more][:count]


def _request(found: Ground, envelope: Envelope, kind: MediaKind, wish: Wish) -> Request:
    config = found.loaded.config
    configured = media_settings.media_models(config)[kind]
    named = resolve(wish.model, translate.model_aliases(config)) if wish.model else ""
    timeout_s = configured.timeout_s
    if wish.timeout_ms:
        timeout_s = wish.timeout_ms / 1000
    elif kind is MediaKind.MUSIC and timeout_s < MUSIC_LEAST_S:
        timeout_s = MUSIC_LEAST_S
        envelope.notices.append(LEAST_TIME)
    return Request(
        kind=kind,
        prompt=wish.prompt,
        models=(named,) if named else configured.models,
        timeout_s=timeout_s,
        options=wish.options,
    )


async def _made(
    calls: OneShot,
    media_makers: Makers,
    envelope: Envelope,
    request: Request,
    pictures: list[Picture],
) -> Made:
    failure: UpstreamError | None = None
    for order, notices in await _fitting(media_makers, request, pictures):
        envelope.model = media_model(order.model)
        try:
            made = await calls.make(order, media_makers)
        except UpstreamError as error:
            envelope.attempted(envelope.model, error=error)
            failure = error
            if not is_free(error):
                break
        else:
            envelope.attempted(made.model, cost_micro_usd=made.cost_micro_usd)
            envelope.model = made.model
            envelope.notices += notices
            return made
    raise failure or UpstreamError("no model is configured")


async def _fitting(
    media_makers: Makers, request: Request, pictures: list[Picture]
) -> list[tuple[Order, Notices]]:
    """The order as each candidate can fill it. Raises ConfigError when none can: all is free."""
    found: list[tuple[Order, Notices]] = []
    refusal = ""
    for model in request.models:
        try:
            found.append(await fitted(media_makers, request.order(model, pictures)))
        except RequestRejected as rejected:
            refusal = refusal or rejected.sentence
    if not found:
        raise ConfigError(refusal)
    return found
