"""One turn: admit → listen → think → speak → deliver → settle.

Listening begins when the message arrives; thinking waits for the lane. Every stage leaves a
checkpoint, so that a turn found open after a restart goes on instead of beginning again.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import DeliverError, StageError
from bot.observe.trace import Stage, Trace
from bot.store.turns import Checkpoint, Ending
from bot.turns.answering import Answering, asks_to_stop
from bot.turns.channel import Activity, Channel, Reply, TextPart
from bot.turns.commands import Answer
from bot.turns.door import SILENCE, Door
from bot.turns.gather import Burst
from bot.turns.hearing import Hearing
from bot.turns.joining import is_typed
from bot.turns.looking import Looking
from bot.turns.paying import Payer
from bot.turns.queueing import Mode
from bot.turns.seams import Crew
from bot.turns.steering import Queue, Steering
from bot.turns.telling import Telling
from bot.values.conversation import ChatKind

log = structlog.get_logger()
# The last resort: the reference finds the log line.
UNEXPECTED = "Something went wrong on my side. Please try again. (reference {turn})"


class Turn:
    """The life of one message, or of a few that belong together. Runs as a job of its lane."""

    def __init__(
        self, *, crew: Crew, door: Door, channel: Channel, burst: Burst, queue: Queue
    ) -> None:
        first = burst.incoming
        self.id = f"t{burst.id}"
        self.incoming = first
        self._crew = crew
        self._door = door
        self.burst = burst
        self._stopped = False
        self._refusal = ""
        self._trace = trace = Trace(self.id, crew.clock)
        trace.mark(Stage.RECEIVED)
        key = first.conversation.key
        session = crew.settings.sessions.key(first)
        self._payer = Payer(self.id, key, first.sender.id, session)
        self._reply: Reply = channel.reply(
            first.conversation, turn_id=self.id, answers=first.message_id
        )
        self._looking = Looking(crew, channel, payer=self._payer, trace=trace)
        self._hearing = Hearing(
            crew,
            channel,
            self._looking,
            payer=self._payer,
            trace=trace,
            show_progress=self._listened,
        )
        self._telling = Telling(
            crew,
            self._reply,
            self._hearing,
            conversation=key,
            trace=trace,
            answers=self._answers_by_link,
        )
        self._answering = Answering(
            crew,
            door.desk,
            payer=self._payer,
            burst=burst,
            telling=self._telling,
            hearing=self._hearing,
            looking=self._looking,
            steering=Steering(burst, queue),
            trace=trace,
        )

    def stop(self) -> None:
        """The person wants no more of this turn."""
        self._stopped = True
        self.burst.close()  # what is said from now on is not stopped with it
        self._hearing.abort()

    @property
    def stopped(self) -> bool:
        return self._stopped

    @property
    def refused(self) -> bool:
        return bool(self._refusal)

    def refuse(self, sentence: str) -> None:
        """Whatever it is about: say `sentence` and no more."""
        self._refusal = sentence
        self.burst.close()
        self._hearing.abort()

    def interrupt(self) -> bool:
        """Give way to what the person says now; whether the whole turn has to be stopped for it.

        An answer that is complete is still delivered in writing: it is paid for.
        """
        self.hush()
        return not self._answering.complete

    def hush(self) -> None:
        """Say no more of the answer aloud: the person is speaking."""
        self._answering.hush()

    async def steers(self) -> bool:
        """Whether this turn, which waits, may become part of the one that runs."""
        incoming = self.burst.incoming
        if self._stopped or self._refusal or self.burst.waits or not is_typed(incoming):
            return False
        chosen = await self._door.desk.conversations.choices(self._payer.conversation)
        mode = self._crew.settings.queue.mode_for(incoming, chosen=chosen.queue)
        return mode is Mode.STEER and await self._door.admits(incoming)

    async def _listened(self, done: int, total: int) -> None:
        await self._telling.listening(done, total)

    async def dissolve(self) -> None:
        """Its messages are answered elsewhere."""
        await self._reply.close()

    async def heard_stop(self) -> bool:
        """Listen ahead of the lane; whether the note says nothing but "stop". Never raises."""
        try:
            self.incoming = await self.burst.quiet()
            if self.incoming.note is None or not await self._door.admits(self.incoming):
                return False
            if self._stopped or self._refusal:
                return False
            checkpoint = await self._open()
            if checkpoint.state != "open" or checkpoint.answer is not None:
                return False
            await self._reply.show(Activity.TYPING)
            heard = await self._answering.hear(checkpoint)
            if self.burst.collecting:
                self.incoming = self.burst.incoming  # more may come until its lane is free
            else:
                self.incoming = await self.burst.seal()
        except StageError:
            return False  # said in its place, when the lane comes to this turn
        except asyncio.CancelledError:
            await self._hearing.cancel()
            raise
        return asks_to_stop(heard.own, self.burst)

    async def run(self) -> None:
        """Live the turn to its end. Every failure ends in a sentence in the chat."""
        structlog.contextvars.bind_contextvars(turn=self.id)
        try:
            ending = await self._end()
            await self._hearing.close()
            await self._reply.close()
            await self._settle(ending)
        except asyncio.CancelledError:
            await self._hearing.cancel()
            if self._stopped:
                await self._settle("stopped")
            raise
        finally:
            await self._looking.cancel()
            await self._reply.close()

    async def _end(self) -> Ending:
        """How the turn ended; what failed is said."""
        try:
            return await self._live()
        except StageError as error:
            log.warning("turn.failed", code=error.code, status=error.status, detail=str(error))
            return await self._apologise(error.sentence)
        except Exception:  # the update boundary: one bad turn must not end the bot
            log.exception("turn.crashed")
            return await self._apologise(UNEXPECTED.format(turn=self.id))

    async def _live(self) -> Ending:
        self.incoming = await self.burst.quiet()
        checkpoint = await self._open()
        if self._stopped:
            return "stopped"
        if checkpoint.state != "open":
            return "done"
        if self._refusal:
            await self._reply.deliver(TextPart("refused", self._refusal, answers=True))
            return "done"
        self.burst.begin()
        listens = self.incoming.note is not None and checkpoint.heard is None
        if not listens or not await self._door.admits(self.incoming):
            self.incoming = await self.burst.seal()
        answer = await self._door.answer(self.incoming)
        if answer is SILENCE:
            return "ignored"
        if answer is not None:
            await self._answer_at_the_door(answer)
            return "done"
        self._trace.mark(Stage.ADMITTED)
        await self._reply.show(Activity.TYPING)
        await self._answering.converse(checkpoint)
        return "done"

    async def _open(self) -> Checkpoint:
        return await self._crew.turns.open(
            self.id,
            inbox_id=self.burst.id,
            conversation=self._payer.conversation,
            person=self._payer.person,
        )

    async def _answer_at_the_door(self, answer: Answer) -> None:
        if answer.markdown:
            linked = self._answers_by_link
            part = TextPart("door", answer.markdown, answers=linked, buttons=answer.buttons)
            await self._reply.deliver(part)
        if answer.spoken is not None and not await self._answering.say_aloud(
            answer.spoken, self.incoming
        ):
            # Asked for again, it is no repetition.
            await self._crew.history.forget_spoken_again(self._payer.conversation)

    @property
    def _answers_by_link(self) -> bool:
        """In a group the answer hangs on its question; in a private chat that would be noise."""
        return self.incoming.chat_kind is ChatKind.GROUP

    async def _apologise(self, sentence: str) -> Ending:
        self._trace.mark(Stage.FAILED)
        try:
            await self._hearing.echoed()
            await self._telling.say(sentence, key="error")
        except DeliverError as error:
            log.warning("turn.unheard", code=error.code, detail=str(error))
        return "failed"

    async def _settle(self, ending: Ending) -> None:
        await self.burst.seal(at_once=True)  # or the rest of it would be answered after a restart
        self._trace.mark(Stage.SETTLED, ending=ending)
        await self._crew.turns.settle(
            self.id, ending, trace=self._trace.events, inbox_id=self.burst.id
        )
        self._crew.settled(ending, self._trace.events)
        await self._answering.forget()
        if self._answering.complete:
            self._door.desk.compactor.after(self._payer)
        log.info(
            "turn.settled",
            ending=ending,
            conversation=self._payer.conversation,
            took_ms=self._trace.events[-1][0],
        )
