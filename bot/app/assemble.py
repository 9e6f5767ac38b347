"""Builds one bot out of its parts and takes it apart again, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.access.budgets import Budgets
from bot.access.doorman import Doorman
from bot.access.drops import DropLog
from bot.access.ledger import Ledger
from bot.access.pace import Pace
from bot.app import admission, money, voices
from bot.app import settings as translate
from bot.app.bookkeeper import Bookkeeper
from bot.app.keyring import Keyring
from bot.app.media import Atelier, atelier, makers
from bot.app.models import ModelMenu
from bot.app.state import install_secret
from bot.config.load import Loaded
from bot.config.schema import Config
from bot.errors import ConfigError
from bot.observe.metrics import Metrics
from bot.observe.trace import Event
from bot.openrouter.catalog import Catalog
from bot.openrouter.chat import OpenRouterChat
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.costs import Costs
from bot.openrouter.route import wire_model
from bot.store.budgets import BudgetTable
from bot.store.conversations import ConversationTable
from bot.store.db import Database
from bot.store.drops import DropTable
from bot.store.forgetting import Forgetting
from bot.store.heard import HeardTable
from bot.store.history import HistoryTable
from bot.store.inbox import InboxTable
from bot.store.jobs import JobTable
from bot.store.ledger import LedgerTable
from bot.store.media import Shelf
from bot.store.notices import NoticeTable
from bot.store.pairings import PairingTable
from bot.store.people import PeopleTable
from bot.store.receipts import ReceiptTable
from bot.store.turns import Ending, TurnTable
from bot.tools.clock import current_time
from bot.tools.registry import ToolRegistry
from bot.turns.alarms import Alarms
from bot.turns.commands import Desk
from bot.turns.compaction import Compactor
from bot.turns.dispatcher import Dispatcher
from bot.turns.door import Door
from bot.turns.herald import Herald
from bot.turns.lanes import Lanes
from bot.turns.seams import Crew, Watcher
from bot.turns.tasks import Tasks
from bot.values.clock import Clock, SystemClock
from bot.voice.workshop import Workshop

log = structlog.get_logger()
DATABASE_FILE = "parley.db"
MEDIA_FOLDER = "media"
NO_KEY = (
    "There is no OpenRouter key. Set OPENROUTER_API_KEY, or models.providers.openrouter.apiKey in "
    "the config file; keys are made at openrouter.ai/keys."
)


@dataclass(frozen=True, slots=True)
class Stores:
    """The tables of one database."""

    database: Database
    inbox: InboxTable
    turns: TurnTable
    history: HistoryTable
    conversations: ConversationTable
    receipts: ReceiptTable
    ledger: LedgerTable
    people: PeopleTable
    pairings: PairingTable
    notices: NoticeTable
    drops: DropTable
    jobs: JobTable
    shelf: Shelf
    heard: HeardTable
    budgets: BudgetTable

    @classmethod
    def of(cls, database: Database, clock: Clock, state_dir: Path) -> Stores:
        return cls(
            database=database,
            inbox=InboxTable(database, clock),
            turns=TurnTable(database, clock),
            history=HistoryTable(database, clock),
            conversations=ConversationTable(database, clock),
            receipts=ReceiptTable(database, clock),
            ledger=LedgerTable(database, clock),
            people=PeopleTable(database, clock),
            pairings=PairingTable(database, clock),
            notices=NoticeTable(database, clock),
            drops=DropTable(database, clock),
            jobs=JobTable(database, clock),
            shelf=Shelf(database, clock, state_dir / MEDIA_FOLDER),
            heard=HeardTable(database, clock),
            budgets=BudgetTable(database, clock),
        )


@dataclass(frozen=True, slots=True)
class Upstream:
    """Everything that leads to OpenRouter."""

    client: OpenRouterClient
    keys: Keyring
    catalog: Catalog


@dataclass(frozen=True, slots=True)
class House:
    """What every room of a bot shares."""

    workshop: Workshop
    tasks: Tasks
    clock: Clock
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Parts:
    """What a started bot consists of, as far as its surroundings need it.

    `tasks` belong to turns and are waited for at the end, `chores` are not.
    """

    dispatcher: Dispatcher
    atelier: Atelier
    doorman: Doorman
    herald: Herald
    lanes: Lanes
    tasks: Tasks
    chores: Tasks
    stores: Stores
    workshop: Workshop
    clock: Clock
    metrics: Metrics


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
        stores = Stores.of(database, clock, state_dir)
        client = await stack.enter_async_context(
            OpenRouterClient(
                translate.openrouter_settings(loaded.config), clock=clock, key=keys.chat
            )
        )
        workshop = Workshop()
        stack.callback(workshop.close)
        tasks = Tasks()
        stack.push_async_callback(tasks.cancel)
        chores = Tasks()
        stack.push_async_callback(chores.cancel)
        catalog = await stack.enter_async_context(Catalog(client, state_dir / "catalog.json"))
        metrics = Metrics()
        budgets = money.budgets(loaded.config, stores.budgets, catalog, clock)
        ledger = Ledger(stores.ledger, budgets=budgets, watch=metrics.observe_call)
        costs = Costs(client, keys=(keys.speech, keys.chat))
        settled = _told_to(metrics, Bookkeeper(costs, stores.ledger, clock), chores)
        media = atelier(
            loaded.config,
            await stack.enter_async_context(makers(loaded.config, client, catalog, key=keys.chat)),
            table=stores.jobs,
            shelf=stores.shelf,
            history=stores.history,
            ledger=ledger,
            workshop=workshop,
            clock=clock,
            tasks=chores,
        )
        alarms = Alarms(budgets, stores.budgets, media.postman, owners=stores.people.every_owner)
        budgets.spent = alarms.touched
        chores.spawn(alarms.keep(), name="budget alarms")
        crew = _crew(
            loaded.config,
            state_dir,
            upstream=Upstream(client, keys, catalog),
            stores=stores,
            house=House(workshop, tasks, clock, ledger),
            settled=settled,
            tools=ToolRegistry([current_time(clock), *media.tools.tools()]),
        )
        entries = loaded.config.agents.defaults.models.items()
        menu = ModelMenu(catalog, aliases={ref: entry.alias or "" for ref, entry in entries})
        dispatcher, doorman, lanes = _connect(loaded, crew, stores, tasks, menu, media, budgets)
        herald = Herald(stores.notices, clock)
        parts = (dispatcher, media, doorman, herald, lanes, tasks, chores, stores, workshop)
        yield Parts(*parts, clock, metrics)


def _crew(
    config: Config,
    state_dir: Path,
    *,
    upstream: Upstream,
    stores: Stores,
    house: House,
    settled: Watcher,
    tools: ToolRegistry,
) -> Crew:
    return Crew(
        settings=translate.turn_settings(config),
        chat=OpenRouterChat(upstream.client, upstream.catalog),
        transcriber=voices.transcriber(config, upstream.client, upstream.keys),
        synthesizer=voices.synthesizer(config, upstream.client, upstream.keys),
        tools=tools,
        ledger=house.ledger,
        turns=stores.turns,
        history=stores.history,
        shelf=stores.shelf,
        heard=stores.heard,
        workshop=house.workshop,
        tasks=house.tasks,
        clock=house.clock,
        speech_folder=state_dir / "speech",
        user_secret=install_secret(state_dir),
        facts_of=lambda ref: upstream.catalog.lookup(wire_model(ref)),
        warm=upstream.client.warm,
        settled=settled,
    )


def _told_to(metrics: Metrics, bookkeeper: Bookkeeper, chores: Tasks) -> Watcher:
    """What is told of each settled turn: who counts it and who, at work from now on, prices it."""
    chores.spawn(bookkeeper.keep(), name="bookkeeper")

    def settled(ending: Ending, events: Sequence[Event]) -> None:
        metrics.observe_turn(ending, events)
        bookkeeper.turn_settled()

    return settled


def _connect(
    loaded: Loaded,
    crew: Crew,
    stores: Stores,
    tasks: Tasks,
    models: ModelMenu,
    media: Atelier,
    budgets: Budgets,
) -> tuple[Dispatcher, Doorman, Lanes]:
    doorman = Doorman(
        admission.access_rules(loaded.config),
        stores.people,
        pairings=stores.pairings,
        drops=DropLog(stores.drops, crew.clock),
        notices=stores.notices,
    )
    lanes = Lanes(tasks)
    compactor = Compactor(
        translate.compaction_rules(loaded.config),
        chat=crew.chat,
        ledger=crew.ledger,
        history=stores.history,
        conversations=stores.conversations,
        facts_of=crew.facts_of,
        tasks=tasks,
        clock=crew.clock,
    )
    desk = Desk(
        name=crew.settings.name,
        model=crew.settings.model,
        thinking=crew.settings.thinking,
        history=stores.history,
        sessions=crew.settings.sessions,
        compactor=compactor,
        forgetting=Forgetting(stores.database, stores.shelf),
        people=stores.people,
        conversations=stores.conversations,
        ledger=stores.ledger,
        turns=stores.turns,
        models=models,
        jobs=media.office,
        doorman=doorman,
        manner=crew.settings.manner,
        clock=crew.clock,
        stop=lanes.stop,
        budgets=budgets,
    )
    pace = Pace(money.pace_rules(loaded.config), crew.clock)
    door = Door(doorman, desk, crew.settings.ears, pace)
    dispatcher = Dispatcher(inbox=stores.inbox, crew=crew, door=door, lanes=lanes, tasks=tasks)
    return dispatcher, doorman, lanes
