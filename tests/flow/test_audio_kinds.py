"""Whatever holds sound is heard and answered aloud; whatever does not gets a clear sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from tests import voices
from tests.flow.bubbles import heard_in, is_telegram_voice
from tests.flow.guest import Guest

WORDS = "Please read me the news."
HTML = b"<!DOCTYPE html><html><body><h1>Not a recording</h1></body></html>" * 20


@dataclass(frozen=True)
class Sent:
    """How something is sent."""

    kind: str
    name: str
    mime: str
    make: Any
    more: dict[str, Any] = field(default_factory=dict)


def spoken(format: str, **how: Any) -> Any:
    return partial(voices.say, WORDS, format=format, **how)


HEARD = {
    "voice note": Sent("voice", "voice.ogg", "audio/ogg", spoken("ogg")),
    "mp3": Sent("audio", "song.mp3", "audio/mpeg", spoken("mp3")),
    "m4a": Sent("audio", "memo.m4a", "audio/mp4", spoken("m4a")),
    "wav": Sent("audio", "memo.wav", "audio/x-wav", spoken("wav")),
    "flac": Sent("audio", "memo.flac", "audio/flac", spoken("flac")),
    "webm": Sent("document", "memo.webm", "audio/webm", spoken("webm")),
    "document": Sent("document", "memo.mp3", "audio/mpeg", spoken("mp3")),
    "document known by its name": Sent(
        "document", "memo.wav", "application/octet-stream", spoken("wav")
    ),
    "round video": Sent("video_note", "round.mp4", "video/mp4", spoken("mp4")),
    "video": Sent("video", "clip.mp4", "video/mp4", spoken("mp4")),
    "8 kHz": Sent("audio", "phone.wav", "audio/wav", spoken("wav", rate=8_000)),
    "stereo": Sent("audio", "wide.mp3", "audio/mpeg", spoken("mp3", channels=2)),
    "mp3 named .ogg": Sent("voice", "voice.ogg", "audio/ogg", spoken("mp3")),
}

UNHEARD = {
    "zero bytes": (Sent("voice", "voice.ogg", "audio/ogg", bytes), "That file is empty"),
    "noise": (
        Sent("voice", "voice.ogg", "audio/ogg", voices.noise),
        "couldn't find any sound in that file",
    ),
    "silence": (
        Sent("voice", "voice.ogg", "audio/ogg", partial(voices.silence, 3.0)),
        "I heard nothing in that note",
    ),
    "over 20 MB": (
        Sent("audio", "long.mp3", "audio/mpeg", spoken("mp3"), {"file_size": 30_000_000}),
        "over 20 MB",
    ),
    "HTML": (
        Sent("audio", "song.mp3", "audio/mpeg", lambda: HTML),
        "couldn't find any sound in that file",
    ),
}


def plays(guest: Guest, sent: Sent) -> list[str]:
    return guest.plays(sent.make(), kind=sent.kind, name=sent.name, mime=sent.mime, **sent.more)


@pytest.mark.parametrize("name", HEARD)
def test_it_is_heard_and_answered_aloud(guest: Guest, name: str) -> None:
    stage = guest.stage
    stage.openrouter.post("transcripts", {"queue": [{"text": WORDS, "min_s": 0.8, "max_s": 3}]})
    stage.answers("Here is the news.", match=WORDS)
    assert plays(guest, HEARD[name]) == [f'📝 "{WORDS}"', "Here is the news."]
    (bubble,) = guest.replies("voice")
    assert is_telegram_voice(heard_in(stage.sound(bubble)))
    assert len(stage.upstream_calls("transcription")) == 1


@pytest.mark.parametrize("name", UNHEARD)
def test_it_gets_one_clear_sentence_and_costs_nothing(guest: Guest, name: str) -> None:
    sent, sentence = UNHEARD[name]
    (text,) = plays(guest, sent)
    assert sentence in text
    assert guest.stage.upstream_calls() == []
    assert guest.endings() == ["failed"]


def test_a_file_that_telegram_calls_too_big_gets_that_sentence(guest: Guest) -> None:
    guest.stage.telegram.post(
        "faults",
        {
            "method": "getFile",
            "kind": "status",
            "status": 400,
            "description": "Bad Request: file is too big",
        },
    )
    (text,) = guest.plays(voices.say(WORDS))
    assert "over 20 MB" in text
    assert guest.stage.upstream_calls() == []


def test_a_file_that_can_not_be_fetched_gets_a_sentence(guest: Guest) -> None:
    guest.stage.telegram.post("faults", {"method": "file", "kind": "status", "times": -1})
    (text,) = guest.plays(voices.say(WORDS))
    assert text == "I couldn't fetch that file. Please send it again."
    assert guest.stage.upstream_calls() == []


def test_a_download_that_breaks_off_once_is_fetched_again(guest: Guest) -> None:
    guest.stage.telegram.post("faults", {"method": "file", "kind": "disconnect"})
    assert guest.plays(voices.say(WORDS), heard=WORDS)[0] == f'📝 "{WORDS}"'


def test_half_an_hour_is_heard_in_parts(guest: Guest) -> None:
    stage = guest.stage
    stage.openrouter.post("settings", {"transcription": {"text": "A part of it."}})
    stage.answers("That was long.")
    minute = voices.long_speech(60, format="mp3")  # frames of mp3 may be joined as they are
    texts = guest.plays(minute * 30, kind="audio", name="talk.mp3", mime="audio/mpeg")
    assert texts[-1] == "That was long."
    parts = stage.upstream_calls("transcription")
    assert sum(call["json"]["input_audio"]["data"]["seconds"] for call in parts) > 1_700
    assert texts[0] == f'📝 "{" ".join(["A part of it."] * len(parts))}"'
    assert 3 <= len(parts) <= 5


def test_a_note_with_a_caption_is_heard_and_read(guest: Guest) -> None:
    guest.plays(voices.say(WORDS), heard=WORDS, caption="In short, please.")
    (call,) = guest.stage.upstream_calls("chat")
    said = call["json"]["messages"][-1]["content"]
    assert said == f'(voice note, heard) "{WORDS}"\nIn short, please.'
