"""How much CPU a voice turn takes, against what libopus alone needs for the same speech."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench import upstream
from bench.figures import Figure
from bench.house import SETTLE_S, House, cpu_ms, house
from bench.settings import Settings
from tests.voices import say

OPUS_SHARE, REST_MS = 1.5, 60.0
RATE, FRAME = 48_000, 960
ROUNDS = 5


def measure(base: str, settings: Settings) -> list[Figure]:
    """`settings.cpu_turns` turns one after another, after one that pays for what is done once."""
    with house(base) as stage:
        stage.openrouter.post("settings", upstream.SETTINGS)
        stage.openrouter.post("script", [{"times": None, "answer": upstream.answer()}])
        stage.open()
        _turns(stage, 1)
        before_ms, begun_s = cpu_ms(stage.pid), time.monotonic()
        _turns(stage, settings.cpu_turns)
        used_ms, took_s = cpu_ms(stage.pid) - before_ms, time.monotonic() - begun_s
        idle_ms = _idle_ms_per_s(stage)
        before = len(stage.replies(kind="voice"))
        _turns(stage, 1)
        opus = {"cpu_ms": 0.0, "seconds": 0.0}
        for bubble in stage.replies(kind="voice")[before:]:
            path = stage.folder / "bubble.ogg"
            path.write_bytes(stage.sound(bubble))
            opus = {name: opus[name] + value for name, value in libopus_alone(path).items()}
    per_turn_ms = used_ms / settings.cpu_turns
    bound_ms = OPUS_SHARE * opus["cpu_ms"] + REST_MS
    note = (
        f"libopus alone {opus['cpu_ms']:.0f} ms for {opus['seconds']:.1f} s of speech; "
        f"an idle bot takes {idle_ms * took_s / settings.cpu_turns:.0f} ms in the time of a turn"
    )
    return [Figure("CPU of a voice turn", per_turn_ms, "ms", bound_ms, 1.0, note)]


def _turns(stage: House, count: int) -> None:
    note = say(upstream.QUESTION)
    for _ in range(count):
        stage.sends(note)
        stage.awaits(stage.settled() + 1)


def _idle_ms_per_s(stage: House) -> float:
    before_ms = cpu_ms(stage.pid)
    time.sleep(SETTLE_S)
    return (cpu_ms(stage.pid) - before_ms) / SETTLE_S


def libopus_alone(path: Path) -> dict[str, Any]:
    """CPU of encoding the sound in `path` again, in a process that does nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.cpu", str(path)], capture_output=True, check=True
    )
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def encoding(path: Path) -> dict[str, float]:
    """Decode once, then encode at level 5 several times; the middle one counts."""
    frames = _frames(path)
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        _encode(frames)
        times.append((time.process_time() - begun) * 1_000)
    return {"cpu_ms": median(times), "seconds": len(frames) * FRAME / RATE}


def _frames(path: Path) -> list[Any]:
    import av

    fifo, frames = av.AudioFifo(), []
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(path)) as container:
        for decoded in container.decode(audio=0):
            for frame in resampler.resample(decoded):
                frame.pts = None
                fifo.write(frame)
    while whole := fifo.read(FRAME):
        frames.append(whole)
    return frames


def _encode(frames: list[Any]) -> None:
    """The settings of a bubble: mono, 32 kbit/s, voip, level 5."""
    import av

    with av.open(io.BytesIO(), "w", format="ogg") as container:
        options = {"application": "voip", "compression_level": "5"}
        stream: Any = container.add_stream("libopus", rate=RATE, options=options)
        stream.codec_context.layout = "mono"
        stream.bit_rate = 32_000
        for frame in frames:
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(encoding(Path(sys.argv[1]))))
