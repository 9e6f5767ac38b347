"""One chat answer on its way out, whole or as a stream of events, and what it is billed."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.openrouter.account import new_id
from bot.sandbox.openrouter.billing import bill
from bot.sandbox.openrouter.chat_request import ChatRequest
from bot.sandbox.openrouter.exchange import WRONG_TYPE, Exchange
from bot.sandbox.openrouter.faults import Fault
from bot.sandbox.openrouter.made import Made
from bot.sandbox.openrouter.media_steps import chopped, dress, media_steps
from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.scripts import Answer
from bot.sandbox.openrouter.steps import Step, cut

COMMENT = b": OPENROUTER PROCESSING\n\n"
DONE = b"data: [DONE]\n\n"
COMMENT_EVERY_S = 5.0
PROVIDER = "Rehearsal"
BREAKS = ("cut", "truncated", "error_chunk")


class Completion:
    """One answer. What was made is billed in full: its maker can't be stopped half-way."""

    def __init__(
        self,
        exchange: Exchange,
        request: ChatRequest,
        model: Model,
        answer: Answer,
        made: Made,
        *,
        prompt: int,
    ) -> None:
        taste = exchange.account.preferences
        self._exchange = exchange
        self._request = request
        self._answer = answer
        self._model = model
        self._made = made
        self._prompt = prompt
        self._reasoning_sent = 0
        self._started_s = exchange.service.clock.monotonic()
        self._created = exchange.service.clock.now_ms() // 1000
        self._steps, self._whole = cut(answer, taste.chat)
        fault = exchange.fault
        self._sent = made
        if fault is not None and fault.kind == "truncated_base64":
            self._sent = chopped(made, fault.keep)
        self._steps += media_steps(
            self._sent, make_ms=taste.image.make_ms, music=taste.music, now_s=self._created
        )
        self._id = exchange.call.generation_id = new_id(f"gen-{self._created}")
        self._finish = answer.finish_reason or ("tool_calls" if answer.tool_calls else "stop")

    async def run(self) -> None:
        """Send the answer; book what was generated, also when the client leaves half-way."""
        settled = False
        try:
            await (self._stream() if self._request.stream else self._send_whole())
            settled = True
        finally:
            self._book(cancelled=not settled)

    async def _stream(self) -> None:
        exchange, fault = self._exchange, self._exchange.fault
        kind = "text/event-stream"
        if fault is not None and fault.kind == "wrong_content_type":
            kind = fault.content_type or WRONG_TYPE
        await exchange.begin(
            200, {"content-type": kind, "cache-control": "no-cache", "x-generation-id": self._id}
        )
        await exchange.write(COMMENT)
        await self._event(self._chunk({"role": "assistant", "content": ""}))
        if fault is not None and fault.kind in BREAKS:
            await self._break_off(fault)
            return
        await self._send_steps(self._steps)
        await self._event(self._chunk({"content": ""}, finish=self._finish))
        await self._event(
            {**self._head("chat.completion.chunk"), "choices": [], "usage": self._usage()}
        )
        await exchange.write(DONE)
        await exchange.finish()

    async def _break_off(self, fault: Fault) -> None:
        """The first steps, then an error chunk or nothing more."""
        await self._send_steps(self._steps[: fault.after_chunks])
        if fault.kind == "error_chunk":
            await self._event(
                self._error_chunk(fault.status or 502, fault.message, fault.error_type)
            )
        if fault.kind == "error_chunk" or fault.clean:
            await self._exchange.finish()

    async def _send_steps(self, steps: list[Step]) -> None:
        due_s = self._started_s
        for step in steps:
            due_s = await self._wait(step, due_s)
            await self._event(self._chunk(step.delta))
            self._count(step)

    async def _send_whole(self) -> None:
        due_s = self._started_s
        for step in self._steps:
            due_s = await self._wait(step, due_s)
            self._count(step)
        choice = {
            "index": 0, "logprobs": None, "finish_reason": self._finish,
            "native_finish_reason": self._finish,
            "message": dress(self._whole.message(), self._sent),
        }  # fmt: skip
        await self._exchange.reply_json(
            {**self._head("chat.completion"), "choices": [choice], "usage": self._usage()},
            headers={"x-generation-id": self._id},
        )

    async def _wait(self, step: Step, due_s: float) -> float:
        """Wait for the step's time, with comments meanwhile; returns that time."""
        service = self._exchange.service
        if step.hold:
            await self._exchange.wait_at_gate(step.hold)
            due_s = service.clock.monotonic()
        due_s += step.wait_ms / 1000
        while due_s - service.clock.monotonic() > COMMENT_EVERY_S:
            await service.clock.sleep(COMMENT_EVERY_S)
            if self._request.stream:
                await self._exchange.write(COMMENT)
        await service.sleep_until(due_s)
        return due_s

    def _count(self, step: Step) -> None:
        if step.is_media:
            return
        call = self._exchange.call
        call.tokens_sent += 1
        self._reasoning_sent += step.is_reasoning
        if step.delta.get("content"):
            call.mark("first_token")
            call.mark("last_token")

    def _head(self, kind: str) -> dict[str, Any]:
        model = self._answer.model or self._model.id
        return {
            "id": self._id, "provider": PROVIDER, "model": model, "object": kind,
            "created": self._created,
        }  # fmt: skip

    def _chunk(self, delta: dict[str, Any], *, finish: str | None = None) -> dict[str, Any]:
        choice = {
            "index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish,
            "native_finish_reason": finish, "logprobs": None,
        }  # fmt: skip
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def _error_chunk(self, code: int, message: str, error_type: str) -> dict[str, Any]:
        error = ApiRefusal(code, message or "Provider disconnected", error_type=error_type)
        self._exchange.call.error = error.message
        return {**self._chunk({"content": ""}, finish="error"), "error": error.body()["error"]}

    async def _event(self, payload: dict[str, Any]) -> None:
        await self._exchange.write(b"data: " + json.dumps(payload).encode() + b"\n\n")

    def _usage(self) -> dict[str, Any]:
        return bill(
            self._model,
            self._made,
            prompt=self._prompt,
            completion=self._exchange.call.tokens_sent,
            reasoning=self._reasoning_sent,
            override=self._answer.usage,
        )

    def _book(self, *, cancelled: bool) -> None:
        exchange, usage, whole = self._exchange, self._usage(), self._whole
        now_s = exchange.service.clock.monotonic()
        exchange.call.answer = {
            "text": whole.text, "tool_calls": whole.tool_calls, "usage": usage,
            **self._made.notes(),
        }  # fmt: skip
        for tool_call in whole.tool_calls:
            if whole.reasoning_details:
                exchange.account.sign(tool_call["id"], whole.reasoning_details)
        exchange.account.book(
            exchange.call,
            cost_usd=float(usage["cost"]),
            known_at_s=now_s + exchange.account.preferences.account.generation_lag_ms / 1000,
            model=self._answer.model or self._model.id,
            api_type="completions",
            provider_name=PROVIDER,
            streamed=self._request.stream,
            cancelled=cancelled,
            tokens_prompt=usage["prompt_tokens"],
            tokens_completion=usage["completion_tokens"],
            native_tokens_prompt=usage["prompt_tokens"],
            native_tokens_completion=usage["completion_tokens"],
            native_tokens_reasoning=self._reasoning_sent,
            generation_time=round((now_s - self._started_s) * 1000),
            finish_reason=self._finish,
        )
