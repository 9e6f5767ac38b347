"""What the voice path needs from a provider of speech models."""

from __future__ import annotations

from typing import Protocol

from bot.values.audio import Recording, Speech, Transcript, Voice


class Transcriber(Protocol):
    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        """What is said in `recording`; `language` is an ISO-639-1 hint. Raises UpstreamError.

        An empty `text` means that nothing was heard.
        """
        ...


class Synthesizer(Protocol):
    async def speak(self, text: str, voice: Voice) -> Speech:
        """`text` as sound. Raises UpstreamError."""
        ...
