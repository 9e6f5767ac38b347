"""The access matrix as far as lists and mentions go (facts/behaviour.md A3 to A5)."""

from __future__ import annotations

import pytest

from bot.access.policy import AccessRules, GroupRule, Verdict
from bot.values.conversation import ChatKind, Conversation, Incoming, Person

ANSWER, IGNORE, STRANGER = Verdict.ANSWER, Verdict.IGNORE, Verdict.STRANGER
ANYBODY = frozenset({"*"})
ANN = frozenset({"7"})
BO = frozenset({"8"})


def message(*, group: bool, addressed: bool = True) -> Incoming:
    """A message of person 7, in private or in group -100."""
    return Incoming(
        conversation=Conversation("telegram", "-100" if group else "7"),
        message_id="1",
        sender=Person("7"),
        chat_kind=ChatKind.GROUP if group else ChatKind.PRIVATE,
        sent_at_ms=0,
        addressed=addressed,
    )


@pytest.mark.parametrize(
    ("rules", "owner", "verdict"),
    [
        (AccessRules(), False, STRANGER),
        (AccessRules(), True, ANSWER),
        (AccessRules(dm_policy="open", allow_from=ANYBODY), False, ANSWER),
        (AccessRules(allow_from=ANN), False, ANSWER),
        (AccessRules(allow_from=BO), False, STRANGER),
        (AccessRules(allow_from=BO), True, ANSWER),
        (AccessRules(dm_policy="allowlist", allow_from=ANN), False, ANSWER),
        (AccessRules(dm_policy="disabled", allow_from=ANYBODY), True, IGNORE),
        (AccessRules(group_policy="open"), False, STRANGER),
    ],
)
def test_private_chats(rules: AccessRules, owner: bool, verdict: Verdict) -> None:  # noqa: FBT001
    assert rules.judge(message(group=False), owner=owner) is verdict


@pytest.mark.parametrize(
    ("rules", "addressed", "owner", "verdict"),
    [
        (AccessRules(), True, True, IGNORE),
        (AccessRules(dm_policy="open", allow_from=ANYBODY), True, False, IGNORE),
        (AccessRules(groups={"-100": GroupRule()}), True, False, ANSWER),
        (AccessRules(groups={"-100": GroupRule()}), False, False, IGNORE),
        (AccessRules(groups={"*": GroupRule()}), True, False, ANSWER),
        (AccessRules(groups={"-200": GroupRule()}), True, False, IGNORE),
        (AccessRules(groups={"-100": GroupRule(enabled=False)}), True, True, IGNORE),
        (AccessRules(groups={"-100": GroupRule(require_mention=False)}), False, False, ANSWER),
        (AccessRules(groups={"-100": GroupRule()}, allow_from=BO), True, False, IGNORE),
        (AccessRules(groups={"-100": GroupRule()}, allow_from=BO), True, True, ANSWER),
        (AccessRules(groups={"-100": GroupRule()}, group_allow_from=BO), True, False, IGNORE),
        (
            AccessRules(groups={"-100": GroupRule(allow_from=ANN)}, group_allow_from=BO),
            True,
            False,
            ANSWER,
        ),
        (
            AccessRules(groups={"-100": GroupRule(policy="open")}, allow_from=BO),
            True,
            False,
            ANSWER,
        ),
        (AccessRules(group_policy="open"), True, False, ANSWER),
        (AccessRules(group_policy="open"), False, False, IGNORE),
        (AccessRules(group_policy="disabled", groups={"-100": GroupRule()}), True, True, IGNORE),
    ],
)
def test_groups(rules: AccessRules, addressed: bool, owner: bool, verdict: Verdict) -> None:  # noqa: FBT001
    assert rules.judge(message(group=True, addressed=addressed), owner=owner) is verdict
