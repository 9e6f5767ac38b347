"""What the postman gives a channel: the parts of a job, each under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

from bot.turns.channel import Channel, Part, TextPart
from bot.turns.postman import CANCEL, Postman
from bot.turns.tasks import Tasks
from tests.unit.jobs.test_job_words import job


@dataclass
class Chat:
    """Implements what the postman uses of Channel and Reply."""

    parts: list[TextPart] = field(default_factory=list)
    changes: list[tuple[str, bool]] = field(default_factory=list)

    def reply(self, place: object, *, turn_id: str, answers: str) -> Any:
        return self

    async def deliver(self, part: Part) -> None:
        assert isinstance(part, TextPart)
        self.parts.append(part)

    async def change(self, key: str, part: TextPart | None) -> None:
        self.changes.append((key, part is None))

    async def close(self) -> None:
        return None


async def test_each_try_has_a_status_of_its_own_with_a_button() -> None:
    chat, tasks = Chat(), Tasks()
    postman = Postman(tasks, {"telegram": cast(Channel, chat)})
    for tries in range(2):
        one = replace(job(state="polling"), tries=tries)
        await postman.show(one, "Filming")
        await postman.show(one, "Filming on")
        await postman.clear(one)
        await postman.leave(one)
    await tasks.finish(within_s=5)
    keys = [part.key for part in chat.parts]
    assert len(set(keys)) == 2
    assert chat.changes == [(key, gone) for key in keys for gone in (False, True)]
    assert all(part.buttons[0][0].label == CANCEL for part in chat.parts)
