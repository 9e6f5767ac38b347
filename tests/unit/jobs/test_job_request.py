"""What is ordered: the same wish is known again, and comes back from its row as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.request import TITLE_CHARS, PictureRef, Request, kind_of, title_of
from bot.values.media import ImageOrder, MediaKind, MusicOrder, Picture, VideoOrder

WISH = Request(
    kind=MediaKind.VIDEO,
    prompt="A red fox",
    models=("openrouter/a/b", "openrouter/c/d"),
    timeout_s=600,
    options={"duration_s": 6.0, "aspect_ratio": "9:16"},
    pictures=(PictureRef("m1", "first_frame"), PictureRef("m2")),
    title="A red fox",
)


@pytest.mark.parametrize(
    "same",
    [
        replace(WISH, prompt="  a RED\n fox "),
        replace(WISH, options={"aspect_ratio": "9:16", "duration_s": 6.0}),
        replace(WISH, timeout_s=1, title="else", models=("openrouter/a/b",)),
    ],
)
def test_the_same_wish_in_other_words_of_no_weight_is_the_same(same: Request) -> None:
    assert same.fingerprint == WISH.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(WISH, kind=MediaKind.IMAGE),
        replace(WISH, prompt="A red fox!"),
        replace(WISH, options={"duration_s": 8.0, "aspect_ratio": "9:16"}),
        replace(WISH, options={}),
        replace(WISH, pictures=()),
        replace(WISH, pictures=(PictureRef("m1"), PictureRef("m2", "first_frame"))),
        replace(WISH, models=("openrouter/c/d", "openrouter/a/b")),
    ],
)
def test_another_wish_is_another(other: Request) -> None:
    assert other.fingerprint != WISH.fingerprint


@given(
    prompt=st.text(),
    options=st.dictionaries(
        st.sampled_from(["aspect_ratio", "resolution", "size"]), st.text(), max_size=3
    ),
    refs=st.lists(st.builds(PictureRef, st.text(min_size=1), st.text()), max_size=3),
    models=st.lists(st.text(min_size=1), min_size=1, max_size=3),
    kind=st.sampled_from(MediaKind),
)
def test_a_request_survives_its_row(
    prompt: str,
    options: dict[str, str],
    refs: list[PictureRef],
    models: list[str],
    kind: MediaKind,
) -> None:
    wish = Request(
        kind=kind,
        prompt=prompt,
        models=tuple(models),
        timeout_s=12.5,
        options=options,
        pictures=tuple(refs),
        title=title_of(prompt),
    )
    back = Request.from_row(kind, json.loads(json.dumps(wish.as_row())))
    assert back == wish
    assert back.fingerprint == wish.fingerprint


@pytest.mark.parametrize(
    ("kind", "form", "options"),
    [
        (MediaKind.IMAGE, ImageOrder, {"count": 2, "resolution": "2K"}),
        (MediaKind.VIDEO, VideoOrder, {"duration_s": 6.0, "audio": False, "seed": 7}),
        (MediaKind.MUSIC, MusicOrder, {"lyrics": "la", "instrumental": True}),
    ],
)
def test_each_kind_becomes_its_own_order(
    kind: MediaKind, form: type, options: dict[str, object]
) -> None:
    wish = Request(kind=kind, prompt="x", models=("a",), timeout_s=5, options=options)
    picture = Picture(b"p")
    order = wish.order("openrouter/a/b", [picture])
    assert order == form(
        prompt="x", model="openrouter/a/b", pictures=(picture,), timeout_s=5, **options
    )
    assert kind_of(order) is kind


def test_a_title_is_one_short_line_that_ends_at_a_word() -> None:
    assert title_of("  a red\nfox  ") == "a red fox"
    assert title_of("x" * TITLE_CHARS) == "x" * TITLE_CHARS
    long = title_of("a very long walk, through the snow, with a fox and his friends")
    assert long == "a very long walk, through the snow, with a fox…"
    assert title_of("x" * 99) == "x" * TITLE_CHARS + "…"
