"""The rehearsal model: says that it is one, what it heard and saw, and calls the tools it is told.

Deterministic. `use tool NAME with {json}` calls a tool (several may follow each other), "draw",
"film" and "sing" call the media tools, the word "markdown" brings Markdown, `in N sentences` a
longer answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from bot.sandbox.openrouter.chat_request import ChatRequest
from bot.sandbox.openrouter.parts import Seen
from bot.sandbox.openrouter.scripts import Answer, ScriptedCall
from bot.sandbox.openrouter.wishes import media_call, sentence_after

WHO = "I am a rehearsal model, not a real one."
ORDER = re.compile(r"\buse (?:the )?tool ([A-Za-z0-9_-]{1,64})(?:\s+with\s+(?=\{))?", re.IGNORECASE)
LENGTH = re.compile(r"\bin (\d{1,3}) sentences\b", re.IGNORECASE)
MARKDOWN = """## Rehearsal

{who} You said: *{heard}*

- **bold**, _italic_ and `code`
- a [link](https://example.com/)

```python
print("hello")
```

> A quotation, and then the end."""
LONGEST_ECHO = 600
LONGEST_QUOTE = 200


def rehearse(request: ChatRequest, seen: Sequence[Seen] = (), *, text: str | None = None) -> Answer:
    """The answer to `request`; `text` replaces the usual words but no tool call."""
    if request.makes:
        return Answer(text=_caption(request))
    if request.tool_results:
        return Answer(text=text or _report(request))
    heard = request.last_user_text.strip()
    calls = _orders(heard) or _wishes(request, heard)
    missing = [call.name for call in calls if call.name not in request.tool_names]
    if missing:
        return Answer(text=f"{WHO} Nobody offered me a tool named {missing[0]}.")
    if calls and request.tool_choice != "none":
        return Answer(tool_calls=calls)
    return Answer(text=text or _words(heard, _sights(seen)))


def _caption(request: ChatRequest) -> str:
    """The words beside a picture; a song has its own, and image-only models have none."""
    if request.makes != "image" or "text" not in (request.modalities or ()):
        return ""
    return f"Here it is: {request.last_user_text.strip()[:LONGEST_ECHO]}"


def _wishes(request: ChatRequest, heard: str) -> list[ScriptedCall]:
    around = [m.text for m in request.messages if m.role not in ("system", "developer")]
    call = media_call(heard, request.tool_names, around)
    return [call] if call is not None and request.tool_choice != "none" else []


def _sights(seen: Sequence[Seen]) -> str:
    """What came with the last words, a sentence each."""
    told = []
    for part in (part for part in seen if part.is_latest):
        size = f"{part.width} x {part.height} pixels"
        if part.kind == "image_url":
            told.append(
                f"I see a picture of {size}." if part.data else "I see a picture's address."
            )
        elif part.kind == "video_url":
            told.append(f"I see a film of {part.seconds:.0f} seconds, {size}.")
        elif part.kind == "input_audio":
            told.append(f"I hear {part.seconds:.0f} seconds of sound.")
        elif part.paper is not None:
            paper = part.paper
            words = paper.words[:LONGEST_QUOTE] or "no words I can read"
            told.append(f"I read {paper.name}, pages: {paper.pages}. It says: {words}.")
    return " ".join(told)


def _words(heard: str, sights: str = "") -> str:
    who = f"{WHO} {sights}" if sights else WHO
    if not heard:
        return who if sights else f"{WHO} You said nothing."
    short = heard if len(heard) <= LONGEST_ECHO else heard[:LONGEST_ECHO].rstrip() + "…"
    if "markdown" in heard.lower():
        return MARKDOWN.format(who=who, heard=short.replace("\n", " "))
    words = f"{who} You said: {short}"
    length = LENGTH.search(heard)
    if length:
        more = (f"This is sentence number {n}." for n in range(3, int(length[1]) + 1))
        words = " ".join([words.rstrip(".!?") + ".", *more])
    return words


def _report(request: ChatRequest) -> str:
    """What the tools said, each under the name it was called by."""
    names = {
        call.id: call.function.name
        for message in request.messages
        for call in message.tool_calls or ()
    }
    called = [(names.get(r.tool_call_id or "", "unknown"), r.text) for r in request.tool_results]
    made = [sentence for name, text in called if (sentence := sentence_after(name, text))]
    if len(made) == len(called):
        return " ".join(dict.fromkeys(made))
    lines = [f"The tool {name} answered: {text[:LONGEST_ECHO]}" for name, text in called]
    return "\n".join([WHO, *lines])


def _orders(text: str) -> list[ScriptedCall]:
    """The tool calls that `text` asks for; arguments that are no JSON object count as none."""
    calls = []
    for found in ORDER.finditer(text):
        arguments: Any = {}
        if text[found.end() : found.end() + 1] == "{":
            try:
                arguments, _ = json.JSONDecoder().raw_decode(text, found.end())
            except ValueError:
                arguments = {}
        calls.append(ScriptedCall(name=found[1], arguments=arguments))
    return calls
