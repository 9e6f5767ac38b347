"""What a speech directive asks for, and how much of it the configuration lets through.

facts/openrouter-wire.md §15, facts/behaviour.md D4. Nothing here looks for directives in a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

PAIR = re.compile(r"""([^\s=]+)=("[^"]*"|'[^']*'|\S+)|(\S+)""")
LANGUAGE_CODE = re.compile(r"([a-zA-Z]{2})(?:[-_]\w+)?$")
LONGEST_VALUE = 120
# Keys in lower case without `_` and `-`; of a name for another provider nothing is taken.
VOICE = frozenset(
    {"voice", "voiceid", "voicename", "openroutervoice", "speakervoice", "speakervoiceid"}
)
MODEL = frozenset({"model", "modelid", "openroutermodel"})
LANGUAGE = frozenset({"language", "languagecode"})
PROVIDER = frozenset({"provider"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a model may decide about its own voice: `messages.tts.modelOverrides`.

    What is not allowed is still taken out of the text, without effect.
    """

    enabled: bool = True
    allow_text: bool = True
    allow_voice: bool = True
    allow_model_id: bool = True
    allow_provider: bool = False


@dataclass(frozen=True, slots=True)
class SpokenSettings:
    """What directives ask for; empty is as configured. `language` is ISO-639-1."""

    voice: str = ""
    model: str = ""
    provider: str = ""
    language: str = ""


def asked(
    body: str, settings: SpokenSettings, *, overrides: Overrides
) -> tuple[SpokenSettings, tuple[str, ...]]:
    """`settings` with the `key=value …` of `body` applied, and the keys that mean nothing here."""
    dropped: list[str] = []
    for key, value, stray in PAIR.findall(body):
        name = key.lower().replace("_", "").replace("-", "")
        plain = value.strip("\"'").rstrip(",;").strip()
        if stray or not plain.isprintable() or not 0 < len(plain) <= LONGEST_VALUE:
            dropped.append(key or stray.rstrip(",;"))
        elif name in VOICE:
            settings = replace(settings, voice=plain) if overrides.allow_voice else settings
        elif name in MODEL:
            settings = replace(settings, model=plain) if overrides.allow_model_id else settings
        elif name in LANGUAGE and (code := LANGUAGE_CODE.match(plain)):
            if overrides.allow_voice:
                settings = replace(settings, language=code[1].lower())
        elif name in PROVIDER:
            settings = replace(settings, provider=plain) if overrides.allow_provider else settings
        else:
            dropped.append(key)
    return (settings if overrides.enabled else SpokenSettings()), tuple(dropped)
