"""One turn: admit → listen → think → speak → deliver → settle.

Listening begins when the message arrives; thinking waits for the lane. Every stage leaves a
checkpoint, so that a turn found open after a restart goes on instead of beginning again.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import BadAnswer, DeliverError, StageError, UpstreamError, VoiceForbidden
from bot.observe import killpoint
from bot.observe.trace import Stage, Trace
from bot.store.inbox import Entry
from bot.store.turns import Checkpoint, Ending
from bot.turns.channel import Activity, Channel, Reply, TextPart, VoicePart
from bot.turns.commands import STOPPED, Answer
from bot.turns.door import SILENCE, Door
from bot.turns.hearing import Hearing
from bot.turns.paying import Payer
from bot.turns.prompt import escape_markdown, user_text
from bot.turns.seams import Crew
from bot.turns.speaking import Speaking
from bot.turns.stopwords import is_stop
from bot.turns.think import Question, Thinker
from bot.values.audio import Bubble
from bot.values.conversation import ChatKind, Incoming

log = structlog.get_logger()
TRANSCRIPT = "{transcript}"
ECHO_CHARS = 1_000  # an echo tells what was understood; it is no minutes of a meeting
NOT_SPOKEN = "I couldn't say that aloud. {why}"
# The last resort: the reference finds the log line.
UNEXPECTED = "Something went wrong on my side. Please try again. (reference {turn})"


class Turn:
    """The life of one message. Runs as a job of its lane."""

    def __init__(
        self, *, crew: Crew, door: Door, channel: Channel, entry: Entry, incoming: Incoming
    ) -> None:
        self.id = f"t{entry.id}"
        self.incoming = incoming
        self._crew = crew
        self._door = door
        self._entry = entry
        self._stopped = False
        self._answer_so_far = ""
        self._trace = Trace(self.id, crew.clock)
        self._trace.mark(Stage.RECEIVED)
        key = incoming.conversation.key
        self._payer = Payer(turn_id=self.id, conversation=key, person=incoming.sender.id)
        self._channel = channel
        self._reply: Reply = channel.reply(
            incoming.conversation, turn_id=self.id, answers=incoming.message_id
        )
        self._hearing = Hearing(crew, channel, incoming, payer=self._payer, trace=self._trace)
        self._speaking: Speaking | None = None

    def stop(self) -> None:
        """The person wants no more of this turn."""
        self._stopped = True
        self._hearing.abort()

    async def heard_stop(self) -> bool:
        """Listen ahead of the lane; whether the note says nothing but "stop". Never raises."""
        if self.incoming.note is None or not await self._door.admits(self.incoming):
            return False
        try:
            checkpoint = await self._open()
            if checkpoint.state != "open" or checkpoint.answer is not None:
                return False
            await self._reply.show(Activity.TYPING)
            heard = await self._hearing.hear(checkpoint)
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
        checkpoint = await self._open()
        if self._stopped:
            return "stopped"
        if checkpoint.state != "open":
            return "done"
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
            inbox_id=self._entry.id,
            conversation=self._payer.conversation,
            person=self._payer.person,
        )

    async def _answer_at_the_door(self, answer: Answer) -> None:
        linked = self._answers_by_link
        part = TextPart("door", answer.markdown, answers=linked, buttons=answer.buttons)
        await self._reply.deliver(part)

    async def _converse(self, checkpoint: Checkpoint) -> Ending:
        heard = await self._listen(checkpoint)
        if heard is not None and self._asks_to_stop(heard):
            await self._say(STOPPED, key="stopped")
            return "done"
        speaking = self._speaking = await Speaking.begin(
            self._crew,
            self._payer,
            was_voice=heard is not None,
            trace=self._trace,
        )
        try:
            answer = checkpoint.answer
            if answer is None:
                answer = await self._think(heard)
            else:
                speaking.feed(answer)
            await self._deliver(answer, speaking)
        finally:
            await speaking.cancel()
        return "done"

    async def _listen(self, checkpoint: Checkpoint) -> str | None:
        """What the note says; None when there is no note."""
        if self.incoming.note is None:
            return None
        heard = await self._hearing.hear(checkpoint)
        if self._crew.settings.echo:
            short = heard if len(heard) <= ECHO_CHARS else heard[:ECHO_CHARS].rstrip() + " …"
            shown = self._crew.settings.echo_format.replace(TRANSCRIPT, escape_markdown(short))
            part = TextPart("heard", shown, answers=True)
            self._hearing.echo(lambda: self._echo(part))
        return heard

    async def _think(self, heard: str | None) -> str:
        message = {"role": "user", "content": user_text(self.incoming, heard=heard)}
        choices = await self._door.desk.conversations.choices(self._payer.conversation)
        question = Question(
            self._payer, self.incoming.chat_kind, message, choices, self.incoming.message_id
        )
        thinker = Thinker(self._crew, question, trace=self._trace, on_text=self._say_as_it_comes)
        try:
            answer = await thinker.think()
            if not answer.strip():
                raise BadAnswer("the model wrote nothing")
            if thinker.cut_off:
                answer += " …"
        except StageError:
            await self._leave_what_is_written()
            raise
        await self._crew.turns.save_answer(self.id, answer)
        self._trace.mark(Stage.ANSWERED, chars=len(answer))
        killpoint.reach("after-answer")
        return answer

    async def _say_as_it_comes(self, text: str) -> None:
        self._answer_so_far += text
        if self._speaking is not None:
            self._speaking.feed(text)
        if self._hearing.echo_is_out:
            await self._grow()

    async def _echo(self, part: TextPart) -> None:
        """The echo stands before the answer: what was written meanwhile shows after it."""
        await self._reply.deliver(part)
        await self._grow()

    async def _grow(self) -> None:
        shown = self._crew.settings.keep_text or not (self._speaking and self._speaking.active)
        if shown and self._answer_so_far:
            await self._reply.grow(self._answer_so_far)
            self._trace.mark_once(Stage.FIRST_TEXT)

    async def _leave_what_is_written(self) -> None:
        """A broken answer is worth more than a vanished one."""
        if self._answer_so_far.strip():
            # Not under the key of the answer: a restart may still give that.
            text = self._answer_so_far.rstrip() + " …"
            await self._hearing.echoed()
            await self._reply.deliver(TextPart("broken", text, final=True))

    async def _deliver(self, answer: str, speaking: Speaking) -> None:
        speaking.end()
        await self._hearing.echoed()
        text_first = self._crew.settings.keep_text or not speaking.active
        if text_first:
            await self._deliver_text(answer)
        if speaking.active:
            await self._reply.show(Activity.RECORDING)
            spoken = await self._deliver_voice(speaking)
            if not (spoken or text_first):
                await self._deliver_text(answer)

    async def _deliver_text(self, answer: str) -> None:
        await self._reply.deliver(
            TextPart("answer", answer, final=True, answers=self._answers_by_link)
        )
        self._trace.mark(Stage.TEXT_DELIVERED)

    async def _deliver_voice(self, speaking: Speaking) -> bool:
        """Whether the whole answer went out as sound; if not, the person was told why."""
        bubbles: tuple[Bubble, ...] = ()
        try:
            bubbles = await speaking.finish()
            for number, bubble in enumerate(bubbles):
                await self._reply.deliver(VoicePart(f"voice/{number}", bubble))
                self._trace.mark(Stage.VOICE_DELIVERED, duration_s=round(bubble.duration_s, 2))
        except VoiceForbidden as error:
            await self._crew.history.remember_refusal(self._payer.conversation)
            await self._say(error.sentence, key="no-voice")
            return False
        except UpstreamError as error:
            log.warning("speech.failed", code=error.code, status=error.status, detail=str(error))
            await self._say(NOT_SPOKEN.format(why=error.sentence), key="not-spoken")
            return False
        return bool(bubbles)

    @property
    def _answers_by_link(self) -> bool:
        """In a group the answer hangs on its question; in a private chat that would be noise."""
        return self.incoming.chat_kind is ChatKind.GROUP

    async def _say(self, sentence: str, *, key: str) -> None:
        await self._reply.deliver(TextPart(key, sentence, answers=self._answers_by_link))

    async def _apologise(self, sentence: str) -> Ending:
        self._trace.mark(Stage.FAILED)
        try:
            await self._hearing.echoed()
            await self._say(sentence, key="error")
        except DeliverError as error:
            log.warning("turn.unheard", code=error.code, detail=str(error))
        return "failed"

    async def _settle(self, ending: Ending) -> None:
        self._trace.mark(Stage.SETTLED, ending=ending)
        await self._crew.turns.settle(
            self.id, ending, trace=self._trace.events, inbox_id=self._entry.id
        )
        self._crew.settled()
        if self._speaking is not None:
            await self._speaking.forget()
        log.info(
            "turn.settled",
            ending=ending,
            conversation=self._payer.conversation,
            took_ms=self._trace.events[-1][0],
        )
