"""Pictures, films and songs: who makes them, who keeps them, who brings them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.access.ledger import Ledger
from bot.app import media_settings
from bot.app import settings as translate
from bot.config.schema import Config
from bot.jobs.making import Makers, Studio
from bot.jobs.office import AT_ONCE, JobOffice
from bot.jobs.run import Hall
from bot.openrouter.catalog import Catalog
from bot.openrouter.client import KeySource, OpenRouterClient
from bot.openrouter.download import Downloader
from bot.openrouter.images import OpenRouterImages
from bot.openrouter.music import OpenRouterMusic
from bot.openrouter.refs import resolve
from bot.openrouter.videos import OpenRouterVideos
from bot.store.history import HistoryTable
from bot.store.jobs import JobTable
from bot.store.media import Shelf
from bot.tools.media import MediaTools
from bot.turns.postman import Postman
from bot.turns.tasks import Tasks
from bot.values.clock import Clock
from bot.voice.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Atelier:
    """What a bot needs to make media."""

    office: JobOffice
    postman: Postman
    tools: MediaTools


@asynccontextmanager
async def makers(
    config: Config, client: OpenRouterClient, catalog: Catalog, *, key: KeySource
) -> AsyncIterator[Makers]:
    """The OpenRouter models that make media, connections included."""
    limit = media_settings.made_bytes(config)
    async with Downloader(client.settings, clock=client.clock, key=key) as downloader:
        yield Makers(
            images=OpenRouterImages(client, catalog, max_bytes=limit),
            films=OpenRouterVideos(client, downloader, max_bytes=limit),
            music=OpenRouterMusic(client, max_bytes=limit),
        )


def atelier(
    config: Config,
    media_makers: Makers,
    *,
    table: JobTable,
    shelf: Shelf,
    history: HistoryTable,
    ledger: Ledger,
    workshop: Workshop,
    clock: Clock,
    tasks: Tasks,
) -> Atelier:
    """Everything between a tool call and the file in the chat."""
    studio = Studio(
        makers=media_makers,
        table=table,
        shelf=shelf,
        ledger=ledger,
        workshop=workshop,
        performer=config.agents.defaults.parley.name or translate.DEFAULT_NAME,
        clock=clock,
    )
    postman = Postman(tasks)
    hall = Hall(
        studio=studio,
        front=postman,
        shelf=shelf,
        history=history,
        clock=clock,
        desks=asyncio.Semaphore(AT_ONCE),
    )
    office = JobOffice(
        hall, table=table, clock=clock, spawn=lambda work, name: tasks.spawn(work, name=name)
    )
    aliases = translate.model_aliases(config)
    models = media_settings.media_models(config)
    tools = MediaTools(office, studio, models, resolve=lambda name: resolve(name, aliases))
    return Atelier(office, postman, tools)
