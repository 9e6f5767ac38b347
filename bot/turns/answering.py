"""The middle of a turn that was let in: listen → look → think → speak → deliver."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import structlog

from bot.errors import BadAnswer, ListenError, Refused, StageError, VoiceForbidden
from bot.observe import killpoint
from bot.observe.trace import Stage, Trace
from bot.store.conversations import Choices
from bot.store.turns import Checkpoint
from bot.turns.commands import STOPPED, Desk, Spoken
from bot.turns.exhibits import Senses
from bot.turns.gather import Burst
from bot.turns.hearing import HeardNotes, Hearing
from bot.turns.looking import Looking
from bot.turns.luggage import is_film
from bot.turns.manner import Manner, manner_of
from bot.turns.paying import Payer
from bot.turns.question import asked, cant_see, goes_by_words
from bot.turns.seams import Crew
from bot.turns.speaking import Orders, Speaking
from bot.turns.steering import Steering
from bot.turns.stopwords import is_stop
from bot.turns.summary import Summary
from bot.turns.telling import Telling
from bot.turns.think import Question, Thinker
from bot.values.conversation import ChatKind, Incoming
from bot.voice.directives import without_directives

log = structlog.get_logger()


class Answering:
    """Answers one message. `hush` may come from outside at any time."""

    def __init__(
        self,
        crew: Crew,
        desk: Desk,
        *,
        payer: Payer,
        burst: Burst,
        telling: Telling,
        hearing: Hearing,
        looking: Looking,
        steering: Steering,
        trace: Trace,
    ) -> None:
        self._crew = crew
        self._desk = desk
        self._payer = payer
        self._burst = burst
        self._telling = telling
        self._hearing = hearing
        self._looking = looking
        self._steering = steering
        self._trace = trace
        self._speaking: Speaking | None = None
        self._hushed = False
        self.complete = False  # whether the whole answer is there, and paid

    def hush(self) -> None:
        """Say no more aloud: the person is speaking."""
        self._hushed = True
        if self._speaking is not None:
            self._speaking.hush()

    async def forget(self) -> None:
        """The turn is settled: nothing of its speech is needed any more."""
        if self._speaking is not None:
            await self._speaking.forget()

    async def converse(self, checkpoint: Checkpoint) -> None:
        """The whole conversation of this turn. Raises StageError for what is to be told."""
        notes, deaf = await self._listen(checkpoint)
        incoming = await self._burst.seal()  # what is said from now on is another turn
        if checkpoint.answer is None:
            self._looking.begin(incoming)
        if asks_to_stop(notes.own, self._burst):
            await self._telling.say(STOPPED, key="stopped")
            return
        choices = await self._desk.conversations.effective(
            self._payer.conversation, self._payer.person
        )
        manner = await self._manner(incoming, choices, was_voice=notes.own is not None)
        hint = choices.language or notes.language
        speaking = await self._begin_to_speak(Orders(manner, hint))
        try:
            if checkpoint.answer is None:
                answer = await self._think(incoming, choices, notes, deaf=deaf)
            else:
                answer = await self._again(checkpoint.answer)
            if answer:
                caption = manner.form == "caption"
                await self._telling.deliver(answer, speaking, caption=caption)
        finally:
            await speaking.cancel()
            await self._telling.cancel()

    async def say_aloud(self, spoken: Spoken, incoming: Incoming) -> bool:
        """Speak what a command asks for; whether it went out. Raises DeliverError."""
        if await self._crew.history.refuses_voice(self._payer.conversation):
            in_group = incoming.chat_kind is ChatKind.GROUP
            sentence = VoiceForbidden.in_group if in_group else VoiceForbidden.default_sentence
            await self._telling.say(sentence, key="no-voice")
            return False
        settings = self._crew.settings.manner
        manner = manner_of(
            replace(settings, auto="always", form="voice", summary_model="", delivery="single"),
            Choices(),
            was_voice=True,
            chat_kind=incoming.chat_kind,
            voice_refused=False,
        )
        manner = replace(manner, voice=spoken.voice, voice_chosen=True)
        speaking = await self._begin_to_speak(Orders(manner, insists=True))
        try:
            await self._telling.as_it_comes(without_directives(spoken.text))
            self._telling.round_ended(True)
            return await self._telling.say_aloud(speaking)
        finally:
            await speaking.cancel()
            await self._telling.cancel()

    async def _manner(self, incoming: Incoming, choices: Choices, *, was_voice: bool) -> Manner:
        return manner_of(
            self._crew.settings.manner,
            choices,
            was_voice=was_voice,
            chat_kind=incoming.chat_kind,
            voice_refused=await self._crew.history.refuses_voice(self._payer.conversation),
        )

    async def _begin_to_speak(self, orders: Orders) -> Speaking:
        settings = self._crew.settings
        summary = Summary(self._crew, self._payer, settings.manner.summary_model or settings.model)
        speaking = self._speaking = Speaking(
            self._crew,
            self._payer,
            orders,
            trace=self._trace,
            on_bubble=self._telling.early,
            summarise=summary,
        )
        await speaking.prepare()
        if self._hushed:
            speaking.hush()
        self._telling.speak(speaking, shows_text=orders.manner.shows_text)
        return speaking

    async def hear(self, checkpoint: Checkpoint) -> HeardNotes:
        """What the notes say, those included that join meanwhile. Raises StageError."""
        choices = await self._desk.conversations.effective(
            self._payer.conversation, self._payer.person
        )
        return await self._hearing.hear(
            lambda: self._burst.incoming,
            checkpoint,
            messages=lambda: self._burst.messages,
            language=choices.language or "",
        )

    async def _listen(self, checkpoint: Checkpoint) -> tuple[HeardNotes, StageError | None]:
        """What the notes say; or why a film could not be listened to."""
        if not self._burst.closed:
            with suppress(StageError):
                await self.hear(checkpoint)
        incoming = await self._burst.seal()
        try:
            notes = await self.hear(checkpoint)  # with what joined at the last moment
        except StageError as error:
            film = incoming.note is not None and is_film(incoming.note)
            if film and isinstance(error, ListenError | Refused):
                return HeardNotes(), error  # there is something to see
            if all(message.note is not None for message in self._burst.messages):
                raise
            await self._telling.say(error.sentence, key="unheard")
            return HeardNotes(), None  # what was said besides is answered all the same
        if notes.own is not None:
            self._telling.echo(notes.own)
        unheard = (*notes.failed, *filter(None, [notes.quoted_failed]))
        for number, missed in enumerate(unheard):
            await self._telling.say(missed.sentence, key=f"unheard/{number}")
        return notes, None

    async def _again(self, answer: str) -> str:
        """Show and speak an answer that an earlier process got, round by round as it came."""
        self.complete = True
        rounds = [
            message
            for message in await self._crew.history.of_turn(self._payer.turn_id)
            if message["role"] == "assistant" and isinstance(message.get("content"), str)
        ]
        for message in rounds or [{"content": answer}]:
            await self._telling.as_it_comes(message["content"])
            self._telling.round_ended(not message.get("tool_calls"))
        return answer

    async def _think(
        self,
        incoming: Incoming,
        choices: Choices,
        notes: HeardNotes,
        *,
        deaf: StageError | None,
    ) -> str:
        """The answer; empty when the person was told why there is none."""
        question = await self._question(incoming, choices, notes, deaf=deaf)
        if question is None:
            return ""
        thinker = Thinker(
            self._crew,
            question,
            trace=self._trace,
            on_text=self._telling.as_it_comes,
            on_round=self._telling.round_ended,
            steering=self._steering,
            compact=lambda: self._desk.compactor.at_once(self._payer),
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
        self.complete = True  # from here on whoever interrupts gets it in writing
        await self._crew.turns.save_answer(self._payer.turn_id, answer)
        self._trace.mark(Stage.ANSWERED, chars=len(answer))
        killpoint.reach("after-answer")
        return answer

    async def _question(
        self,
        incoming: Incoming,
        choices: Choices,
        notes: HeardNotes,
        *,
        deaf: StageError | None,
    ) -> Question | None:
        """What to ask the model; None when it would understand nothing of it."""
        model = choices.model or self._crew.settings.model
        seen = await self._looking.seen(incoming)
        senses = Senses.of(self._crew.facts_of(model))
        put = asked(incoming, seen, heard=notes.own, quoted=notes.quoted, deaf=deaf, senses=senses)
        for number, sentence in enumerate(put.complaints):
            await self._telling.say(sentence, key=f"unopened/{number}")
        if put.unseen:
            await self._telling.say(goes_by_words(model), key="unseen")
        message = {"role": "user", "content": put.content}
        if put.understood:
            return Question(self._payer, incoming.chat_kind, message, choices, incoming.message_id)
        sentence = cant_see(model, deaf)
        # The next message may well be about what was sent: tools can work on it all the same.
        said = {"role": "assistant", "content": sentence}
        await self._crew.history.add(
            self._payer.session_key,
            turn_id=self._payer.turn_id,
            position=0,
            messages=[message, said],
        )
        await self._telling.say(sentence, key="cant-see")
        return None


def asks_to_stop(heard: str | None, burst: Burst) -> bool:
    """Whether the last that was said is a note that says "stop" and nothing else."""
    last = burst.messages[-1]
    if heard is None or last.note is None or last.text:
        return False
    return is_stop(heard if len(burst.messages) == 1 else heard.rpartition("\n")[2])
