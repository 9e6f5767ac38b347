"""Shapes and lengths: what is asked for becomes the closest thing there is, and it is said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.geometry import (
    duration_notice,
    fit_ratio,
    fit_resolution,
    fit_size,
    nearest_duration,
    nearest_ratio,
    nearest_resolution,
    nearest_size,
    ratio_of_size,
)

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
SIDES = st.integers(1, 9999)


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        ("16:9", "16:9"),
        (" 16:9 ", "16:9"),
        ("16:10", "3:2"),
        ("10:16", "2:3"),
        ("2.35:1", "21:9"),
        ("8:1", "21:9"),
        ("1:8", "9:16"),
        ("1000:999", "1:1"),
        ("wide", ""),
        ("", ""),
        ("0:1", ""),
        ("1:0", ""),
        ("16:9:4", ""),
    ],
)
def test_a_ratio_becomes_the_closest_supported_one(wanted: str, nearest: str) -> None:
    assert nearest_ratio(wanted, RATIOS) == nearest


def test_of_two_ratios_that_are_as_close_the_first_is_taken() -> None:
    assert nearest_ratio("1:1", ("9:16", "16:9")) == "9:16"
    assert nearest_ratio("1:1", ("16:9", "9:16")) == "16:9"


def test_a_name_that_is_no_ratio_is_taken_where_it_is_supported() -> None:
    assert nearest_ratio("AUTO", ("auto", "1:1")) == "auto"
    assert nearest_ratio("16:9", ("auto",)) == ""


@given(SIDES, SIDES)
def test_no_supported_ratio_is_closer_than_the_one_chosen(width: int, height: int) -> None:
    def away(ratio: str) -> float:
        left, right = map(float, ratio.split(":"))
        return abs(math.log(left / right) - math.log(width / height))

    chosen = nearest_ratio(f"{width}:{height}", RATIOS)
    assert away(chosen) <= min(map(away, RATIOS)) + 1e-6


@given(SIDES, SIDES)
def test_turning_a_picture_turns_its_ratio(width: int, height: int) -> None:
    pairs = tuple(ratio for ratio in RATIOS if ratio not in ("21:9", "1:1"))
    upright = nearest_ratio(f"{height}:{width}", pairs)
    if width != height:
        assert nearest_ratio(f"{width}:{height}", pairs) == ":".join(upright.split(":")[::-1])


@pytest.mark.parametrize(
    ("wanted", "supported", "nearest"),
    [
        (5.4, (4, 6, 8), 6),
        (7, (4, 6, 8), 8),
        (5, (4, 6, 8), 6),
        (4.4, (4, 6, 8), 4),
        (-3, (4, 6, 8), 4),
        (3600, (8, 6, 4), 8),
        (2.5, (), 3),
        (0.2, (), 1),
    ],
)
def test_a_duration_becomes_the_closest_one_and_the_longer_of_two(
    wanted: float, supported: tuple[int, ...], nearest: int
) -> None:
    assert nearest_duration(wanted, supported) == nearest


@given(st.floats(-1e6, 1e6), st.lists(st.integers(1, 600), min_size=1))
def test_a_duration_is_always_a_supported_one(wanted: float, supported: list[int]) -> None:
    assert nearest_duration(wanted, supported) in supported


@pytest.mark.parametrize("wanted", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_of_seconds_is_refused(wanted: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        nearest_duration(wanted, (4, 6, 8))


@pytest.mark.parametrize(
    ("wanted", "supported", "nearest"),
    [
        ("2k", ("1K", "2K", "4K"), "2K"),
        ("8K", ("1K", "2K", "4K"), "4K"),
        ("0.5K", ("1K", "2K"), "1K"),
        ("900P", ("720P", "1080P"), "1080P"),
        ("480p", ("720P", "1080P"), "720P"),
        ("4K", ("720P", "1080P"), "1080P"),
        ("1080", ("720p", "1080p"), "1080p"),
        ("sharp", ("1K",), ""),
        ("", ("1K",), ""),
        ("0K", ("1K",), ""),
        ("2K", (), ""),
    ],
)
def test_a_resolution_becomes_the_closest_one(
    wanted: str, supported: tuple[str, ...], nearest: str
) -> None:
    assert nearest_resolution(wanted, supported) == nearest


@pytest.mark.parametrize(
    ("size", "ratio"),
    [
        ("1920x1080", "16:9"),
        ("1024X1024", "1:1"),
        (" 1080 x 1920 ", "9:16"),
        ("2560×1440", "16:9"),
        ("1920", ""),
        ("0x10", ""),
        ("", ""),
    ],
)
def test_a_size_has_a_ratio_in_lowest_terms(size: str, ratio: str) -> None:
    assert ratio_of_size(size) == ratio


@given(SIDES, SIDES)
def test_the_ratio_of_a_size_is_that_of_its_sides(width: int, height: int) -> None:
    left, right = map(int, ratio_of_size(f"{width}x{height}").split(":"))
    assert left * height == right * width
    assert math.gcd(left, right) == 1


def test_a_size_becomes_the_closest_in_shape_and_then_in_area() -> None:
    supported = ("1280x720", "1920x1080", "720x1280", "1080x1920")
    assert nearest_size("1900x1000", supported) == "1920x1080"
    assert nearest_size("600x1000", supported) == "720x1280"
    assert nearest_size("1280X720", supported) == "1280x720"
    assert nearest_size("large", supported) == ""
    assert nearest_size("10x10", ()) == ""


def test_a_change_is_said_and_nothing_else() -> None:
    assert fit_ratio("16:10", ("16:9",)) == ("16:9", "16:10 is not available; 16:9 was used")
    assert fit_ratio("16:9", ("16:9",)) == ("16:9", "")
    assert fit_ratio("", ("16:9",)) == ("", "")
    assert fit_resolution("720p", ("720P",)) == ("720P", "")
    assert fit_size("9x9", ()) == ("", "9x9 is no size for this model; it was left out")
    assert duration_notice(5.4, 6) == "5.4 seconds are not available; 6 seconds were used"
    assert duration_notice(6, 6) == ""


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_wish_whatever_breaks_the_fitting(wanted: str, supported: str) -> None:
    offers = ("1:1", "16:9", "1K", "720P", "1280x720", supported)
    for fit in (fit_ratio, fit_resolution, fit_size):
        value, notice = fit(wanted, offers)
        assert value in ("", *offers)
        assert len(notice) < 200
