"""One paid call for the command line: asked once, booked in the ledger, no conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.access.ledger import Ledger
from bot.app import settings as translate
from bot.app import voices
from bot.app.assemble import DATABASE_FILE, NO_KEY
from bot.app.keyring import Keyring
from bot.cli.frame import CATALOG_FILE
from bot.cli.prepare import Ground
from bot.cli.upstream import sources_of, upstream
from bot.errors import BadAnswer, ConfigError, StartError, UpstreamDown, UpstreamError
from bot.jobs.following import FETCH_TRIES
from bot.jobs.making import Makers
from bot.jobs.request import Order, kind_of
from bot.jobs.seams import FilmMaker
from bot.openrouter.catalog import Catalog
from bot.openrouter.chat import OpenRouterChat
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.keys import chat_key, speech_key
from bot.openrouter.transcription import OpenRouterTranscriber
from bot.store.db import Database
from bot.store.ledger import Intent, LedgerTable
from bot.values.audio import Recording, Speech, Transcript, Voice
from bot.values.chat import ChatDone, ChatRequest, TextDelta
from bot.values.clock import SystemClock
from bot.values.media import FilmTicket, Made, MediaFile, MusicOrder, VideoOrder

CONVERSATION = "cli:infer"
PERSON = "cli"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a model wrote, and what it cost as far as the answer says."""

    text: str
    model: str
    cost_micro_usd: int | None


@dataclass(slots=True)
class OneShot:
    """The calls. `listeners` replaces the configured models that transcribe.

    `costs` gathers what each finished call cost, None where its answer does not tell.
    """

    ground: Ground
    client: OpenRouterClient
    ledger: Ledger
    listeners: tuple[str, ...] = ()
    costs: list[int | None] = field(default_factory=list)

    async def answer(self, request: ChatRequest) -> Answered:
        """The visible text. Raises UpstreamError."""
        catalogue = Catalog(self.client, self.ground.state_dir / CATALOG_FILE)
        text = ""
        async with catalogue, self.ledger.paid(_intent("chat", request.model)) as bill:
            async with aclosing(OpenRouterChat(self.client, catalogue).stream(request)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        text += event.text
                    elif isinstance(event, ChatDone):
                        bill.take(event)
            if not bill.generation_id and not text:
                raise BadAnswer("the answer is empty")
        self.costs.append(bill.cost_micro_usd)
        return Answered(text, bill.model, bill.cost_micro_usd)

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        """What is said. Raises UpstreamError."""
        config = self.ground.loaded.config
        models = self.listeners or translate.transcription_models(config)
        transcriber = (
            OpenRouterTranscriber(
                self.client, models=models, temperature=translate.transcription_temperature(config)
            )
            if self.listeners
            else voices.transcriber(
                config, self.client, Keyring(self.ground.loaded, self.ground.state_dir)
            )
        )
        async with self.ledger.paid(_intent("transcription", models[0])) as bill:
            heard = await transcriber.transcribe(recording, language=language)
            bill.model, bill.generation_id = heard.model, heard.generation_id
            bill.cost_micro_usd = heard.cost_micro_usd
        self.costs.append(bill.cost_micro_usd)
        return heard

    async def make(self, order: Order, makers: Makers, *, poll_every_s: float = 5) -> Made:
        """A picture, film or song as ordered. Raises UpstreamError."""
        kind = kind_of(order)
        async with self.ledger.paid(_intent(kind.value, order.model)) as bill:
            if isinstance(order, VideoOrder):
                made = await self._film(order, makers.films, poll_every_s=poll_every_s)
            elif isinstance(order, MusicOrder):
                made = await makers.music.make(order)
            else:
                made = await makers.images.make(order)
            bill.model, bill.generation_id = made.model, made.generation_id
            bill.cost_micro_usd = made.cost_micro_usd
        self.costs.append(bill.cost_micro_usd)
        return made

    async def _film(self, order: VideoOrder, films: FilmMaker, *, poll_every_s: float) -> Made:
        """Ordered, waited for and fetched within one deadline (openrouter-wire.md §13.2)."""
        end = asyncio.get_running_loop().time() + order.timeout_s
        ticket = await films.submit(order)
        try:
            async with asyncio.timeout_at(end):
                return await _finished(
                    ticket, films, poll_every_s=poll_every_s, within_s=order.timeout_s
                )
        except TimeoutError:
            raise UpstreamDown(
                f"timed out after {round(order.timeout_s * 1000)}ms; the film {ticket.job_id} may "
                "still be made and charged"
            ) from None

    async def speak(self, text: str, voice: Voice) -> Speech:
        """`text` as sound, with the key for speech. Raises UpstreamError."""
        keys = Keyring(self.ground.loaded, self.ground.state_dir)
        synthesizer = voices.synthesizer(self.ground.loaded.config, self.client, keys)
        async with self.ledger.paid(_intent("speech", voice.model)) as bill:
            speech = await synthesizer.speak(text, voice)
            bill.model, bill.generation_id = speech.model, speech.generation_id
        self.costs.append(None)
        return speech


@asynccontextmanager
async def one_shot(ground: Ground, *, speech: bool = False) -> AsyncIterator[OneShot]:
    """Ready for paid calls. Raises ConfigError without a key, StartError without a ledger."""
    if (speech_key if speech else chat_key)(sources_of(ground)) is None:
        raise ConfigError(NO_KEY)
    _make(ground.state_dir)
    async with (
        Database.open(ground.state_dir / DATABASE_FILE) as database,
        upstream(ground) as client,
    ):
        yield OneShot(ground, client, Ledger(LedgerTable(database, SystemClock())))


async def _finished(
    ticket: FilmTicket, films: FilmMaker, *, poll_every_s: float, within_s: float
) -> Made:
    """The film of a job that was taken on: what may pass is waited out. Raises UpstreamError."""
    try:
        while ticket.status == "pending":
            wait_s = poll_every_s
            try:
                ticket = await films.poll(ticket)
            except UpstreamError as error:
                if not error.retryable:
                    raise
                wait_s = error.retry_after_s or poll_every_s
            if ticket.status == "pending":
                await asyncio.sleep(wait_s)
        if ticket.status == "failed":
            raise BadAnswer(f"the film failed: {ticket.error[:200] or 'no reason given'}")
        file = await _fetched(ticket, films, pause_s=poll_every_s, within_s=within_s)
    except UpstreamError as error:
        error.args = (f"{error}; the provider calls the film {ticket.job_id}",)
        error.begun = True  # the order was paid or may be: nobody else films it
        error.cost_micro_usd, error.generation_id = ticket.cost_micro_usd, ticket.generation_id
        raise
    cost, generation_id = ticket.cost_micro_usd, ticket.generation_id
    return Made((file,), ticket.model, cost_micro_usd=cost, generation_id=generation_id)


async def _fetched(
    ticket: FilmTicket, films: FilmMaker, *, pause_s: float, within_s: float
) -> MediaFile:
    """The finished film, which is paid: what may pass is tried again. Raises UpstreamError."""
    for tries_left in reversed(range(FETCH_TRIES)):
        try:
            return await films.fetch(ticket, within_s=within_s)
        except UpstreamError as error:
            if not tries_left or not error.retryable:
                raise
            await asyncio.sleep(error.retry_after_s or pause_s)
    raise AssertionError("unreachable")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(
            f"The state folder {folder} can't be used: {error.strerror}. Choose another one with "
            "--state-dir."
        ) from error


def _intent(kind: str, model: str) -> Intent:
    return Intent(kind=kind, model=model, conversation=CONVERSATION, person=PERSON)
