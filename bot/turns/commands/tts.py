"""`/tts`: speaking, as OpenClaw's users type it (facts/behaviour.md D5, L18).

`/tts on`, `off`, `limit` and `summary` are the person's own preferences and hold in all of their
chats; `/tts chat` is the conversation's, and stronger.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

from bot.store.conversations import person_key
from bot.turns.commands.desk import Answer, Desk, Spoken
from bot.turns.commands.standing import AUTO_WORDS, FORM_WORDS, Standing
from bot.turns.commands.voice_panel import speed_said
from bot.turns.prompt import escape_markdown
from bot.values.conversation import Incoming

PROVIDER = "openrouter"
DEFAULT = "default"
SHORTEST_LIMIT, LONGEST_LIMIT = 100, 4096  # characters (facts/behaviour.md L18)
OWN_AUTO = {"on": "always", "off": "off", DEFAULT: None}
CHAT_AUTO = {"on": "always", "off": "off", "mirror": "inbound", "inbound": "inbound", DEFAULT: None}
SWITCHES = {"on": True, "off": False, DEFAULT: None}
STATUS = """\
**Speaking**
I speak: *{auto}* ({auto_from})
Form: *{form}* ({form_from})
Voice: `{voice}` ({voice_from}), speed {speed}
Long answers, over {limit} characters: {summary} ({summary_from})
Provider: {provider}, `{model}`"""
IN_SHORT, IN_FULL = "told in short", "spoken whole, in several messages if need be"
SET_ON = "From now on I speak every answer to you."
SET_OFF = "From now on I answer you in writing."
SET_DEFAULT = "You have no preference of your own any more."
CHAT_WINS = "This chat has its own setting, though: I speak *{auto}*. `/tts chat default` lifts it."
NOW = "So here I speak: *{auto}*."
CHAT_SET = "In this chat I speak: *{auto}*."
CHAT_BACK = "This chat has no setting of its own any more. I speak: *{auto}*."
NO_ANSWER = "There is no answer here yet that I could speak."
SAID_ALREADY = "I have spoken that answer again already; it is still the last one."
PROVIDER_IS = "OpenRouter speaks here, with `{model}`. There is no other provider to choose."
NO_PROVIDER = "I know no provider *{name}*. OpenRouter is the only one, and it speaks here."
NO_PERSONA = "There are no personas to choose from. /voice chooses how I sound."
LIMIT_IS = "Answers over {limit} characters are {summary}. `/tts limit 1500` changes that length."
LIMIT_SET = "Answers over {limit} characters are long from now on: {summary}."
LIMIT_HINT = "`/tts summary on` has long answers told in short."
NO_LIMIT = "The limit is a number from 100 to 4096. Now it is {limit}."
SUMMARY_SET = "Answers over {limit} characters are {summary} from now on."
SUMMARY_IS = "Answers over {limit} characters are {summary}. `/tts summary on` or `off` changes it."
NO_TEXT = "What should I say? Send for example `/tts audio Good morning!`"
TOO_LONG = "That is {length} characters; I can say {limit} at once. Please send it in parts."
HELP = """\
/tts – what holds here
`/tts on`, `/tts off`, `/tts default` – whether I speak to you, wherever we talk
`/tts chat on`, `off` or `default` – whether I speak in this chat; stronger
`/tts latest` – speak the last answer
`/tts audio TEXT` – say something
`/tts limit 1500`, `/tts summary on`, `off` or `default` – what happens to long answers
`/tts provider`, `/tts persona` – who speaks
/voice – voice, form, speed and language with buttons"""
UNKNOWN = "I don't know `/tts {args}`. There is:\n" + HELP

Part = Callable[[Desk, Incoming, str], Awaitable[Answer]]


async def tts(desk: Desk, incoming: Incoming) -> Answer:
    """`/tts` and its parts; see `HELP`."""
    words = incoming.command.args.split(maxsplit=1) if incoming.command else []
    verb, rest = (words[0].lower() if words else "status"), "".join(words[1:]).strip()
    if verb in OWN_AUTO and not rest:
        return await _own(desk, incoming, verb)
    part = PARTS.get(verb)
    if part is None:
        return _unknown(f"{verb} {rest}")
    return await part(desk, incoming, rest)


async def _own(desk: Desk, incoming: Incoming, verb: str) -> Answer:
    if verb == "on":
        await desk.history.forget_refusal(incoming.conversation.key)
    standing = await _prefers(desk, incoming, auto=OWN_AUTO[verb])
    said = {"on": SET_ON, "off": SET_OFF, DEFAULT: SET_DEFAULT}[verb]
    if standing.here.auto is not None:
        said += " " + CHAT_WINS.format(auto=AUTO_WORDS[standing.auto])
    elif verb == DEFAULT:
        said += " " + NOW.format(auto=AUTO_WORDS[standing.auto])
    return Answer(_with_warnings(said, standing))


async def _status(desk: Desk, incoming: Incoming, _rest: str) -> Answer:
    standing = await Standing.of(desk, incoming)
    text = STATUS.format(
        auto=AUTO_WORDS[standing.auto],
        auto_from=standing.origin("auto"),
        form=FORM_WORDS[standing.form],
        form_from=standing.origin("form"),
        voice=standing.voice.name,
        voice_from=standing.origin("voice"),
        speed=speed_said(standing.voice.speed),
        limit=standing.limit_chars,
        summary=_summary(standing),
        summary_from=standing.origin("summary"),
        provider=PROVIDER,
        model=standing.voice.model,
    )
    return Answer(_with_warnings(text, standing))


async def _chat(desk: Desk, incoming: Incoming, wanted: str) -> Answer:
    if not wanted:
        return await _status(desk, incoming, "")
    if wanted.lower() not in CHAT_AUTO:
        return _unknown(f"chat {wanted}")
    auto = CHAT_AUTO[wanted.lower()]
    if auto not in (None, "off"):
        await desk.history.forget_refusal(incoming.conversation.key)
    await desk.conversations.choose(incoming.conversation.key, auto=auto)
    standing = await Standing.of(desk, incoming)
    said = CHAT_BACK if auto is None else CHAT_SET
    return Answer(_with_warnings(said.format(auto=AUTO_WORDS[standing.auto]), standing))


async def _latest(desk: Desk, incoming: Incoming, _rest: str) -> Answer:
    """Speak the last answer. The same command taken up after a crash is no repeat."""
    key = incoming.conversation.key
    text = await desk.history.last_answer(desk.sessions.key(incoming))
    if not text:
        return Answer(NO_ANSWER)
    fingerprint = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if not await desk.history.speak_again(key, fingerprint, command=incoming.message_id):
        return Answer(SAID_ALREADY)
    return Answer("", spoken=Spoken(text, (await Standing.of(desk, incoming)).voice))


async def _audio(desk: Desk, incoming: Incoming, text: str) -> Answer:
    """Say `text`, whether or not answers are spoken."""
    if not text:
        return Answer(NO_TEXT)
    limit = desk.manner.limit_chars
    if len(text) > limit:
        return Answer(TOO_LONG.format(length=len(text), limit=limit))
    return Answer("", spoken=Spoken(text, (await Standing.of(desk, incoming)).voice))


async def _provider(desk: Desk, _incoming: Incoming, wanted: str) -> Answer:
    if wanted.lower() in ("", PROVIDER):
        return Answer(PROVIDER_IS.format(model=desk.manner.voice.model))
    return Answer(NO_PROVIDER.format(name=escape_markdown(wanted[:20])))


async def _persona(_desk: Desk, _incoming: Incoming, _rest: str) -> Answer:
    return Answer(NO_PERSONA)


async def _limit(desk: Desk, incoming: Incoming, wanted: str) -> Answer:
    standing = await Standing.of(desk, incoming)
    if not wanted:
        return _told(LIMIT_IS, standing, hint=LIMIT_HINT)
    limit = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0
    if wanted.lower() != DEFAULT and not SHORTEST_LIMIT <= limit <= LONGEST_LIMIT:
        return Answer(NO_LIMIT.format(limit=standing.limit_chars))
    standing = await _prefers(desk, incoming, limit=limit or None)
    return _told(LIMIT_SET, standing, hint=LIMIT_HINT)


async def _summarise(desk: Desk, incoming: Incoming, wanted: str) -> Answer:
    if wanted.lower() not in SWITCHES:
        return _told(SUMMARY_IS, await Standing.of(desk, incoming))
    chosen = SWITCHES[wanted.lower()]
    return _told(SUMMARY_SET, await _prefers(desk, incoming, summary=chosen))


async def _help(_desk: Desk, _incoming: Incoming, _rest: str) -> Answer:
    return Answer(HELP)


PARTS: Mapping[str, Part] = {
    "status": _status,
    "chat": _chat,
    "latest": _latest,
    "audio": _audio,
    "provider": _provider,
    "persona": _persona,
    "limit": _limit,
    "summary": _summarise,
    "help": _help,
}


def _unknown(args: str) -> Answer:
    return Answer(UNKNOWN.format(args=" ".join(args.replace("`", "").split())[:40]))


async def _prefers(desk: Desk, incoming: Incoming, **changes: Any) -> Standing:
    """Change what the person wants in all of their chats."""
    own = person_key(incoming.conversation.key, incoming.sender.id)
    await desk.conversations.choose(own, **changes)
    return await Standing.of(desk, incoming)


def _told(sentence: str, standing: Standing, *, hint: str = "") -> Answer:
    """A sentence about long answers; `hint` says how to have them shorter, if they aren't yet."""
    said = sentence.format(limit=standing.limit_chars, summary=_summary(standing))
    return Answer(f"{said} {hint}" if hint and not standing.summarised else said)


def _summary(standing: Standing) -> str:
    return IN_SHORT if standing.summarised else IN_FULL


def _with_warnings(text: str, standing: Standing) -> str:
    return "\n\n".join([text, *standing.warnings])
