"""Paid calls of one turn: an intent before, a checkpoint of the result, then the bill.

The checkpoint comes before the call is booked as done. A crash in between books the call as maybe
paid and does not repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.access.estimates import Work
from bot.access.ledger import Ledger
from bot.observe import killpoint
from bot.store.ledger import Intent
from bot.store.turns import TurnTable
from bot.values.audio import Recording, Speech, Transcript, Voice
from bot.voice.seams import Synthesizer, Transcriber
from bot.voice.synthesis import SpeechStore, speech_key


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom the calls of a turn are made.

    `session` names its history where that is not the conversation's own.
    """

    turn_id: str
    conversation: str
    person: str
    session: str = ""

    @property
    def session_key(self) -> str:
        """Under which the history of the turn stands."""
        return self.session or self.conversation

    def intent(self, kind: str, model: str) -> Intent:
        return Intent(
            kind=kind,
            model=model,
            conversation=self.conversation,
            person=self.person,
            turn_id=self.turn_id,
        )


class PaidTranscriber:
    """Transcribes the parts of one note, each at most once however often the process dies.

    Parts are told apart by the order in which they are asked for, which is their order in the note,
    counted from `first_part`: each note of a turn has numbers of its own. `calls` counts those that
    were made now.
    """

    def __init__(
        self,
        transcriber: Transcriber,
        *,
        model: str,
        ledger: Ledger,
        turns: TurnTable,
        payer: Payer,
        first_part: int = 0,
    ) -> None:
        self._transcriber = transcriber
        self._model = model
        self._ledger = ledger
        self._turns = turns
        self._payer = payer
        self._next_part = first_part
        self.calls = 0

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        part = self._next_part
        self._next_part += 1
        known = await self._turns.transcript(self._payer.turn_id, part)
        if known is not None:
            return known
        self.calls += 1
        intent = self._payer.intent("transcription", self._model)
        async with self._ledger.paid(intent, Work(seconds=recording.duration_s)) as bill:
            transcript = await self._transcriber.transcribe(recording, language=language)
            bill.model = transcript.model
            bill.cost_micro_usd = transcript.cost_micro_usd
            bill.generation_id = transcript.generation_id
            await self._turns.save_transcript(self._payer.turn_id, part, transcript)
        return transcript


class PaidSynthesizer:
    """Speech with a bill. The segment is in `store` before its call counts as done."""

    def __init__(
        self, synthesizer: Synthesizer, *, ledger: Ledger, store: SpeechStore, payer: Payer
    ) -> None:
        self._synthesizer = synthesizer
        self._ledger = ledger
        self._store = store
        self._payer = payer

    async def speak(self, text: str, voice: Voice) -> Speech:
        intent = self._payer.intent("speech", voice.model)
        async with self._ledger.paid(intent, Work(chars=len(text))) as bill:
            speech = await self._synthesizer.speak(text, voice)
            bill.model = speech.model
            bill.generation_id = speech.generation_id
            await self._store.put(speech_key(text, voice), speech)
            killpoint.reach("after-speech")
        return speech
