"""`/voice`: how the bot sounds in one conversation, chosen with buttons or typed.

`/voice mine …` is the same for the person, wherever they talk to the bot.
Source: facts/behaviour.md J3, J6.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from bot.store.conversations import person_key
from bot.turns.commands import voice_panel as panel
from bot.turns.commands.ask import Ask
from bot.turns.commands.desk import Answer, Desk, Spoken
from bot.turns.commands.languages import NAMES, language_named, sample_in
from bot.turns.commands.standing import AUTO_WORDS, FORM_WORDS, Standing, language_of_voice
from bot.turns.prompt import escape_markdown
from bot.values.conversation import ChatKind, Incoming

DEFAULT = ("default", "reset")
MINE = "mine"
OF_VOICE = {
    "auto": "when I speak", "form": "form", "voice": "voice", "speed": "speed",
    "language": "language",
}  # fmt: skip
AUTO_NAMES = {
    "on": "always", "always": "always", "mirror": "inbound", "inbound": "inbound", "off": "off",
    "tagged": "tagged",
}  # fmt: skip
FORM_NAMES = {"voice": "voice", "both": "both", "caption": "caption", "text": "text"}
SLOWEST, FASTEST = 0.5, 2.0
LONGEST_NAME = 100
PART_OF_BLEND = re.compile(r"\([\d.]+\)")  # the weight in `af_bella(2)+af_sky(1)`
SPEAKS = "I speak: *{auto}*."
FORM_SET = "From now on an answer is *{form}*."
VOICE_SET = "This is `{voice}`."
SPEED_SET = "I speak at speed *{speed}* now."
LANGUAGE_SET = "I take your notes to be in *{language}*."
ALL_BACK = "Everything is as configured again."
ON_TRUST = "I don't know which voices `{model}` has, so I take your word for `{voice}`."
UNLISTED = "I don't know which voices `{model}` has. `/voice set NAME` takes any."
NO_VOICE = "There is no voice `{voice}`.{nearest}"
NEAREST = " Did you mean {names}?"
NO_SPEED = "I can't speak at speed *{speed}*. It goes from 0.5 to 2; 1 is normal."
NO_LANGUAGE = "I don't know the language *{language}*. Send a code such as `de`, or choose one."
NO_FORM = "There is no form *{form}*. Choose voice, both, caption or text."
YOURS = "**Yours, wherever we talk**"
CHAT_WINS = "\n\nThis chat has chosen for itself: {names}. That is stronger here."
USAGE = """\
I don't know `/voice {args}`. There is:
/voice – everything with buttons
`/voice on`, `/voice mirror`, `/voice off` – when I speak
`/voice form voice`, `both`, `caption` or `text`
`/voice set NAME`, `/voice list` – the voice
`/voice speed 1.1`, `/voice language de`
`/voice sample` – hear it
`/voice default` – as configured
`/voice mine …` – any of these for you alone, wherever we talk"""

Part = Callable[[Ask, str], Awaitable[Answer]]


async def voice(desk: Desk, incoming: Incoming) -> Answer:
    """`/voice`, and what it is told to change; see `USAGE`."""
    args = incoming.command.args.strip() if incoming.command else ""
    first, _, rest = args.partition(" ")
    if first.lower() != MINE:
        return await _answer(Ask(desk, incoming, mine=False), args)
    answer = await _answer(Ask(desk, incoming, mine=True), rest.strip())
    here = await desk.conversations.choices(incoming.conversation.key)
    return _as_own(answer, stronger=[name for name in OF_VOICE if getattr(here, name) is not None])


async def _answer(ask: Ask, args: str) -> Answer:
    verb, _, rest = args.partition(" ")
    verb, rest = verb.lower(), rest.strip()
    if not args:
        return panel.main(await ask.standing())
    if verb in AUTO_NAMES and not rest:
        return await _speak_when(ask, AUTO_NAMES[verb])
    if verb in DEFAULT and not rest:
        return await _all_back(ask)
    part = PARTS.get(verb)
    if part is None:
        return Answer(USAGE.format(args=_code(f"{MINE} {args}" if ask.mine else args)))
    return await part(ask, rest)


def _as_own(answer: Answer, *, stronger: Sequence[str]) -> Answer:
    """The same about the person: its buttons choose for them, wherever they talk to the bot."""
    said = f"{YOURS}\n{answer.markdown}"
    if stronger:
        said += CHAT_WINS.format(names=", ".join(OF_VOICE[name] for name in stronger))
    rows = [
        tuple(
            replace(button, command=command)
            for button in row
            if panel.is_short(command := f"/voice {MINE}{button.command.removeprefix('/voice')}")
        )
        for row in answer.buttons
    ]
    return Answer(said, tuple(row for row in rows if row), answer.spoken)


async def _speak_when(ask: Ask, auto: str) -> Answer:
    if auto != "off":
        await ask.desk.history.forget_refusal(ask.incoming.conversation.key)
    standing = await ask.chosen(auto=auto)
    return panel.main(standing, done=SPEAKS.format(auto=AUTO_WORDS[auto]))


async def _all_back(ask: Ask) -> Answer:
    """In a private chat the person's own preferences go as well, or it would not be true."""
    key = ask.incoming.conversation.key
    await ask.desk.history.forget_refusal(key)
    nothing: dict[str, Any] = dict.fromkeys(OF_VOICE)
    if ask.mine or ask.incoming.chat_kind is ChatKind.PRIVATE:
        own = person_key(key, ask.incoming.sender.id)
        await ask.desk.conversations.choose(own, limit=None, summary=None, **nothing)
    return panel.main(await ask.chosen(**nothing), done=ALL_BACK)


