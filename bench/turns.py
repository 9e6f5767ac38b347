"""How long a turn takes: by voice and by text, each after the bot was idle for a while."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from bench import upstream
from bench.figures import Figure
from bench.house import House, house
from bench.settings import Settings
from bench.timeline import Timeline, Watch
from tests.voices import say

VOICE_GOAL = 1.03
TEXT_GOAL = 1.03
FIRST_TEXT_MS = 50.0


def measure(base: str, settings: Settings) -> list[Figure]:
    """Voice and text turns in turn, `settings.repeat` of each, with idle time before each."""
    voice: list[Timeline] = []
    text: list[Timeline] = []
    note = say(upstream.QUESTION)
    with house(base) as stage:
        stage.openrouter.post("settings", upstream.SETTINGS)
        script = {"times": None, "answer": upstream.answer()}
        stage.openrouter.post("script", [script])
        stage.open()
        watch = Watch(stage)
        for _ in range(settings.repeat):
            time.sleep(settings.idle_s)
            stage.sends(note)
            voice.append(_ended(stage, watch))
            time.sleep(settings.idle_s)
            stage.says(upstream.QUESTION)
            text.append(_ended(stage, watch))
    return [*voice_figures(voice), *text_figures(text)]


def _ended(stage: House, watch: Watch) -> Timeline:
    stage.awaits(stage.settled() + 1)
    return watch.timeline()


def voice_figures(turns: Sequence[Timeline]) -> list[Figure]:
    """The figures of voice turns, all with the same script."""
    done = [(turn, turn.voice) for turn in turns if turn.voice is not None]
    if not done:
        raise ValueError("no bubble was sent")
    middle, voice_ms = sorted(done, key=lambda pair: pair[1] / pair[0].voice_bound_ms)[
        len(done) // 2
    ]
    slowest, slowest_ms = max(done, key=lambda pair: pair[1] / pair[0].voice_bound_ms)
    alone_ms = upstream.one_after_another_ms(middle.stream_ms)
    return [
        Figure("voice turn", voice_ms, "ms", middle.voice_bound_ms, VOICE_GOAL, _parts(middle)),
        Figure(
            "voice turn, slowest", slowest_ms, "ms", slowest.voice_bound_ms, None, _parts(slowest)
        ),
        Figure("the same, one step after another", alone_ms, "ms", middle.voice_bound_ms),
        *_first_bubble(turns),
        *_first_text("voice", turns),
    ]


def _first_bubble(turns: Sequence[Timeline]) -> list[Figure]:
    """How long it takes until something can be heard."""
    heard = [(turn.first_bubble, turn) for turn in turns if turn.first_bubble is not None]
    first_ms, middle = sorted(heard, key=lambda pair: pair[0])[len(heard) // 2]
    bound_ms = upstream.first_bubble_bound_ms(middle.first_token - middle.chat_received)
    note = f"{middle.bubbles} bubbles; one after another it would be there after "
    note += f"{upstream.one_after_another_ms(middle.stream_ms):,.0f} ms"
    return [Figure("first bubble, voice turn", first_ms, "ms", bound_ms, None, note)]


def text_figures(turns: Sequence[Timeline]) -> list[Figure]:
    """The figures of text turns."""
    middle = sorted(turns, key=lambda turn: turn.text / turn.stream_ms)[len(turns) // 2]
    slowest = max(turns, key=lambda turn: turn.text / turn.stream_ms)
    return [
        Figure("text turn", middle.text, "ms", middle.stream_ms, TEXT_GOAL, _text_parts(middle)),
        Figure(
            "text turn, slowest", slowest.text, "ms", slowest.stream_ms, None, _text_parts(slowest)
        ),
        *_first_text("text", turns),
    ]


def _first_text(kind: str, turns: Sequence[Timeline]) -> list[Figure]:
    waits = [turn.draft - turn.first_token for turn in turns if turn.draft is not None]
    if not waits:
        return []
    return [
        Figure(f"first text, {kind} turn", median(waits), "ms", FIRST_TEXT_MS, 1.0),
        Figure(f"first text, {kind} turn, slowest", max(waits), "ms", FIRST_TEXT_MS),
    ]


def _parts(turn: Timeline) -> str:
    """Where the time above the bound went."""
    before_ms = turn.chat_received - upstream.TRANSCRIPTION_MS
    asked_ms = (turn.last_speech_received or 0.0) - turn.last_token
    sent_ms = (turn.voice or 0.0) - (turn.last_speech_answered or 0.0)
    return (
        f"ours: {before_ms:.0f} ms to the model, {asked_ms:.0f} from its end to the last speech "
        f"call, {sent_ms:.0f} from its answer to the bubble; the stand-in's lag "
        f"{turn.speech_lag_ms:.0f}"
    )


def _text_parts(turn: Timeline) -> str:
    after_ms = turn.text - turn.last_token
    return (
        f"ours: {turn.chat_received:.0f} ms to the model, {after_ms:.0f} from its end to the text"
    )
