"""Builds one bot out of its parts and takes it apart again, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.access.doorman import Doorman
from bot.access.ledger import Ledger
from bot.app import settings as translate
from bot.app import voices
from bot.app.bookkeeper import Bookkeeper
from bot.app.keyring import Keyring
from bot.app.models import ModelMenu
from bot.app.state import install_secret
from bot.config.load import Loaded
from bot.config.schema import Config
from bot.errors import ConfigError
from bot.openrouter.catalog import Catalog
from bot.openrouter.chat import OpenRouterChat
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.costs import Costs
from bot.store.conversations import ConversationTable
from bot.store.db import Database
from bot.store.history import HistoryTable
from bot.store.inbox import InboxTable
from bot.store.ledger import LedgerTable
from bot.store.people import PeopleTable
from bot.store.receipts import ReceiptTable
from bot.store.turns import TurnTable
from bot.tools.clock import current_time
from bot.tools.registry import ToolRegistry
from bot.turns.commands import Desk
from bot.turns.dispatcher import Dispatcher
from bot.turns.door import Door
from bot.turns.lanes import Lanes
from bot.turns.seams import Crew
from bot.turns.tasks import Tasks
from bot.values.clock import Clock, SystemClock
from bot.voice.workshop import Workshop

log = structlog.get_logger()
DATABASE_FILE = "parley.db"
NO_KEY = (
    "There is no OpenRouter key. Set OPENROUTER_API_KEY, or models.providers.openrouter.apiKey in "
    "the config file; keys are made at openrouter.ai/keys."
)


@dataclass(frozen=True, slots=True)
class Stores:
    """The tables of one database."""

    inbox: InboxTable
    turns: TurnTable
    history: HistoryTable
    conversations: ConversationTable
    receipts: ReceiptTable
    ledger: LedgerTable
    people: PeopleTable

    @classmethod
    def of(cls, database: Database, clock: Clock) -> Stores:
        return cls(
            inbox=InboxTable(database, clock),
            turns=TurnTable(database, clock),
            history=HistoryTable(database, clock),
            conversations=ConversationTable(database, clock),
            receipts=ReceiptTable(database, clock),
            ledger=LedgerTable(database, clock),
            people=PeopleTable(database, clock),
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """What a started bot consists of, as far as its surroundings need it.

    `tasks` belong to turns and are waited for at the end, `chores` are not.
    """

    dispatcher: Dispatcher
    doorman: Doorman
    lanes: Lanes
    tasks: Tasks
    chores: Tasks
    stores: Stores
    workshop: Workshop
    clock: Clock


@asynccontextmanager
async def assemble(
    loaded: Loaded, state_dir: Path, *, home: Path | None = None, clock: Clock | None = None
) -> AsyncIterator[Parts]:
    """All parts but the channels, ready to serve. Raises ConfigError or StartError.

    `home` holds the stored sign-ins where that is not `state_dir`.
    """
    clock = clock or SystemClock()
    keys = Keyring(loaded, home or state_dir)
    if keys.chat() is None:
        raise ConfigError(NO_KEY)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(state_dir / DATABASE_FILE))
        stores = Stores.of(database, clock)
        upstream = translate.openrouter_settings(loaded.config)
        client = await stack.enter_async_context(
            OpenRouterClient(upstream, clock=clock, key=keys.chat)
        )
        workshop = Workshop()
        stack.callback(workshop.close)
        tasks = Tasks()
        stack.push_async_callback(tasks.cancel)
        chores = Tasks()
        stack.push_async_callback(chores.cancel)
        catalog = await stack.enter_async_context(Catalog(client, state_dir / "catalog.json"))
        costs = Costs(client, keys=(keys.speech, keys.chat))
        bookkeeper = Bookkeeper(costs, stores.ledger, clock)
        chores.spawn(bookkeeper.keep(), name="bookkeeper")
        crew = _crew(
            loaded.config,
            state_dir,
            client=client,
            keys=keys,
            catalog=catalog,
            stores=stores,
            workshop=workshop,
            clock=clock,
            settled=bookkeeper.turn_settled,
        )
        entries = loaded.config.agents.defaults.models.items()
        menu = ModelMenu(catalog, aliases={ref: entry.alias or "" for ref, entry in entries})
        dispatcher, doorman, lanes = _connect(loaded, crew, stores, tasks, menu)
        yield Parts(dispatcher, doorman, lanes, tasks, chores, stores, workshop, clock)


def _crew(
    config: Config,
    state_dir: Path,
    *,
    client: OpenRouterClient,
    keys: Keyring,
    catalog: Catalog,
    stores: Stores,
    workshop: Workshop,
    clock: Clock,
    settled: Callable[[], None],
) -> Crew:
    return Crew(
        settings=translate.turn_settings(config),
        chat=OpenRouterChat(client, catalog),
        transcriber=voices.transcriber(config, client),
        synthesizer=voices.synthesizer(config, client, keys),
        tools=ToolRegistry([current_time(clock)]),
        ledger=Ledger(stores.ledger),
        turns=stores.turns,
        history=stores.history,
        workshop=workshop,
        clock=clock,
        speech_folder=state_dir / "speech",
        user_secret=install_secret(state_dir),
        warm=client.warm,
        settled=settled,
    )


def _connect(
    loaded: Loaded, crew: Crew, stores: Stores, tasks: Tasks, models: ModelMenu
) -> tuple[Dispatcher, Doorman, Lanes]:
    doorman = Doorman(translate.access_rules(loaded.config), stores.people)
    lanes = Lanes(tasks)
    desk = Desk(
        name=crew.settings.name,
        model=crew.settings.model,
        thinking=crew.settings.thinking,
        history=stores.history,
        conversations=stores.conversations,
        ledger=stores.ledger,
        models=models,
        clock=crew.clock,
        stop=lanes.stop,
    )
    dispatcher = Dispatcher(
        inbox=stores.inbox, crew=crew, door=Door(doorman, desk), lanes=lanes, tasks=tasks
    )
    return dispatcher, doorman, lanes
