"""A chat request, checked: types by model, then what holds between messages."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.sandbox.openrouter.refusal import ApiRefusal

EXPECTED = ("max_completion_tokens", "session_id", "user")
PART_TYPES = frozenset({"text", "image_url", "input_audio", "file", "video_url"})
FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
B = TypeVar("B", bound=BaseModel)
STRICT_ID = re.compile(r"[A-Za-z0-9]{9}")


class _Loose(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class FunctionCall(_Loose):
    name: str
    arguments: str


class ToolCall(_Loose):
    id: str = Field(min_length=1)
    type: Literal["function"]
    function: FunctionCall


class Message(_Loose):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None
    annotations: list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The text of the message, its parts joined."""
        if isinstance(self.content, list):
            return "\n".join(
                str(p.get("text", "")) for p in self.content if p.get("type") == "text"
            )
        return self.content or ""


class Function(_Loose):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


class Tool(_Loose):
    type: str
    function: Function | None = None


class ChatRequest(_Loose):
    """The fields that the stand-in looks at; any other is taken as it comes."""

    model: str = Field(min_length=1)
    messages: list[Message] = Field(min_length=1)
    models: list[str] | None = None
    stream: bool = False
    tools: list[Tool] | None = None
    tool_choice: Literal["none", "auto", "required"] | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    seed: int | None = None
    provider: dict[str, Any] | None = None
    plugins: list[dict[str, Any]] | None = None
    reasoning: dict[str, Any] | None = None
    reasoning_effort: str | None = None
    modalities: list[Literal["text", "image", "audio"]] | None = None
    n: Annotated[int, Field(ge=1, le=10)] | None = None
    image_config: dict[str, Any] | None = None
    audio: dict[str, Any] | None = None
    response_format: dict[str, Any] | None = None
    session_id: Annotated[str, StringConstraints(max_length=256)] | None = None
    user: str | None = None
    metadata: dict[str, str] | None = None

    @property
    def cap(self) -> int | None:
        """The requested output cap."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def makes(self) -> str:
        """What is to be made: image, audio, or "" for words alone."""
        return next((kind for kind in ("image", "audio") if kind in (self.modalities or ())), "")

    @property
    def last_user_text(self) -> str:
        return next((m.text for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def system_text(self) -> str:
        return "\n".join(m.text for m in self.messages if m.role in ("system", "developer"))

    @property
    def tool_results(self) -> list[Message]:
        """The tool messages at the end of the request, oldest first."""
        results: list[Message] = []
        for message in reversed(self.messages):
            if message.role != "tool":
                break
            results.insert(0, message)
        return results

    @property
    def tool_names(self) -> list[str]:
        return [tool.function.name for tool in self.tools or () if tool.function]


def absent_fields(payload: Any) -> list[str]:
    """Which expected fields a request leaves out; `max_tokens` counts as a cap."""
    given = set(payload) if isinstance(payload, dict) else set()
    if "max_tokens" in given:
        given.add("max_completion_tokens")
    return [name for name in EXPECTED if name not in given]


def read_chat_request(payload: Any) -> ChatRequest:
    """`payload` as a request. Raises ApiRefusal 400 naming the first thing that is wrong."""
    request = parse(ChatRequest, payload)
    _check_contents(request)
    _check_tools(request)
    _check_tool_order(request)
    effort = (request.reasoning or {}).get("effort")
    contradicts = request.reasoning_effort and effort and request.reasoning_effort != effort
    # The fact sheet calls it an error; recorded DeepSeek V4 requests carry both.
    if contradicts and not request.model.startswith("deepseek/"):
        raise ApiRefusal(400, "reasoning_effort contradicts reasoning.effort")
    return request


def parse(kind: type[B], payload: Any) -> B:
    """`payload` as a `kind`. Raises ApiRefusal 400 with path and reason of the first problem."""
    try:
        return kind.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(step) for step in first["loc"]) or "body"
        raise ApiRefusal(400, f"Input validation failed: {path}: {first['msg']}") from None


def _check_contents(request: ChatRequest) -> None:
    for place, message in enumerate(request.messages):
        parts = message.content if isinstance(message.content, list) else []
        for part in parts:
            kind = part.get("type")
            if kind not in PART_TYPES or kind not in part:
                raise ApiRefusal(400, f"messages.{place}.content: invalid part of type {kind!r}")
        if message.content is None and not (message.role == "assistant" and message.tool_calls):
            raise ApiRefusal(400, f"messages.{place}.content: required for role {message.role}")


def _check_tools(request: ChatRequest) -> None:
    for place, tool in enumerate(request.tools or ()):
        if tool.type.startswith("openrouter:"):
            continue
        if tool.type != "function" or tool.function is None:
            raise ApiRefusal(400, f"tools.{place}: unknown tool type {tool.type!r}")
        if not FUNCTION_NAME.fullmatch(tool.function.name):
            raise ApiRefusal(400, f"tools.{place}.function.name: must match [A-Za-z0-9_-], 1 to 64")
    if len(set(request.tool_names)) != len(request.tool_names):
        raise ApiRefusal(400, "tools: tool names must be unique")
    if request.tool_choice not in (None, "none", "auto") and not request.tools:
        raise ApiRefusal(400, "tool_choice is only allowed when tools are specified")


def _check_tool_order(request: ChatRequest) -> None:
    """Every tool call is answered at once, and nothing is answered that was not called."""
    open_ids: set[str] = set()
    for place, message in enumerate(request.messages):
        if message.role == "tool":
            if message.tool_call_id not in open_ids:
                raise ApiRefusal(
                    400,
                    f"messages.{place}: tool message answers no preceding tool_call"
                    f" (tool_call_id {message.tool_call_id!r})",
                )
            open_ids.discard(message.tool_call_id)
            continue
        _refuse_unanswered(open_ids)
        open_ids = (
            {call.id for call in message.tool_calls or ()} if message.role == "assistant" else set()
        )
        strict = request.model.startswith("mistralai/")
        if strict and not all(STRICT_ID.fullmatch(call_id) for call_id in open_ids):
            raise ApiRefusal(
                400, "Tool call id must be a-z, A-Z, 0-9, with a length of 9. (code 3280)"
            )
    _refuse_unanswered(open_ids)


def _refuse_unanswered(open_ids: set[str]) -> None:
    if open_ids:
        raise ApiRefusal(
            400,
            "An assistant message with tool_calls must be followed by tool messages responding to "
            f"each tool_call_id. Missing: {', '.join(sorted(open_ids))}",
        )