async def _form(ask: Ask, wanted: str) -> Answer:
    wanted = wanted.lower()
    if not wanted:
        return panel.main(await ask.standing())
    if wanted not in FORM_NAMES and wanted not in DEFAULT:
        standing = await ask.standing()
        return panel.main(standing, done=NO_FORM.format(form=_shown(wanted)))
    standing = await ask.chosen(form=FORM_NAMES.get(wanted))
    return panel.main(standing, done=FORM_SET.format(form=FORM_WORDS[standing.form]))


async def _set(ask: Ask, wanted: str) -> Answer:
    """Choose a voice, and let it be heard at once."""
    if not wanted:
        return await _list(ask, "")
    if wanted.lower() in DEFAULT:
        return await _introduced(ask, await ask.chosen(voice=None), done="")
    standing = await ask.standing()
    model, known = standing.voice.model, ask.desk.models.voices(standing.voice.model)
    name = _named(wanted, known)
    if name is None:
        return _no_voice(standing, wanted, known)
    done = "" if known else ON_TRUST.format(model=model, voice=name)
    return await _introduced(ask, await ask.chosen(voice=name), done=done)


async def _introduced(ask: Ask, standing: Standing, *, done: str) -> Answer:
    """The voice that was just chosen, among the others, so that the next can be tried."""
    name, model = standing.voice.name, standing.voice.model
    names = panel.ordered(standing, ask.desk.models.voices(model))
    if not names:
        return panel.main(standing, done=done, spoken=sample(standing))
    page = panel.page_of(name, names)
    done = done or VOICE_SET.format(voice=name)
    return panel.voices(standing, names, page=page, done=done, spoken=sample(standing))


async def _list(ask: Ask, page: str) -> Answer:
    """The voices of the model that speaks here, by page."""
    standing = await ask.standing()
    names = panel.ordered(standing, ask.desk.models.voices(standing.voice.model))
    if not names:
        return panel.main(standing, done=UNLISTED.format(model=standing.voice.model))
    return panel.voices(standing, names, page=_number(page), spoken=None)


async def _speed(ask: Ask, wanted: str) -> Answer:
    if not wanted:
        return panel.speeds(await ask.standing())
    speed = _speed_named(wanted)
    if speed is None and wanted.lower() not in DEFAULT:
        return Answer(
            NO_SPEED.format(speed=_shown(wanted)),
            panel.speeds(await ask.standing()).buttons,
        )
    standing = await ask.chosen(speed=speed)
    said = panel.speed_said(standing.voice.speed)
    return panel.main(standing, done=SPEED_SET.format(speed=said))


async def _language(ask: Ask, wanted: str) -> Answer:
    if not wanted or wanted.isdecimal():
        return panel.languages(await ask.standing(), page=_number(wanted))
    code = language_named(wanted)
    if not code and wanted.lower() not in ("auto", "automatic", *DEFAULT):
        buttons = panel.languages(await ask.standing(), page=0).buttons
        return Answer(NO_LANGUAGE.format(language=_shown(wanted)), buttons)
    standing = await ask.chosen(language=code or None)
    said = NAMES[code] if code else panel.ANY_LANGUAGE
    return panel.main(standing, done=LANGUAGE_SET.format(language=said))


async def _sample(ask: Ask, _rest: str) -> Answer:
    standing = await ask.standing()
    return panel.main(standing, spoken=sample(standing))


PARTS: Mapping[str, Part] = {
    "form": _form,
    "set": _set,
    "list": _list,
    "voices": _list,
    "speed": _speed,
    "language": _language,
    "lang": _language,
    "sample": _sample,
}


def sample(standing: Standing) -> Spoken:
    """A sentence in the voice's own language, else in one that matters here."""
    chosen = standing.voice
    language = language_of_voice(chosen.model, chosen.name)
    return Spoken(sample_in(language, *standing.languages), chosen)


def _no_voice(standing: Standing, wanted: str, known: tuple[str, ...]) -> Answer:
    if not known:
        return panel.main(standing, done=UNLISTED.format(model=standing.voice.model))
    near = get_close_matches(wanted, known, n=2, cutoff=0.7)
    nearest = NEAREST.format(names=" or ".join(f"`{name}`" for name in near)) if near else ""
    done = NO_VOICE.format(voice=_code(wanted), nearest=nearest)
    return panel.voices(standing, panel.ordered(standing, known), page=0, done=done, spoken=None)


def _named(wanted: str, known: tuple[str, ...]) -> str | None:
    """The voice that is meant by `wanted`, None when there is none.

    Where it is unknown what there is, a name counts that could be one. Kokoro's voices can be
    blended.
    """
    if len(wanted) > LONGEST_NAME or not wanted.isprintable() or "`" in wanted:
        return None
    if not known:
        return None if " " in wanted else wanted
    by_lower = {name.lower(): name for name in known}
    if wanted.lower() in by_lower:
        return by_lower[wanted.lower()]
    parts = PART_OF_BLEND.sub("", wanted).split("+")
    return wanted if len(parts) > 1 and all(part in known for part in parts) else None


def _speed_named(wanted: str) -> float | None:
    """1.25 for `1.25`, `1,25` and `1.25x`; None for what is no speed."""
    try:
        speed = float(wanted.lower().removesuffix("x").replace(",", "."))
    except ValueError:
        return None
    return round(speed, 2) if SLOWEST <= speed <= FASTEST else None


def _number(page: str) -> int:
    """A page as people count, from 0; the first for what is no number."""
    return int(page[:4]) - 1 if page[:4].isdecimal() else 0


def _shown(typed: str) -> str:
    """What somebody typed, harmless in Markdown."""
    return escape_markdown(" ".join(typed[:40].split()))


def _code(typed: str) -> str:
    """What somebody typed, to stand in `code`."""
    return " ".join(typed.replace("`", "").split())[:40]
