"""What the person gets to see and hear of one turn: the echo, the growing answer, its end."""

from __future__ import annotations

import structlog

from bot.errors import (
    BadAnswer,
    ChatGone,
    DeliverError,
    Refused,
    UpstreamError,
    VoiceForbidden,
)
from bot.observe.trace import Stage, Trace
from bot.turns.aloud import Aloud
from bot.turns.channel import Activity, Reply, TextPart
from bot.turns.hearing import Hearing
from bot.turns.manner import needs_reading
from bot.turns.prompt import escape_markdown
from bot.turns.seams import Crew
from bot.turns.speaking import Speaking
from bot.values.audio import Bubble
from bot.voice.directives import Directives, only_spoken, without_directives

log = structlog.get_logger()
TRANSCRIPT = "{transcript}"
ECHO_CHARS = 1_000  # an echo tells what was understood; it is no minutes of a meeting
LISTENING = "listening"
LISTENS = "🎧 Listening…"
LISTENED = "🎧 Listening: {done} of {total} parts"
NOT_SPOKEN = "I couldn't say that aloud. {why}"
NOT_SENT = "I couldn't send that as a voice message; please read it above."
NOT_SENT_ALOUD = "I couldn't send that as a voice message. Please try again."
NOTHING_TO_SAY = "There is nothing in that which I could say aloud. Please send me words."


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
        self._aloud: Aloud | None = None
        self._text_shown = True
        self._text_out = False
        self.speaking: Speaking | None = None

    def speak(self, speaking: Speaking, *, shows_text: bool) -> None:
        """From now on the answer is spoken, and shown as text only if `shows_text`."""
        self.speaking = speaking
        self._aloud = Aloud(
            speaking, self._reply, self._hearing, trace=self._trace, answers=self._answers
        )
        self._text_shown = shows_text

    async def say(self, sentence: str, *, key: str) -> None:
        """A sentence of the bot's own, in Markdown."""
        await self._reply.deliver(TextPart(key, sentence, answers=self._answers))

    async def listening(self, done: int, total: int) -> None:
        """How far a long note is heard; nothing of it stays."""
        if done >= total:
            await self._reply.change(LISTENING, None)
            return
        said = LISTENS if total == 1 else LISTENED.format(done=done, total=total)
        part = TextPart(LISTENING, said, answers=True)
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
        if self._aloud is not None:
            self._aloud.early(bubble, number)

    async def cancel(self) -> None:
        """Send nothing more. Idempotent."""
        if self._aloud is not None:
            await self._aloud.cancel()

    async def leave_what_is_written(self) -> None:
        """A broken answer is worth more than a vanished one."""
        if self._so_far.strip():
            # Not under the key of the answer: a restart may still give that.
            text = self._so_far.rstrip() + " …"
            await self._hearing.echoed()
            await self._reply.deliver(TextPart("broken", text, final=True))

    async def deliver(self, answer: str, speaking: Speaking, *, caption: bool) -> None:
        """The whole answer, as text, as sound or both. Raises DeliverError, BadAnswer."""
        self._end_text()
        speaking.end()
        await self._hearing.echoed()
        text = without_directives(answer).strip()
        words = text or only_spoken(answer)
        if self._text_shown or not speaking.active:
            await self._deliver_text(text)
        spoken = False
        if speaking.speaks:
            spoken = await self._deliver_voice(words, caption=text if caption else "")
        if not spoken or needs_reading(text):
            await self._deliver_text(words)
        if not (spoken or self._text_out):
            raise BadAnswer("the answer has no words")

    async def say_aloud(self, speaking: Speaking) -> bool:
        """Nothing but what `speaking` has to say; whether it went out. If not, it is told why."""
        return await self._deliver_voice("", caption="", or_say=NOTHING_TO_SAY)

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
        if text and not self._text_out:
            await self._reply.deliver(TextPart("answer", text, final=True, answers=self._answers))
            self._text_out = True
            self._trace.mark(Stage.TEXT_DELIVERED)

    async def _deliver_voice(self, words: str, *, caption: str, or_say: str = "") -> bool:
        """Whether the whole answer went out as sound; if not, the person was told why.

        `words` go out as text where the channel failed; `or_say` is for when nothing can be said.
        """
        assert self._aloud is not None
        assert self.speaking is not None
        if self.speaking.active:
            await self._reply.show(Activity.RECORDING)
        try:
            spoken = await self._aloud.deliver(caption=caption)
            if or_say and not self._aloud.sent and self.speaking.active:
                await self.say(or_say, key="not-spoken")
            return spoken
        except VoiceForbidden as error:
            await self._crew.history.remember_refusal(self._conversation)
            await self.say(error.sentence, key="no-voice")
        except ChatGone:
            raise
        except DeliverError as error:
            log.warning("voice.unsent", code=error.code, detail=str(error))
            await self._deliver_text(words)
            await self.say(NOT_SENT if words else NOT_SENT_ALOUD, key="not-sent")
        except (UpstreamError, Refused) as error:
            log.warning("speech.failed", code=error.code, status=error.status, detail=str(error))
            await self.say(NOT_SPOKEN.format(why=error.sentence), key="not-spoken")
        finally:
            self._text_out |= self._aloud.captioned
        return False
