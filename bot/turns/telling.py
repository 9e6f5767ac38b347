"""What the person gets to see and hear of one turn: the echo, the growing answer, its end."""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import Refused, UpstreamError, VoiceForbidden
from bot.observe.trace import Stage, Trace
from bot.turns.channel import Activity, Reply, TextPart, VoicePart
from bot.turns.hearing import Hearing
from bot.turns.prompt import escape_markdown
from bot.turns.seams import Crew
from bot.turns.speaking import Speaking
from bot.values.audio import Bubble
from bot.voice.directives import Directives, without_directives

log = structlog.get_logger()
TRANSCRIPT = "{transcript}"
ECHO_CHARS = 1_000  # an echo tells what was understood; it is no minutes of a meeting
LISTENING = "listening"
LISTENED = "🎧 Listening: {done} of {total} parts"
NOT_SPOKEN = "I couldn't say that aloud. {why}"


class Telling:
    """Shows and delivers the parts of one answer. `answers` links texts to the question.

    `speaking` is set once it is known whether and how this turn speaks.
    """

    def __init__(
        self,
        crew: Crew,
        reply: Reply,
        hearing: Hearing,
        *,
        conversation: str,
        trace: Trace,
        answers: bool,
    ) -> None:
        self._crew = crew
        self._reply = reply
        self._hearing = hearing
        self._conversation = conversation
        self._trace = trace
        self._answers = answers
        self._directives = Directives(crew.settings.overrides)
        self._text_ended = False
        self._so_far = ""
        self._early: asyncio.Task[None] | None = None
        self._text_shown = True
        self.speaking: Speaking | None = None

    def speak(self, speaking: Speaking, *, shows_text: bool) -> None:
        """From now on the answer is spoken, and shown as text only if `shows_text`."""
        self.speaking = speaking
        self._text_shown = shows_text

    async def say(self, sentence: str, *, key: str) -> None:
        """A sentence of the bot's own, in Markdown."""
        await self._reply.deliver(TextPart(key, sentence, answers=self._answers))

    async def listening(self, done: int, total: int) -> None:
        """How far a long note is heard; nothing of it stays."""
        if done >= total:
            await self._reply.change(LISTENING, None)
            return
        part = TextPart(LISTENING, LISTENED.format(done=done, total=total), answers=True)
        if done == 0:
            await self._reply.deliver(part)
        else:
            await self._reply.change(LISTENING, part)

    def echo(self, heard: str) -> None:
        """Show what was heard, if that is wanted; the answer waits for it."""
        if not self._crew.settings.echo:
            return
        short = heard if len(heard) <= ECHO_CHARS else heard[:ECHO_CHARS].rstrip() + " …"
        shown = self._crew.settings.echo_format.replace(TRANSCRIPT, escape_markdown(short))
        part = TextPart("heard", shown, answers=True)
        self._hearing.echo(lambda: self._echo(part))

    async def as_it_comes(self, text: str) -> None:
        """More of the answer, directives and all."""
        split = self._directives.feed(text)
        self._so_far += split.shown
        if self.speaking is not None:
            self.speaking.feed(split)
        if self._hearing.echo_is_out:
            await self._grow()

    def round_ended(self, final: bool) -> None:  # noqa: FBT001 - a callback
        """The model has written all of one answer; `final` unless it called tools."""
        if final:
            self._end_text()
        if self.speaking is not None:
            self.speaking.round_ended(final=final)

    def _end_text(self) -> None:
        """What looked like the beginning of a directive was none. Idempotent."""
        if not self._text_ended:
            self._text_ended = True
            split = self._directives.end()
            self._so_far += split.shown
            if self.speaking is not None:
                self.speaking.feed(split)

    def early(self, bubble: Bubble, number: int) -> None:
        """A first bubble goes out while the rest is still being made."""
        before = self._early
        self._early = asyncio.create_task(self._send_early(bubble, number, before), name="bubble")

    async def cancel(self) -> None:
        """Send nothing more. Idempotent."""
        if self._early is not None:
            self._early.cancel()
            await asyncio.gather(self._early, return_exceptions=True)

    async def leave_what_is_written(self) -> None:
        """A broken answer is worth more than a vanished one."""
        if self._so_far.strip():
            # Not under the key of the answer: a restart may still give that.
            text = self._so_far.rstrip() + " …"
            await self._hearing.echoed()
            await self._reply.deliver(TextPart("broken", text, final=True))

    async def deliver(self, answer: str, speaking: Speaking, *, caption: bool) -> None:
        """The whole answer, as text, as sound or both. Raises DeliverError."""
        self._end_text()
        speaking.end()
        await self._hearing.echoed()
        text = without_directives(answer).strip()
        text_first = self._text_shown or not speaking.active
        if text_first:
            await self._deliver_text(text)
        spoken = False
        if speaking.active:
            await self._reply.show(Activity.RECORDING)
            spoken = await self._deliver_voice(speaking, caption=text if caption else "")
        if not (spoken or text_first):
            await self._deliver_text(text)

    async def say_aloud(self, speaking: Speaking) -> bool:
        """Nothing but what `speaking` has to say; whether it went out."""
        await self._reply.show(Activity.RECORDING)
        return await self._deliver_voice(speaking, caption="")

    async def _echo(self, part: TextPart) -> None:
        """The echo stands before the answer: what was written meanwhile shows after it."""
        await self._reply.deliver(part)
        await self._grow()

    async def _grow(self) -> None:
        shown = self._text_shown or not (self.speaking and self.speaking.active)
        if shown and self._so_far.strip():
            await self._reply.grow(self._so_far)
            self._trace.mark_once(Stage.FIRST_TEXT)

    async def _deliver_text(self, text: str) -> None:
        if text:
            await self._reply.deliver(TextPart("answer", text, final=True, answers=self._answers))
            self._trace.mark(Stage.TEXT_DELIVERED)

    async def _deliver_voice(self, speaking: Speaking, *, caption: str) -> bool:
        """Whether the whole answer went out as sound; if not, the person was told why."""
        try:
            bubbles = await speaking.finish()
            if self._early is not None:
                await self._early
            for number, bubble in enumerate(bubbles, start=speaking.first_index):
                await self._send(bubble, number, caption=caption if number == 0 else "")
        except VoiceForbidden as error:
            await self._crew.history.remember_refusal(self._conversation)
            await self.say(error.sentence, key="no-voice")
            return False
        except (UpstreamError, Refused) as error:
            log.warning("speech.failed", code=error.code, status=error.status, detail=str(error))
            await self.say(NOT_SPOKEN.format(why=error.sentence), key="not-spoken")
            return False
        return speaking.active and (bool(bubbles) or self._early is not None)

    async def _send_early(
        self, bubble: Bubble, number: int, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await before
        await self._hearing.echoed()
        await self._send(bubble, number, caption="")

    async def _send(self, bubble: Bubble, number: int, *, caption: str) -> None:
        part = VoicePart(f"voice/{number}", bubble, caption, answers=self._answers and number == 0)
        await self._reply.deliver(part)
        self._trace.mark(Stage.VOICE_DELIVERED, duration_s=round(bubble.duration_s, 2))
