"""The rehearsal model: says that it is one, says what it heard, and calls the tools it is told to.

Deterministic. `use tool NAME with {json}` calls a tool (several may follow each other), the word
"markdown" brings Markdown, `in N sentences` a longer answer.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bot.sandbox.openrouter.chat_request import ChatRequest
from bot.sandbox.openrouter.scripts import Answer, ScriptedCall

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


def rehearse(request: ChatRequest, *, text: str | None = None) -> Answer:
    """The answer to `request`; `text` replaces the usual words but no tool call."""
    results = request.tool_results
    if results:
        return Answer(text=text or _report(request))
    heard = request.last_user_text.strip()
    calls = _orders(heard)
    missing = [call.name for call in calls if call.name not in request.tool_names]
    if missing:
        return Answer(text=f"{WHO} Nobody offered me a tool named {missing[0]}.")
    if calls and request.tool_choice != "none":
        return Answer(tool_calls=calls)
    return Answer(text=text or _words(heard))


def _words(heard: str) -> str:
    if not heard:
        return f"{WHO} You said nothing."
    short = heard if len(heard) <= LONGEST_ECHO else heard[:LONGEST_ECHO].rstrip() + "…"
    if "markdown" in heard.lower():
        return MARKDOWN.format(who=WHO, heard=short.replace("\n", " "))
    words = f"{WHO} You said: {short}"
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
    lines = []
    for result in request.tool_results:
        name = names.get(result.tool_call_id or "", "unknown")
        lines.append(f"The tool {name} answered: {result.text[:LONGEST_ECHO]}")
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
