"""One message put to the model: what it says and shows, and what had to be left out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import ListenError, StageError
from bot.turns.exhibits import Form, Senses, content, takes_any
from bot.turns.looking import Seen
from bot.turns.luggage import reply_line
from bot.turns.prompt import escape_markdown, user_text
from bot.values.conversation import Incoming

CANT_SEE = (
    "{model} can't see pictures. /model lets you choose another one, or tell me in words what you "
    "would like."
)
UNSEEN = "{model} can't see pictures, so I go by your words. /model lets you choose another one."
SILENT_FILM = "(no speech was heard in the video)"


@dataclass(frozen=True, slots=True)
class Asked:
    """`content` for the stored message, and sentences for the person about what failed.

    Nothing of it is `understood` when the model can't take what alone was sent. `unseen` says that
    there are pictures beside the words which it can't take.
    """

    content: str | list[dict[str, Any]]
    complaints: tuple[str, ...]
    understood: bool
    unseen: bool


def asked(
    incoming: Incoming,
    seen: Seen,
    *,
    heard: str | None,
    deaf: StageError | None,
    senses: Senses,
    quoted: str | None = None,
) -> Asked:
    """What to ask. `deaf` says why a film was not heard, `quoted` what was heard in the message
    that is replied to.

    Raises the StageError of what was sent when nothing of it can be used.
    """
    failed = [*seen.failed, *(seen.films_failed if heard is None else ())]
    worded = bool(heard or incoming.text or seen.worded)
    if not worded and not seen.own:
        raise (deaf or (failed[0] if failed else ListenError()))
    lines = [*seen.lines, *((SILENT_FILM,) if isinstance(deaf, ListenError) and seen.own else ())]
    if quoted is not None:
        unheard = set(_sound_lines(incoming))
        lines = [line for line in lines if line not in unheard]
    text = user_text(incoming, heard=heard, quoted=quoted, lines=lines)
    return Asked(
        content=content(text, [*seen.quoted, *seen.own]),
        complaints=tuple(dict.fromkeys(error.sentence for error in failed)),
        understood=worded or takes_any(seen.own, senses),
        unseen=worded and not seen.worded and _pictures_unseen(seen, senses),
    )


def _pictures_unseen(seen: Seen, senses: Senses) -> bool:
    return not senses.sees and any(part["as"] == Form.PICTURE for part in seen.own)


def _sound_lines(incoming: Incoming) -> Iterator[str]:
    """How the notes of the message that is replied to are told when nobody listened to them."""
    quote = incoming.quote
    for item in quote.attachments if quote else ():
        if quote and item.may_carry_sound:
            yield reply_line(quote, item)


def goes_by_words(model: str) -> str:
    """That pictures beside the words are not seen, in Markdown."""
    return UNSEEN.format(model=_named(model))


def cant_see(model: str, deaf: StageError | None) -> str:
    """Why there is no answer, in Markdown."""
    sentence = CANT_SEE.format(model=_named(model))
    return f"{deaf.sentence} {sentence}" if deaf else sentence


def _named(model: str) -> str:
    return escape_markdown(model.removeprefix("openrouter/"))
