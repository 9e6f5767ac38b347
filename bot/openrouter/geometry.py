"""Wishes about shape and length, brought to what a model can do: pure, nothing is asked here.

`nearest_*` give a value, `fit_*` also the sentence that tells the model what became of its wish.
Sources: facts/openrouter-wire.md §12.4, §13.1 and §13.5.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

RATIO = re.compile(r"\s*(\d{1,5}(?:\.\d{1,4})?)\s*[:/]\s*(\d{1,5}(?:\.\d{1,4})?)\s*")
SIZE = re.compile(r"\s*(\d{1,5})\s*[xX×*]\s*(\d{1,5})\s*")
RESOLUTION = re.compile(r"\s*(\d{1,5}(?:\.\d{1,2})?)\s*([kKpP]?)\s*")
LINES_PER_K = 540  # 2K is as high as 1080P, 4K as 2160P
SHOWN_CHARS = 20

T = TypeVar("T")


class Fit(NamedTuple):
    """A value that the model takes, empty for none; `notice` is empty when it is the one asked."""

    value: str
    notice: str = ""


def nearest_ratio(wanted: str, supported: Sequence[str]) -> str:
    """The supported aspect ratio closest to `wanted` by logarithm; empty when there is none."""
    named = _named(wanted, supported)
    return named or _nearest(_ratio(wanted), supported, _ratio)


def nearest_resolution(wanted: str, supported: Sequence[str]) -> str:
    """The supported one of `1K`, `2K`, `720P`, ... closest to `wanted`; empty when there is none.

    Of two that are equally close the larger one.
    """
    named = _named(wanted, supported)
    return named or _nearest(_lines(wanted), _largest_first(supported, _lines), _lines)


def nearest_size(wanted: str, supported: Sequence[str]) -> str:
    """The supported `1280x720` closest in shape, among those in area; empty when there is none."""
    named = _named(wanted, supported)
    if named:
        return named
    shape = _nearest(_size_ratio(wanted), supported, _size_ratio)
    alike = [size for size in supported if _size_ratio(size) == _size_ratio(shape)]
    return _nearest(_area(wanted), _largest_first(alike, _area), _area) if shape else ""


def nearest_duration(wanted: float, supported: Sequence[int]) -> int:
    """The supported number of seconds closest to `wanted`, itself rounded to at least 1 first.

    Of two that are equally close the longer one: with 4, 6 and 8, 5.4 gives 6 and 7 gives 8.
    Nothing supported means anything is. Raises ValueError for no number of seconds at all.
    """
    if not math.isfinite(wanted):
        raise ValueError("a duration is a finite number of seconds")
    whole = max(1, math.floor(wanted + 0.5))
    return min(supported, key=lambda one: (abs(one - whole), -one), default=whole)


def ratio_of_size(size: str) -> str:
    """`1920x1080` as `16:9`, in lowest terms; empty for anything else."""
    sides = _sides(size)
    if sides is None:
        return ""
    common = math.gcd(*sides)
    return f"{sides[0] // common}:{sides[1] // common}"


def fit_ratio(wanted: str, supported: Sequence[str]) -> Fit:
    """`wanted` as `nearest_ratio` gives it, and what to say about it."""
    return _fit("aspect ratio", wanted, nearest_ratio(wanted, supported))


def fit_resolution(wanted: str, supported: Sequence[str]) -> Fit:
    """`wanted` as `nearest_resolution` gives it, and what to say about it."""
    return _fit("resolution", wanted, nearest_resolution(wanted, supported))


def fit_size(wanted: str, supported: Sequence[str]) -> Fit:
    """`wanted` as `nearest_size` gives it, and what to say about it."""
    return _fit("size", wanted, nearest_size(wanted, supported))


def duration_notice(wanted: float, used: float) -> str:
    """What to say about a duration that was changed; empty when it was not."""
    if wanted == used:
        return ""
    return f"{wanted:g} seconds are not available; {used:g} seconds were used"


def dropped_notice(what: str) -> str:
    """What to say about a wish that the model takes no hint for."""
    return f"this model takes no {what}; it was left out"


def _fit(what: str, wanted: str, value: str) -> Fit:
    asked = wanted.strip()
    if not asked or asked.lower() == value.lower():
        return Fit(value)
    if not value:
        return Fit("", f"{asked[:SHOWN_CHARS]} is no {what} for this model; it was left out")
    return Fit(value, f"{asked[:SHOWN_CHARS]} is not available; {value} was used")


def _named(wanted: str, supported: Sequence[str]) -> str:
    asked = wanted.strip().lower()
    return next((one for one in supported if one.lower() == asked), "") if asked else ""


def _nearest(
    wanted: float | None, supported: Sequence[str], measure: Callable[[str], float | None]
) -> str:
    """Of equals the first one."""
    measured = [(one, size) for one in supported if (size := measure(one)) is not None]
    if wanted is None or not measured:
        return ""
    # Rounded, so that equal distances are equal whichever way they were computed.
    return min(measured, key=lambda one: round(abs(math.log(one[1] / wanted)), 9))[0]


def _largest_first(
    supported: Sequence[str], measure: Callable[[str], float | None]
) -> Sequence[str]:
    return sorted(supported, key=lambda one: -(measure(one) or 0))


def _ratio(text: str) -> float | None:
    found = RATIO.fullmatch(text)
    if found is None:
        return None
    width, height = float(found[1]), float(found[2])
    return width / height if width and height else None


def _sides(size: str) -> tuple[int, int] | None:
    found = SIZE.fullmatch(size)
    if found is None or not int(found[1]) or not int(found[2]):
        return None
    return int(found[1]), int(found[2])


def _size_ratio(size: str) -> float | None:
    sides = _sides(size)
    return sides[0] / sides[1] if sides else None


def _area(size: str) -> float | None:
    sides = _sides(size)
    return float(sides[0] * sides[1]) if sides else None


def _lines(resolution: str) -> float | None:
    found = RESOLUTION.fullmatch(resolution)
    if found is None or not float(found[1]):
        return None
    return float(found[1]) * (LINES_PER_K if found[2].lower() == "k" else 1)
