"""One turn in the sandbox without a page: send a note, wait, tell what happened, keep bubbles."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from pathlib import Path
from typing import Any

import httpx

from bot.app.assemble import Parts
from bot.errors import ParleyError, StartError

LONGEST_TURN_S = 180.0
LOOK_EVERY_S = 0.05
VOICE_MIME = "audio/ogg"
SILENT = ("off", "tagged")  # values of messages.tts.auto with which a text may be the whole answer


class Rehearsal:
    """A person at the Telegram stand-in. `speaks` is what messages.tts.auto says."""

    def __init__(
        self, base: str, token: str, *, stand_in_key: str | None, person: int, speaks: str
    ) -> None:
        self._speaks = speaks
        self._base = base
        self._telegram = f"{base}/sandbox/telegram/{token}"
        # Only the stand-in's own key may show up in an address of the stand-in.
        self._openrouter = f"{base}/sandbox/openrouter/{stand_in_key}" if stand_in_key else None
        self._person = person

    async def one_turn(self, parts: Parts, *, voice: Path | None, say: str, out: Path) -> None:
        """Send the note and wait for the end of its turn. Raises ParleyError when it failed."""
        name, data = await asyncio.to_thread(_note, voice, say)
        async with httpx.AsyncClient(timeout=LONGEST_TURN_S, trust_env=False) as http:
            if say:
                await self._prompt(http, data, say)
            await self._send(http, name, data)
            state, trace = await asyncio.wait_for(self._settled(parts), LONGEST_TURN_S)
            _tell(trace)
            written, saved = await self._collect(http, out)
        if state == "done" and written and not saved and self._speaks in SILENT:
            print(f"The answer was not spoken: messages.tts.auto is {self._speaks!r}.")
        elif state != "done" or not saved:
            raise ParleyError("The turn did not end in a bubble; the lines above say why.")

    async def _prompt(self, http: httpx.AsyncClient, data: bytes, say: str) -> None:
        """Whisper to the stand-in what the note says; a real service hears it itself."""
        if self._openrouter is None:
            return
        digest = hashlib.sha256(data).hexdigest()
        await http.post(f"{self._openrouter}/transcripts", json={"by_sha256": {digest: say}})

    async def _send(self, http: httpx.AsyncClient, name: str, data: bytes) -> None:
        mime = mimetypes.guess_type(name)[0] or VOICE_MIME
        kind = "voice" if mime in (VOICE_MIME, "application/ogg") else "audio"
        answer = await http.post(
            f"{self._telegram}/{kind}",
            data={"from": str(self._person), "mime": mime, "file_name": name},
            files={"file": (name, data, mime)},
        )
        if answer.is_error:
            raise StartError(f"The sandbox did not take the note: {answer.text}")
        print(f"sent       {name}, {len(data):,} bytes")

    async def _settled(self, parts: Parts) -> tuple[str, list[Any]]:
        conversation = f"telegram:{self._person}"
        while (found := await parts.stores.turns.last_trace(conversation)) is None:  # noqa: ASYNC110 - a table
            await asyncio.sleep(LOOK_EVERY_S)
        return found

    async def _collect(self, http: httpx.AsyncClient, out: Path) -> tuple[int, int]:
        """Print what the bot wrote, save what it spoke; how many texts and bubbles that were."""
        answer = await http.get(f"{self._telegram}/state", params={"chat_id": self._person})
        (chat,) = (chat for chat in answer.json()["chats"] if chat["id"] == self._person)
        written = saved = 0
        for message in chat["messages"]:
            if not message["outgoing"]:
                continue
            if message["kind"] != "voice":
                print(f"wrote      {message['text']}")
                written += 1
                continue
            sound = await http.get(f"{self._telegram}/files/{message['file']['file_id']}")
            path = out / ("bubble.ogg" if not saved else f"bubble-{saved + 1}.ogg")
            await asyncio.to_thread(path.write_bytes, sound.content)
            saved += 1
            print(f"spoke      {path}, {message['file']['duration']} s")
        return written, saved


def _note(voice: Path | None, say: str) -> tuple[str, bytes]:
    if voice is not None:
        return voice.name, voice.read_bytes()
    from bot.sandbox.openrouter.synth import NoVoice, speak
    from bot.values.audio import Pcm
    from bot.voice.opus import encode

    try:
        return "voice.ogg", encode(Pcm(speak(say))).ogg
    except NoVoice as error:
        raise StartError(f"--say needs the sandbox extra: {error}.") from error


def _short(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def _tell(trace: list[Any]) -> None:
    for at_ms, stage, facts in trace:
        details = "  ".join(f"{name}={_short(value)}" for name, value in facts.items())
        print(f"{at_ms:>7} ms  {stage:<18}{details}".rstrip())
