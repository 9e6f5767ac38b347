"""What models write into the media tools is read leniently, and refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tools.media_arguments import (
    MOST_PICTURES,
    Arguments,
    ImageArguments,
    MusicArguments,
    VideoArguments,
    read,
)
from bot.tools.registry import ToolFailed


def test_numbers_may_be_text_and_nulls_are_nothing() -> None:
    image = read(
        ImageArguments, {"prompt": " a fox ", "count": "2", "timeoutMs": "90000", "model": None}
    )
    assert (image.prompt, image.count, image.timeout_ms, image.model) == ("a fox", 2, 90_000, "")
    video = read(VideoArguments, {"durationSeconds": "5.4", "audio": "true", "imageRoles": None})
    assert (video.duration_seconds, video.audio, video.image_roles) == (5.4, True, ())
    music = read(MusicArguments, {"instrumental": "yes", "lyrics": None, "durationSeconds": 30})
    assert (music.instrumental, music.lyrics, music.duration_seconds) == (True, "", 30)


def test_names_may_be_written_either_way_and_unknown_ones_are_ignored() -> None:
    assert read(ImageArguments, {"aspect_ratio": "1:1"}).aspect_ratio == "1:1"
    assert read(ImageArguments, {"aspectRatio": "1:1", "quality": "high"}).aspect_ratio == "1:1"


@pytest.mark.parametrize(
    ("given", "refs"),
    [
        ({"image": "m1"}, ("m1",)),
        ({"image": ["m1", "m2"]}, ("m1", "m2")),
        ({"images": "@m1"}, ("m1",)),
        ({"image": "m1", "images": ["@m1", " m2 ", "", "@"]}, ("m1", "m2")),
        ({"image": "", "images": None}, ()),
        ({}, ()),
    ],
)
def test_pictures_come_under_both_names_and_each_once(
    given: dict[str, Any], refs: tuple[str, ...]
) -> None:
    assert read(ImageArguments, given).pictures == refs


def test_too_many_pictures_are_refused() -> None:
    many = read(Arguments, {"images": [f"m{n}" for n in range(MOST_PICTURES + 1)]})
    with pytest.raises(ToolFailed, match="at most 10 pictures, 11 were given"):
        _ = many.pictures


@pytest.mark.parametrize(
    ("form", "given", "name"),
    [
        (ImageArguments, {"count": "many"}, "count"),
        (ImageArguments, {"count": 0}, "count"),
        (ImageArguments, {"timeoutMs": 600_001}, "timeoutMs"),
        (ImageArguments, {"timeoutMs": 0}, "timeoutMs"),
        (ImageArguments, {"prompt": {"text": "a fox"}}, "prompt"),
        (ImageArguments, {"action": "delete"}, "action"),
        (VideoArguments, {"durationSeconds": 0}, "durationSeconds"),
        (VideoArguments, {"durationSeconds": "long"}, "durationSeconds"),
        (VideoArguments, {"providerOptions": "seed"}, "providerOptions"),
        (MusicArguments, {"format": "ogg"}, "format"),
        (MusicArguments, ["a fox"], "arguments"),
    ],
)
def test_what_cant_be_meant_is_refused_by_name(
    form: type[Arguments], given: object, name: str
) -> None:
    with pytest.raises(ToolFailed, match=f"^{name}"):
        read(form, given)
