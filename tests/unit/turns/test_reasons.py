"""Every reason for silence is said in words that name what to change."""

from __future__ import annotations

import pytest

from bot.access.policy import Reason
from bot.turns.pairing import ALPHABET, CODE_LENGTH, as_code, new_code
from bot.turns.reasons import UNPREPARED, UNREADY_PLACE, WORDS, explained
from bot.values.conversation import Conversation

PLACE = Conversation("telegram", "-1001", "5")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_without_holes(reason: Reason) -> None:
    said = explained(reason.value, PLACE, "7")
    assert "{" not in said.replace('{ "-1001": { allowFrom', "")
    assert said.count("`") % 2 == 0
    assert said.endswith(".")


def test_words_name_the_chat_the_topic_and_the_person() -> None:
    assert 'groups: { "-1001": { allowFrom: ["*"] } }' in explained(
        Reason.GROUP_CHAT_NOT_ALLOWED, PLACE, "7"
    )
    assert 'groups["-1001"].topics["5"]' in explained(Reason.TOPIC_DISABLED, PLACE, "7")
    general = explained(Reason.TOPIC_DISABLED, Conversation("telegram", "-1001"), "7")
    assert 'topics["1"]' in general
    assert "`7`" in explained(Reason.ALLOWLIST_UNAUTHORIZED, PLACE, "7")


def test_a_reason_of_a_later_version_is_shown_as_it_is() -> None:
    assert "`of-next-year`" in explained("of-next-year", PLACE, "7")


def test_hints_are_about_what_can_be_set_up() -> None:
    assert Reason.NOT_MENTIONED not in UNPREPARED
    assert set(WORDS) >= UNPREPARED | UNREADY_PLACE


def test_codes_are_eight_letters_and_digits_that_nobody_mixes_up() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {CODE_LENGTH} == {8}
    used = set("".join(codes))
    assert used == set(ALPHABET)
    assert not used & set("0O1I")
    assert len(ALPHABET) == 32
    assert as_code(" `abcd2345` ") == "ABCD2345"
