"""One turn: admit → listen → think → speak → deliver → settle.

Listening begins when the message arrives; thinking waits for the lane. Every stage leaves a
checkpoint, so that a turn found open after a restart goes on instead of beginning again.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import BadAnswer, DeliverError, ListenError, Refused, StageError
from bot.observe import killpoint
from bot.observe.trace import Stage, Trace
from bot.store.turns import Checkpoint, Ending
from bot.turns.channel import Activity, Channel, Reply, TextPart
from bot.turns.commands import STOPPED, Answer
from bot.turns.door import SILENCE, Door
from bot.turns.exhibits import Senses
from bot.turns.gather import Burst
from bot.turns.hearing import Hearing
from bot.turns.looking import Looking
from bot.turns.luggage import is_film
from bot.turns.paying import Payer
from bot.turns.question import asked, cant_see
from bot.turns.queueing import Mode
from bot.turns.seams import Crew
from bot.turns.speaking import Speaking
from bot.turns.steering import Queue, Steering
from bot.turns.stopwords import is_stop
from bot.turns.telling import Telling
from bot.turns.think import Question, Thinker
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
        self._steering = Steering(burst, queue)
        self._stopped = False
        self._refusal = ""
        self._answered = False
        self._trace = trace = Trace(self.id, crew.clock)
        trace.mark(Stage.RECEIVED)
        key = first.conversation.key
        self._payer = Payer(turn_id=self.id, conversation=key, person=first.sender.id)
        self._reply: Reply = channel.reply(
            first.conversation, turn_id=self.id, answers=first.message_id
        )
        self._looking = Looking(crew, channel, payer=self._payer, trace=trace)
        self._hearing = Hearing(crew, channel, self._looking, payer=self._payer, trace=trace)
        self._telling = Telling(
            crew,
            self._reply,
            self._hearing,
            conversation=key,
            trace=trace,
            answers=self._answers_by_link,
        )
        self._speaking: Speaking | None = None

    def stop(self) -> None:
        """The person wants no more of this turn."""
        self._stopped = True
        self._hearing.abort()

    @property
    def stopped(self) -> bool:
        return self._stopped

    def refuse(self, sentence: str) -> None:
        """Whatever it is about: say `sentence` and no more."""
        self._refusal = sentence

    def interrupt(self) -> bool:
        """Give way to what the person says now; whether the whole turn has to be stopped for it.

        An answer that is complete is still delivered in writing: it is paid for.
        """
        self.hush()
        return not self._answered

    def hush(self) -> None:
        """Say no more of the answer aloud: the person is speaking."""
        if self._speaking is not None:
            self._speaking.hush()

    async def steers(self) -> bool:
        """Whether this turn, which waits, may become part of the one that runs."""
        incoming = self.incoming
        if self.burst.waits or incoming.command or incoming.attachments or not incoming.text:
            return False
        chosen = await self._door.desk.conversations.choices(self._payer.conversation)
        mode = self._crew.settings.queue.mode_for(incoming, chosen=chosen.queue)
        return mode is Mode.STEER and await self._door.admits(incoming)

    async def dissolve(self) -> None:
        """Its messages are answered elsewhere."""
        await self._reply.close()

    async def heard_stop(self) -> bool:
        """Listen ahead of the lane; whether the note says nothing but "stop". Never raises."""
        try:
            self.incoming = await self.burst.quiet()
            if self.incoming.note is None or not await self._door.admits(self.incoming):
                return False
            checkpoint = await self._open()
            if checkpoint.state != "open" or checkpoint.answer is not None:
                return False
            await self._reply.show(Activity.TYPING)
            heard = await self._hearing.hear(self.incoming, checkpoint)
            self.incoming = await self.burst.seal()
        except StageError:
            return False  # said in its place, when the lane comes to this turn
        except asyncio.CancelledError:
            await self._hearing.cancel()
            raise
        return self._asks_to_stop(heard)

    def _asks_to_stop(self, heard: str) -> bool:
        return is_stop(heard) and not self.incoming.text

    async def run(self) -> None:
        """Live the turn to its end. Every failure ends in a sentence in the chat."""
        structlog.contextvars.bind_contextvars(turn=self.id)
        try:
            ending = await self._end()
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
            await self._telling.say(self._refusal, key="refused")
            return "done"
        if self.incoming.note is None or checkpoint.heard is not None:
            self.incoming = await self.burst.seal()
        answer = await self._door.answer(self.incoming)
        if answer is SILENCE:
            return "ignored"
        if answer is not None:
            await self._answer_at_the_door(answer)
            return "done"
        self._trace.mark(Stage.ADMITTED)
        await self._reply.show(Activity.TYPING)
        return await self._converse(checkpoint)

    async def _open(self) -> Checkpoint:
        return await self._crew.turns.open(
            self.id,
            inbox_id=self.burst.id,
            conversation=self._payer.conversation,
            person=self._payer.person,
        )

    async def _answer_at_the_door(self, answer: Answer) -> None:
        linked = self._answers_by_link
        part = TextPart("door", answer.markdown, answers=linked, buttons=answer.buttons)
        await self._reply.deliver(part)

    async def _converse(self, checkpoint: Checkpoint) -> Ending:
        heard, deaf = await self._listen(checkpoint)
        self.incoming = await self.burst.seal()  # what is said from now on is another turn
        if checkpoint.answer is None:
            self._looking.begin(self.incoming)
        if heard is not None and self._asks_to_stop(heard):
            await self._telling.say(STOPPED, key="stopped")
            return "done"
        speaking = self._speaking = self._telling.speaking = await Speaking.begin(
            self._crew,
            self._payer,
            was_voice=heard is not None,
            trace=self._trace,
        )
        try:
            answer = checkpoint.answer
            if answer is None:
                answer = await self._think(heard, deaf)
            else:
                speaking.feed(answer)
            if answer:
                await self._telling.deliver(answer, speaking)
        finally:
            await speaking.cancel()
        return "done"

    async def _listen(self, checkpoint: Checkpoint) -> tuple[str | None, StageError | None]:
        """What the notes say, None without any; or why a film could not be listened to."""
        note = self.incoming.note
        if note is None:
            return None, None
        try:
            heard = await self._hearing.hear(self.incoming, checkpoint)
        except (ListenError, Refused) as error:
            if not is_film(note):
                raise
            return None, error  # there is something to see
        self._telling.echo(heard)
        return heard, None

    async def _think(self, heard: str | None, deaf: StageError | None) -> str:
        """The answer; empty when the person was told why there is none."""
        question = await self._question(heard, deaf)
        if question is None:
            return ""
        thinker = Thinker(
            self._crew,
            question,
            trace=self._trace,
            on_text=self._telling.as_it_comes,
            on_round=self._telling.round_ended,
            steering=self._steering,
        )
        try:
            answer = await thinker.think()
            if not answer.strip():
                raise BadAnswer("the model wrote nothing")
            if thinker.cut_off:
                answer += " …"
        except StageError:
            await self._telling.leave_what_is_written()
            raise
        await self._crew.turns.save_answer(self.id, answer)
        self._answered = True
        self._trace.mark(Stage.ANSWERED, chars=len(answer))
        killpoint.reach("after-answer")
        return answer

    async def _question(self, heard: str | None, deaf: StageError | None) -> Question | None:
        """What to ask the model; None when it would understand nothing of it."""
        choices = await self._door.desk.conversations.choices(self._payer.conversation)
        model = choices.model or self._crew.settings.model
        seen = await self._looking.seen(self.incoming)
        senses = Senses.of(self._crew.facts_of(model))
        put = asked(self.incoming, seen, heard=heard, deaf=deaf, senses=senses)
        for number, sentence in enumerate(put.complaints):
            await self._telling.say(sentence, key=f"unopened/{number}")
        message = {"role": "user", "content": put.content}
        if put.understood:
            return Question(
                self._payer, self.incoming.chat_kind, message, choices, self.incoming.message_id
            )
        sentence = cant_see(model, deaf)
        # The next message may well be about what was sent: tools can work on it all the same.
        said = {"role": "assistant", "content": sentence}
        await self._crew.history.add(
            self._payer.conversation, turn_id=self.id, position=0, messages=[message, said]
        )
        await self._telling.say(sentence, key="cant-see")
        return None

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
        if self._speaking is not None:
            await self._speaking.forget()
        log.info(
            "turn.settled",
            ending=ending,
            conversation=self._payer.conversation,
            took_ms=self._trace.events[-1][0],
        )
