"""Base64 as it really comes: cut anywhere, padded anywhere, in either alphabet."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadAnswer
from bot.openrouter.encoded import Base64Pieces, decoded


def joined(pieces: list[str]) -> bytes:
    decoder = Base64Pieces()
    return b"".join([decoder.add(piece) for piece in pieces] + [decoder.close()])


def cut(text: str | bytes, places: list[int]) -> list[str | bytes]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


@given(
    data=st.binary(max_size=300),
    places=st.lists(st.integers(0, 500)),
    url=st.booleans(),
    padded=st.booleans(),
)
def test_one_encoding_cut_anywhere_gives_its_bytes(
    *, data: bytes, places: list[int], url: bool, padded: bool
) -> None:
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    text = encode(data).decode()
    pieces = cut(text if padded else text.rstrip("="), places)
    assert joined([str(piece) for piece in pieces]) == data


@given(st.binary(max_size=300), st.lists(st.integers(0, 500)))
def test_pieces_that_are_encoded_each_by_itself_give_their_bytes(
    data: bytes, places: list[int]
) -> None:
    pieces = [base64.b64encode(bytes(piece)).decode() for piece in cut(data, places)]  # type: ignore[arg-type]
    assert joined(pieces) == data


@given(st.binary(max_size=300))
def test_a_whole_encoding_may_be_wrapped_and_lack_its_padding(data: bytes) -> None:
    assert decoded(base64.encodebytes(data).decode()) == data
    assert decoded(base64.urlsafe_b64encode(data).decode().rstrip("=")) == data


@pytest.mark.parametrize("text", ["A", "QUJDR", "****", "QQ==QQ==", "ééé", "QU\0D"])
def test_what_is_no_whole_encoding_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer):
        decoded(text)


@pytest.mark.parametrize("pieces", [["A"], ["QUJD", "R"], ["**", "**"], ["A=", "QUJD"]])
def test_pieces_that_lack_a_character_are_refused(pieces: list[str]) -> None:
    with pytest.raises(BadAnswer):
        joined(pieces)
