"""`parley infer image|video|music generate`: files, the envelope, exit codes, what is paid."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from tests.flow.books import booked, rows
from tests.flow.desk import Desk
from tests.flow.gallery import picture
from tests.flow.stage import Stage
from tests.flow.workshop import PROMPT, paid_posts, pixels

FIELDS = [
    *("ok", "capability", "transport", "provider", "model"),
    *("attempts", "outputs", "ignoredOverrides", "error"),
]
IMAGE = "google/gemini-3.1-flash-image-preview"
PRIMARY = "google/gemini-3-pro-image-preview"
FALLBACK = "bytedance-seed/seedream-4.5"  # makes nothing but pictures
CHOICE = "agents.defaults.imageGenerationModel"
DOWN = {"kind": "status", "status": 503}


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def makes(desk: Desk, kind: str, target: Path | str, *more: str) -> dict[str, Any]:
    """The envelope of a call that succeeds."""
    done = asks(desk, kind, target, *more)
    found = envelope(done)
    assert done.returncode == 0, done.stderr
    return found


def asks(desk: Desk, kind: str, target: Path | str, *more: str) -> subprocess.CompletedProcess[str]:
    options = ("--prompt", PROMPT, "--output", str(target), *more, "--json")
    return desk.runs("infer", kind, "generate", *options)


def envelope(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert list(found) == FIELDS
    assert found["ok"] == (done.returncode == 0)
    assert (found["transport"], found["provider"]) == ("local", "openrouter")
    return found


def test_a_picture_lands_in_its_file_and_is_booked(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "fox.png"
    found = makes(desk, "image", target, "--aspect-ratio", "16:9", "--resolution", "1K")
    assert (found["capability"], found["model"]) == ("image.generate", IMAGE)
    assert (found["ignoredOverrides"], found["error"]) == ([], None)
    data = target.read_bytes()
    expected = {"path": str(target), "mimeType": "image/png", "size": len(data)}
    (output,) = found["outputs"]
    assert output.items() >= expected.items()
    (attempt,) = found["attempts"]
    assert (attempt["ok"], attempt["model"]) == (True, IMAGE)
    (post,) = paid_posts(desk.stage, "image")
    assert attempt["costUsd"] == pytest.approx(post["cost_usd"], abs=1e-6)
    assert post["json"]["image_config"] == {"aspect_ratio": "16:9", "image_size": "1K"}
    assert post["json"]["messages"] == [{"role": "user", "content": PROMPT}]
    assert booked(desk.stage, "image") == {"done": 1}
    width, height = pixels(data)
    assert width > height
    assert leftovers(target) == []


def test_without_json_the_path_is_all_that_is_printed(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "fox.png"
    line = ("infer", "image", "generate", "--prompt", PROMPT, "--output", str(target))
    done = desk.runs(*line)
    assert (done.returncode, done.stdout) == (0, f"{target}\n")


def test_two_pictures_are_two_files_of_one_call(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "fox.png"
    found = makes(desk, "image", target, "--count", "2")
    files = [target, tmp_path / "fox-2.png"]
    assert [output["path"] for output in found["outputs"]] == list(map(str, files))
    assert len({path.read_bytes() for path in files}) == 2
    assert len(paid_posts(desk.stage, "image")) == 1


def test_the_place_of_each_picture_is_looked_at_before_anything_is_paid(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "fox-2.png").mkdir()
    done = asks(desk, "image", tmp_path / "fox.png", "--count", "2")
    assert done.returncode == 2
    assert "fox-2.png is a folder" in envelope(done)["error"]
    assert paid_posts(desk.stage, "image") == []


def test_a_picture_is_changed_with_the_pictures_that_are_given(desk: Desk, tmp_path: Path) -> None:
    original = tmp_path / "blue.png"
    original.write_bytes(data := picture("blue"))
    makes(desk, "image", tmp_path / "green.png", "--image", str(original))
    (post,) = paid_posts(desk.stage, "image")
    words, shown = post["json"]["messages"][0]["content"]
    assert words["text"] == PROMPT
    assert shown["image_url"]["url"]["bytes"] == len(data)


@pytest.mark.parametrize(("name", "format"), [("fox.jpg", "JPEG"), ("fox.WEBP", "WEBP")])
def test_a_picture_is_of_the_kind_that_its_name_says(
    desk: Desk, tmp_path: Path, name: str, format: str
) -> None:
    found = makes(desk, "image", tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert image.format == format
    assert found["outputs"][0]["mimeType"] == f"image/{format.lower()}"
    assert found["outputs"][0]["size"] == (tmp_path / name).stat().st_size
    assert found["ignoredOverrides"] == []


def test_a_film_is_ordered_waited_for_and_fetched(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "fox.mp4"
    more = ("--duration", "5.4", "--aspect-ratio", "9:16", "--resolution", "720P")
    found = makes(desk, "video", target, *more)
    assert (found["capability"], found["model"]) == ("video.generate", "google/veo-3.1-fast")
    assert found["outputs"][0]["mimeType"] == "video/mp4"
    assert found["ignoredOverrides"] == ["5.4 seconds are not available; 6 seconds were used"]
    with av.open(str(target)) as film:
        assert film.streams.video[0].height > film.streams.video[0].width
    (post,) = paid_posts(desk.stage, "video")
    assert (post["json"]["duration"], post["json"]["resolution"]) == (6, "720p")
    assert found["attempts"][0]["costUsd"] == pytest.approx(post["cost_usd"])
    kept = rows(desk.stage, "select state, cost_micro_usd from paid_calls where kind = 'video'")
    assert kept == [("done", round(post["cost_usd"] * 1_000_000))]


def test_a_film_begins_and_ends_with_the_pictures_that_are_given(
    desk: Desk, tmp_path: Path
) -> None:
    frames = [tmp_path / "a.png", tmp_path / "b.jpg"]
    frames[0].write_bytes(picture("red"))
    frames[1].write_bytes(picture("blue", format="JPEG"))
    options = [option for path in frames for option in ("--image", str(path))]
    makes(desk, "video", tmp_path / "fox.mp4", *options)
    (post,) = paid_posts(desk.stage, "video")
    sent = post["json"]["frame_images"]
    assert [frame["frame_type"] for frame in sent] == ["first_frame", "last_frame"]


def test_a_service_that_is_down_for_a_moment_does_not_cost_the_film(
    desk: Desk, tmp_path: Path
) -> None:
    fault = {"endpoint": "video_poll", **DOWN, "retry_after_s": 0.1}
    desk.stage.openrouter.post("faults", [fault])
    makes(desk, "video", tmp_path / "fox.mp4")
    assert len(paid_posts(desk.stage, "video")) == 1


def test_a_finished_film_is_fetched_again_when_its_place_is_down_for_a_moment(
    desk: Desk, tmp_path: Path
) -> None:
    faults = [
        {"endpoint": name, "times": 2, "retry_after_s": 0.1, **DOWN}
        for name in ("cdn", "video_content")
    ]
    desk.stage.openrouter.post("faults", faults)
    makes(desk, "video", tmp_path / "fox.mp4")
    assert len(paid_posts(desk.stage, "video")) == 1
    assert booked(desk.stage, "video") == {"done": 1}


def test_a_film_that_can_not_be_fetched_is_told_with_its_job(desk: Desk, tmp_path: Path) -> None:
    faults = [
        {"endpoint": name, "kind": "status", "status": 403, "times": None}
        for name in ("cdn", "video_content")
    ]
    desk.stage.openrouter.post("faults", faults)
    done = asks(desk, "video", tmp_path / "fox.mp4")
    assert done.returncode == 1
    (post,) = paid_posts(desk.stage, "video")
    assert post["answer"]["job_id"] in envelope(done)["error"]


def test_a_film_that_is_not_ready_in_time_is_told_with_its_job(desk: Desk, tmp_path: Path) -> None:
    desk.stage.openrouter.post("settings", {"video": {"make_ms": 600_000}})
    target = tmp_path / "fox.mp4"
    done = asks(desk, "video", target, "--timeout-ms", "1500")
    assert done.returncode == 1
    (post,) = paid_posts(desk.stage, "video")
    said = envelope(done)["error"]
    assert "timed out after 1500ms" in said
    assert post["answer"]["job_id"] in said
    assert "may still be made and charged" in said
    assert booked(desk.stage, "video") == {"maybe_paid": 1}
    assert not target.exists()


@pytest.mark.parametrize("name", ["song.mp3", "song.wav"])
def test_a_song_is_of_the_format_that_its_name_says(desk: Desk, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    found = makes(desk, "music", target, "--lyrics", "la la la", "--duration", "3")
    assert (found["capability"], found["model"]) == ("music.generate", "google/lyria-3-pro-preview")
    (post,) = paid_posts(desk.stage, "music")
    assert post["json"]["audio"] == {"format": target.suffix[1:]}
    assert found["outputs"][0]["text"] == "la la la"
    assert_song(target)


def test_a_name_without_a_kind_takes_what_comes(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "track"
    found = makes(desk, "music", target)
    assert found["outputs"][0]["mimeType"] == "audio/wav"
    assert target.read_bytes()[:4] == b"RIFF"


def test_too_little_time_for_songs_is_raised_and_told(desk: Desk, tmp_path: Path) -> None:
    timeout = ("agents.defaults.musicGenerationModel.timeoutMs", "5000")
    assert desk.runs("config", "set", *timeout).returncode == 0
    found = makes(desk, "music", tmp_path / "song.mp3")
    assert ["120 s are used" in notice for notice in found["ignoredOverrides"]] == [True]


def test_fallbacks_step_in_unless_a_model_was_asked_for(desk: Desk, tmp_path: Path) -> None:
    value = f"{{ primary: 'openrouter/{PRIMARY}', fallbacks: ['openrouter/{FALLBACK}'] }}"
    assert desk.runs("config", "set", CHOICE, value).returncode == 0
    fault = {"endpoint": "image", "model": "gemini-3-pro", "times": None, **DOWN}
    desk.stage.openrouter.post("faults", [fault])
    found = makes(desk, "image", tmp_path / "a.png")
    assert found["model"] == FALLBACK
    assert [post["json"]["modalities"] for post in paid_posts(desk.stage, "image")] == [
        ["image", "text"],
        ["image"],
    ]
    assert [attempt["ok"] for attempt in found["attempts"]] == [False, True]
    assert found["attempts"][0]["code"] == "upstream.down"

    strict = asks(desk, "image", tmp_path / "b.png", "--model", f"openrouter/{PRIMARY}")
    assert strict.returncode == 1
    assert len(envelope(strict)["attempts"]) == 1
    assert not (tmp_path / "b.png").exists()


def test_what_may_have_been_paid_is_not_paid_again_elsewhere(desk: Desk, tmp_path: Path) -> None:
    choice = ("agents.defaults.videoGenerationModel", "openrouter/google/veo-3.1")
    assert desk.runs("config", "set", *choice).returncode == 0
    faults = [
        {"endpoint": name, "kind": "status", "status": 403, "times": None}
        for name in ("cdn", "video_content")
    ]
    desk.stage.openrouter.post("faults", faults)
    done = asks(desk, "video", tmp_path / "fox.mp4")
    assert done.returncode == 1
    assert len(paid_posts(desk.stage, "video")) == 1, "another model would be paid as well"
    assert booked(desk.stage, "video") == {"maybe_paid": 1}


FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "image": ({"endpoint": "image", "kind": "status", "status": 402}, "upstream.credit"),
    "video": ({"endpoint": "videos", "kind": "status", "status": 429}, "upstream.rate"),
    "music": ({"endpoint": "music", "kind": "cut", "after_chunks": 3}, "upstream.down"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_leaves_the_old_file_and_no_other(desk: Desk, tmp_path: Path, kind: str) -> None:
    fault, code = FAILURES[kind]
    target = tmp_path / {"image": "a.png", "video": "a.mp4", "music": "a.mp3"}[kind]
    target.write_bytes(b"old")
    desk.stage.openrouter.post("faults", [fault])
    done = asks(desk, kind, target)
    assert done.returncode == 1
    found = envelope(done)
    assert [attempt["code"] for attempt in found["attempts"]] == [code]
    assert found["outputs"] == []
    assert done.stderr.startswith("parley: ")
    assert target.read_bytes() == b"old"
    assert leftovers(target) == []
    assert len(paid_posts(desk.stage, kind)) == 1
    assert desk.stage.key not in done.stdout + done.stderr


def test_a_film_that_fails_upstream_says_why(desk: Desk, tmp_path: Path) -> None:
    desk.stage.openrouter.post("settings", {"video": {"fail": "No actors today."}})
    done = asks(desk, "video", tmp_path / "a.mp4")
    assert done.returncode == 1
    assert "No actors today." in envelope(done)["error"]


def test_more_pictures_than_a_model_takes_are_wrong_usage_and_cost_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "p.png").write_bytes(picture("red"))
    given = ("--image", str(tmp_path / "p.png"))
    for kind, most in (("image", 5), ("music", 1), ("video", 2)):
        name = {"image": "a.png", "music": "a.mp3", "video": "a.mp4"}[kind]
        done = asks(desk, kind, tmp_path / name, *given * (most + 1))
        assert done.returncode == 2
        assert "Please send" in envelope(done)["error"]
        assert envelope(done)["attempts"] == []
    assert desk.stage.upstream_calls() == []


def test_without_a_key_the_envelope_says_so(desk: Desk, tmp_path: Path) -> None:
    line = ("infer", "image", "generate", "--prompt", "x", "--output", str(tmp_path / "a.png"))
    done = desk.runs(*line, "--json", key="")
    assert done.returncode == 2
    assert "OPENROUTER_API_KEY" in envelope(done)["error"]


# -- helpers


def leftovers(target: Path) -> list[Path]:
    """Drafts beside the file."""
    return list(target.parent.glob(".*"))


def assert_song(path: Path) -> None:
    with av.open(str(path)) as track:
        assert track.format.name == path.suffix[1:]
        assert sum(frame.samples for frame in track.decode(audio=0)) > 8_000
