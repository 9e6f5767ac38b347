"""How answers are said in one conversation, and who decided that: what /voice and /tts show."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.conversations import Choices, person_key
from bot.turns.commands.desk import Desk
from bot.turns.manner import AUTOS, FORMS, MannerSettings, manner_of
from bot.values.audio import Voice
from bot.values.conversation import ChatKind, Incoming
from bot.voice.language import iso_639_1
from bot.voice.voice_choice import languages_of

AUTO_WORDS = {
    "off": "never",
    "always": "every answer",
    "inbound": "when you send a voice note",
    "tagged": "only what I choose to say aloud",
}
FORM_WORDS = {
    "voice": "voice alone",
    "both": "voice and text",
    "caption": "voice with the text as its caption",
    "text": "text alone",
}
HERE, OWN, CONFIGURED = "chosen in this chat", "your own preference", "as configured"
MUTE_FORM = "With text alone nothing is spoken: choose another form in /voice."
REFUSED = (
    "Voice messages are refused here, so I write. Your privacy settings decide that, in a group "
    "its admins do. `/voice on` lets me try again."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`here` is what the conversation chose, `own` what the person did in all of theirs.

    `refused` says that the last voice message was not accepted here; `language` is the one that
    the person's app speaks, "" when unknown.
    """

    settings: MannerSettings
    here: Choices
    own: Choices
    refused: bool
    language: str

    @classmethod
    async def of(cls, desk: Desk, incoming: Incoming) -> Standing:
        """What holds for the sender of `incoming`, now."""
        key = incoming.conversation.key
        return cls(
            settings=desk.manner,
            here=await desk.conversations.choices(key),
            own=await desk.conversations.choices(person_key(key, incoming.sender.id)),
            refused=await desk.history.refuses_voice(key),
            language=iso_639_1(incoming.sender.language),
        )

    @property
    def choices(self) -> Choices:
        """The conversation's choices over the person's own."""
        return self.here.over(self.own)

    @property
    def auto(self) -> str:
        chosen = self.choices.auto
        return chosen if chosen in AUTOS else self.settings.auto

    @property
    def form(self) -> str:
        chosen = self.choices.form
        return chosen if chosen in FORMS else self.settings.form

    @property
    def voice(self) -> Voice:
        """The voice that speaks here, apart from what the language of an answer changes."""
        return manner_of(
            self.settings,
            self.choices,
            was_voice=True,
            chat_kind=ChatKind.PRIVATE,
            voice_refused=False,
        ).voice

    @property
    def languages(self) -> tuple[str, str]:
        """The languages that matter here, the likelier first; "" for unknown."""
        return self.choices.language or "", self.language

    @property
    def limit_chars(self) -> int:
        return self.choices.limit or self.settings.limit_chars

    @property
    def summarised(self) -> bool:
        """Whether longer texts are told in short."""
        chosen = self.choices.summary
        return bool(self.settings.summary_model) if chosen is None else chosen

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why nothing would be heard although speaking is on."""
        if self.auto == "off":
            return ()
        mute = (MUTE_FORM,) if self.form == "text" else ()
        return (*mute, REFUSED) if self.refused else mute

    def origin(self, name: str) -> str:
        """Who decided about the field `name` of `Choices`."""
        if getattr(self.here, name) is not None:
            return HERE
        return CONFIGURED if getattr(self.own, name) is None else OWN


def language_of_voice(model: str, name: str) -> str:
    """The one language that a voice is known to speak, by its name; "" for any, or unknown."""
    known = languages_of(Voice(model, name))
    if known:
        return known[0]
    prefix, mark, _ = name.partition("_")  # as in `fr_marie_neutral`
    return iso_639_1(prefix) if mark and len(prefix) == 2 and prefix.islower() else ""
