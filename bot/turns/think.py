"""The agent loop of one turn: ask the model, run its tools, ask again, until it has answered.

Each finished answer of the model and each round of tool results is stored before the next request,
so that a restart goes on where the turn was.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from bot.access.estimates import chat_work
from bot.errors import BadAnswer, ContextTooLong, UpstreamError
from bot.observe import killpoint
from bot.observe.trace import Stage, Trace
from bot.openrouter.failover import LineUp
from bot.openrouter.trim import trimmed
from bot.store.conversations import Choices
from bot.tools.registry import ToolContext
from bot.turns.exhibits import Exhibits
from bot.turns.history import History, room_for
from bot.turns.paying import Payer
from bot.turns.prompt import system_prompt
from bot.turns.seams import Crew
from bot.turns.steering import Steering
from bot.values.chat import ChatDone, ChatRequest, Message, TextDelta, ToolCall
from bot.values.conversation import ChatKind

OnText = Callable[[str], Awaitable[None]]
OnRound = Callable[[bool], None]
PARAGRAPH = "\n\n"
MID_STREAM_DELTA = 3
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Question:
    """What the model is asked in one turn."""

    payer: Payer
    chat_kind: ChatKind
    user_message: Message
    choices: Choices
    message_id: str = ""


class Thinker:
    """Answers one question. `on_text` gets every visible delta as it arrives.

    `on_round` hears after each answer of the model whether it was the last one; `steering` brings
    what the person has said since, where the model can still take it up; `compact` shortens a
    history that is too long.
    """

    def __init__(
        self,
        crew: Crew,
        question: Question,
        *,
        trace: Trace,
        on_text: OnText,
        on_round: OnRound,
        steering: Steering,
        compact: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._crew = crew
        self._question = question
        self._payer = question.payer
        self._trace = trace
        self._on_text = on_text
        self._on_round = on_round
        self._steering = steering
        self._compact = compact
        self._spoken_before = False
        self._deltas = 0
        self.cut_off = False  # whether the answer ended where the output cap was
        self._exhibits = Exhibits(
            crew.shelf, self._payer.conversation, crew.facts_of, workshop=crew.workshop
        )
        picked = question.choices.model
        # A model that a person picked fails visibly; nothing steps in for it.
        self._line = LineUp(
            picked or crew.settings.model, crew.settings.fallbacks, strict=bool(picked)
        )

    async def think(self) -> str:
        """The whole visible text of the answer. Raises UpstreamError."""
        messages = await self._resume()
        for message in messages:
            await self._replay(message)
        for rounds_left in reversed(range(self._crew.settings.max_rounds)):
            pending = _pending_calls(messages)
            if pending:
                results = await self._run_tools(pending, position=len(messages))
                await self._store(messages, results)
                await self._steer(messages)
            elif messages[-1]["role"] == "assistant":
                break
            done = await self._ask(messages, with_tools=rounds_left > 0)
            self.cut_off = done.finish == "length"
            messages.append(done.message)  # kept by the attempt, before its call counted as done
            self._on_round(not done.tool_calls)
        return _visible(messages)

    async def _resume(self) -> list[Message]:
        """This turn's messages so far, its question first."""
        stored = await self._crew.history.of_turn(self._payer.turn_id)
        if stored:
            return stored
        await self._renew()
        messages: list[Message] = []
        await self._store(messages, [self._question.user_message])
        return messages

    async def _renew(self) -> None:
        """Yesterday's history may be over."""
        session, reset = self._payer.session_key, self._crew.settings.sessions.reset
        now_ms = self._crew.clock.now_ms()
        if await History(self._crew.history).renew(session, reset, now_ms=now_ms):
            log.info("session.renewed", mode=reset.mode)

    async def _ask(self, messages: list[Message], *, with_tools: bool) -> ChatDone:
        """One answer, from whichever model of the line-up gives it. Raises UpstreamError."""
        while True:
            request = await self._request(messages, with_tools=with_tools)
            try:
                return await self._attempt(request, position=len(messages))
            except UpstreamError as failure:
                if self._deltas:
                    raise  # somebody has read it: no other model may begin anew
                if isinstance(failure, ContextTooLong) and await self._compacted():
                    continue
                self._line.after(failure)
                log.warning("think.asking_again", code=failure.code, model=self._line.model)

    async def _compacted(self) -> bool:
        """Whether the history is shorter now; tried once in a turn."""
        compact, self._compact = self._compact, None
        return compact is not None and await compact()

    async def _attempt(self, request: ChatRequest, *, position: int) -> ChatDone:
        """One paid call, booked by itself; its answer is stored at `position` of the turn."""
        self._trace.mark(Stage.ASKED, model=request.model)
        self._deltas = 0
        async with (
            self._crew.ledger.paid(
                self._payer.intent("chat", request.model), chat_work(request)
            ) as bill,
            aclosing(self._crew.chat.stream(request)) as events,
        ):
            async for event in events:
                bill.begun = True
                if isinstance(event, TextDelta):
                    self._deltas += 1
                    await self._show(event.text, opens=self._deltas == 1)
                    if self._deltas == MID_STREAM_DELTA:
                        killpoint.reach("mid-stream")
                elif isinstance(event, ChatDone):
                    bill.take(event)
                    await self._keep(position, [event.message])
                    return event
        raise BadAnswer("the stream ended without a result")

    async def _request(self, messages: list[Message], *, with_tools: bool) -> ChatRequest:
        settings = self._crew.settings
        earlier = await History(self._crew.history).before(
            self._payer.turn_id,
            session=self._payer.session_key,
            room=room_for(self._crew.facts_of(self._line.model)),
        )
        system = system_prompt(
            name=settings.name, persona=settings.persona, chat_kind=self._question.chat_kind
        )
        note = self._crew.chat.system_note(self._line.model)
        system = f"{system}\n\n{note}" if note else system
        asked = [{"role": "system", "content": system}, *earlier, *messages]
        if self._line.shortened:
            asked = self._shortened(asked)
        return ChatRequest(
            model=self._line.model,
            messages=await self._exhibits.shown(asked, model=self._line.model),
            tools=self._crew.tools.specs,
            # Offered still: some vendors refuse earlier calls of tools that are not declared.
            params={} if with_tools else {"toolChoice": "none"},
            thinking=self._question.choices.thinking or "",
            session_id=self._alias(self._payer.conversation),
            user=self._alias(self._payer.person),
        )

    @staticmethod
    def _shortened(messages: list[Message]) -> list[Message]:
        shorter = trimmed(messages)
        if shorter is None:
            raise ContextTooLong("nothing of this conversation can be left out")
        return shorter

    async def _run_tools(self, calls: list[ToolCall], *, position: int) -> list[Message]:
        """The results of `calls`, to be stored from `position` of the turn on."""
        self._trace.mark(Stage.TOOL, names=[call.name for call in calls])
        runs = (self._run_tool(call, position=place) for place, call in enumerate(calls, position))
        results = await asyncio.gather(*runs)
        return [
            {"role": "tool", "tool_call_id": call.id, "content": result}
            for call, result in zip(calls, results, strict=True)
        ]

    async def _run_tool(self, call: ToolCall, *, position: int) -> str:
        context = ToolContext(
            conversation=self._payer.conversation,
            person=self._payer.person,
            turn_id=self._payer.turn_id,
            call_id=f"{position}/{call.id}",
            message_id=self._question.message_id,
        )
        return await self._crew.tools.call(call, context)

    async def _steer(self, messages: list[Message]) -> None:
        """Take up what the person has said since."""
        said = await self._steering.offer()
        if said:
            await self._keep(len(messages), said, answers=self._steering.entry_ids)
            messages.extend(said)
            await self._steering.accept()

    async def _store(self, messages: list[Message], new: list[Message]) -> None:
        await self._keep(len(messages), new)
        messages.extend(new)

    async def _keep(
        self, position: int, new: list[Message], *, answers: Sequence[int] = ()
    ) -> None:
        await self._crew.history.add(
            self._payer.session_key,
            turn_id=self._payer.turn_id,
            position=position,
            messages=new,
            answers=answers,
        )

    async def _show(self, text: str, *, opens: bool) -> None:
        """Pass text on; a second stretch, after tools, begins a paragraph."""
        if opens and self._spoken_before:
            await self._on_text(PARAGRAPH)
        self._spoken_before = True
        self._trace.mark_once(Stage.FIRST_TOKEN)
        await self._on_text(text)

    async def _replay(self, message: Message) -> None:
        """What was written before a restart is shown and spoken again from the start."""
        text = message.get("content")
        if message["role"] == "assistant" and isinstance(text, str) and text.strip():
            await self._show(text, opens=True)
            self._on_round(not message.get("tool_calls"))

    def _alias(self, value: str) -> str:
        """A stable name for upstream that says nothing about the person."""
        return hmac.new(self._crew.user_secret, value.encode(), hashlib.sha256).hexdigest()[:32]


def _pending_calls(messages: list[Message]) -> list[ToolCall]:
    last = messages[-1]
    return [
        ToolCall(
            id=call["id"],
            name=call["function"]["name"],
            arguments=call["function"]["arguments"],
        )
        for call in last.get("tool_calls") or ()
    ]


def _visible(messages: list[Message]) -> str:
    texts = (
        message["content"]
        for message in messages
        if message["role"] == "assistant" and isinstance(message.get("content"), str)
    )
    return PARAGRAPH.join(text for text in texts if text.strip())
