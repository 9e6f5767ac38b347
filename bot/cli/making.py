"""One picture, film or song for the command line: the candidates in order, into files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import settings as translate
from bot.app.media import makers
from bot.cli.envelope import Envelope, write_output
from bot.cli.frame import CATALOG_FILE
from bot.cli.oneshot import OneShot, one_shot
from bot.cli.prepare import Ground
from bot.cli.upstream import secret, sources_of
from bot.errors import UpstreamError
from bot.jobs.making import Makers, fitted
from bot.jobs.request import Request
from bot.jobs.words import is_free
from bot.openrouter.catalog import Catalog
from bot.openrouter.keys import chat_key
from bot.openrouter.refs import resolve
from bot.openrouter.route import media_model
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
    configured = translate.media_models(config)[kind]
    named = resolve(wish.model, translate.model_aliases(config)) if wish.model else ""
    request = Request(
        kind=kind,
        prompt=wish.prompt,
        models=(named,) if named else configured.models,
        timeout_s=wish.timeout_ms / 1000 if wish.timeout_ms else configured.timeout_s,
        options=wish.options,
    )
    pictures = [Picture(data, mime) for data, mime in wish.pictures]
    async with (
        one_shot(found) as calls,
        Catalog(calls.client, found.state_dir / CATALOG_FILE) as catalog,
        makers(
            config, calls.client, catalog, key=lambda: secret(chat_key(sources_of(found)))
        ) as media_makers,
    ):
        made = await _made(calls, media_makers, envelope, request, pictures)
    for number, file in enumerate(made.files, start=1):
        path = target if number == 1 else target.with_stem(f"{target.stem}-{number}")
        entry = write_output(path, file.data, mime=file.mime)
        envelope.outputs.append(entry | ({"text": made.text} if made.text else {}))


async def _made(
    calls: OneShot,
    media_makers: Makers,
    envelope: Envelope,
    request: Request,
    pictures: list[Picture],
) -> Made:
    failure: UpstreamError | None = None
    for model in request.models:
        envelope.model = media_model(model)
        try:
            order, notices = await fitted(media_makers, request.order(model, pictures))
            envelope.notices.extend(notices)
            made = await calls.make(order, media_makers)
        except UpstreamError as error:
            envelope.attempted(envelope.model, error=error)
            failure = error
            if not is_free(error):
                break
        else:
            envelope.attempted(made.model, cost_micro_usd=made.cost_micro_usd)
            return made
    raise failure or UpstreamError("no model is configured")
