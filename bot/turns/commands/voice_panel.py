"""The panels of /voice: what stands here as text, and everything that can be chosen as buttons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.turns.channel import Button, Rows
from bot.turns.commands.desk import Answer, Spoken
from bot.turns.commands.languages import NAMES
from bot.turns.commands.standing import AUTO_WORDS, FORM_WORDS, Standing, language_of_voice

PAGE = 8  # buttons a page (facts/behaviour.md A10)
LONGEST_COMMAND_BYTES = 64
SPEEDS = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5)
AUTO_BUTTONS = {"always": ("always", "on"), "inbound": ("mirror", "mirror"), "off": ("off", "off")}
FORM_BUTTONS = {"voice": "voice", "both": "voice + text", "caption": "caption", "text": "text"}
DONE = Button("‹ all settings", "/voice")
PANEL = """\
**How I sound**
I speak: *{auto}* ({auto_from})
Form: *{form}* ({form_from})
Voice: `{voice}` ({voice_from})
Speed: *{speed}* ({speed_from})
Your notes are in: *{language}* ({language_from})"""
VOICES = "**Voices of `{model}`**, page {page} of {pages}. Chosen now: `{voice}`."
BY_NAME = "\nToo long for a button; send `/voice set NAME`: {names}"
SPEED = "**How fast I speak**: *{speed}* now. `/voice speed 1.05` takes what stands between."
LANGUAGE = (
    "**Which language your notes are in**: *{language}* now. It is a hint that helps me to "
    "understand short notes."
)
ANY_LANGUAGE = "any language"


def main(standing: Standing, *, done: str = "", spoken: Spoken | None = None) -> Answer:
    """The panel itself, after a sentence about what was just `done`."""
    language = standing.choices.language
    text = PANEL.format(
        auto=AUTO_WORDS[standing.auto],
        auto_from=standing.origin("auto"),
        form=FORM_WORDS[standing.form],
        form_from=standing.origin("form"),
        voice=standing.voice.name,
        voice_from=standing.origin("voice"),
        speed=speed_said(standing.voice.speed),
        speed_from=standing.origin("speed"),
        language=NAMES.get(language, language) if language else ANY_LANGUAGE,
        language_from=standing.origin("language"),
    )
    parts = [done, text, *standing.warnings]
    return Answer("\n\n".join(part for part in parts if part), _main_buttons(standing), spoken)


def voices(
    standing: Standing, names: Sequence[str], *, page: int, done: str = "", spoken: Spoken | None
) -> Answer:
    """One page, counted from 0, of the voices that there are."""
    model, chosen = standing.voice.model, standing.voice.name
    rows, page, pages = _page(
        [(name, f"/voice set {name}", name == chosen) for name in names if fits(name)],
        page,
        turn="/voice list",
        back=Button("as configured", "/voice set default"),
    )
    text = VOICES.format(model=model, page=page + 1, pages=pages, voice=chosen)
    long = [name for name in names if not fits(name)]
    if long:
        text += BY_NAME.format(names=_listed(long))
    return Answer(f"{done}\n\n{text}" if done else text, rows, spoken)


def speeds(standing: Standing) -> Answer:
    now = standing.voice.speed
    buttons = [
        _choice(speed_said(one), f"/voice speed {one:g}", chosen=one == (now or 1.0))
        for one in SPEEDS
    ]
    rows = _in_rows(buttons, 3)
    back = (Button("as configured", "/voice speed default"), DONE)
    return Answer(SPEED.format(speed=speed_said(now)), (*rows, back))


def languages(standing: Standing, *, page: int) -> Answer:
    """One page, counted from 0; the languages that matter here come first."""
    chosen = standing.choices.language or ""
    likely = [code for code in dict.fromkeys(standing.languages) if code in NAMES]
    codes = [*likely, *(code for code in NAMES if code not in likely)]
    rows, _, _ = _page(
        [(NAMES[code], f"/voice language {code}", code == chosen) for code in codes],
        page,
        turn="/voice language",
        back=_choice("automatic", "/voice language auto", chosen=not chosen),
    )
    return Answer(LANGUAGE.format(language=NAMES.get(chosen, chosen) or ANY_LANGUAGE), rows)


def ordered(standing: Standing, names: Iterable[str]) -> list[str]:
    """Voices of the languages that matter here first, as the model names them otherwise."""
    model, wanted = standing.voice.model, standing.languages

    def rank(name: str) -> int:
        language = language_of_voice(model, name)
        return wanted.index(language) if language and language in wanted else len(wanted)

    return sorted(names, key=rank)


def page_of(name: str, names: Sequence[str]) -> int:
    """The page, counted from 0, on which a voice stands."""
    shown = [one for one in names if fits(one)]
    return shown.index(name) // PAGE if name in shown else 0


def speed_said(speed: float | None) -> str:
    """A speed as people read it: 1 when nothing else is asked for."""
    return f"{1.0 if speed is None else speed:g}"


def fits(name: str) -> bool:
    return is_short(f"/voice set {name}")


def is_short(command: str) -> bool:
    """Whether a button can stand for `command`."""
    return len(command.encode()) <= LONGEST_COMMAND_BYTES


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _main_buttons(standing: Standing) -> Rows:
    speaking = tuple(
        _choice(label, f"/voice {word}", chosen=auto == standing.auto)
        for auto, (label, word) in AUTO_BUTTONS.items()
    )
    forms = [
        _choice(label, f"/voice form {form}", chosen=form == standing.form)
        for form, label in FORM_BUTTONS.items()
    ]
    return (
        speaking,
        *_in_rows(forms, 2),
        (Button("voices ›", "/voice list"), Button("speed ›", "/voice speed")),
        (Button("language ›", "/voice language"), Button("say something", "/voice sample")),
        (Button("as configured", "/voice default"),),
    )


def _page(
    choices: Sequence[tuple[str, str, bool]], page: int, *, turn: str, back: Button
) -> tuple[Rows, int, int]:
    """Buttons for one page of (label, command, chosen), the page shown and how many there are."""
    pages = max(1, -(-len(choices) // PAGE))
    page = min(max(page, 0), pages - 1)
    shown = [
        _choice(label, command, chosen=chosen)
        for label, command, chosen in choices[page * PAGE : (page + 1) * PAGE]
    ]
    turning = []
    if page > 0:
        turning.append(Button("‹ back", f"{turn} {page}"))
    if page < pages - 1:
        turning.append(Button("more ›", f"{turn} {page + 2}"))
    rows = _in_rows(shown, 2)
    return (*rows, *((tuple(turning),) if turning else ()), (back, DONE)), page, pages


def _choice(label: str, command: str, *, chosen: bool) -> Button:
    return Button(f"✓ {label}" if chosen else label, command)


def _in_rows(buttons: Sequence[Button], size: int) -> Rows:
    return tuple(tuple(buttons[n : n + size]) for n in range(0, len(buttons), size))
