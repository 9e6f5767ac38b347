"""What a person wants made, read out of plain words: which media tool to call, and with what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.sandbox.openrouter.scripts import ScriptedCall

IMAGE, VIDEO, MUSIC = "image_generate", "video_generate", "music_generate"
_MAKE = r"(?:make|create|generate|produce|show|give|record|shoot|write|compose)(?: me| us)?"
_NO_NOUN = r"(?<!\bthe )(?<!\ba )(?<!\bthis )(?<!\bthat )(?<!\bmy )(?<!\byour )"
_KINDS = (
    (VIDEO, rf"{_NO_NOUN}\bfilm\s+(?P<what>.+)|\b{_MAKE} (?:an? |another )?(?:short )?"
            r"(?:film|video|movie|clip)\b(?: of| about| with)?\s*(?P<more>.*)"),
    (MUSIC, rf"\bsing\b(?: me| us)?\s*(?P<what>.*)|\b{_MAKE} (?:an? |another |some )?(?:\w+ )?"
            r"(?:song|music|tune|melody)\b(?: of| about| with| for)?\s*(?P<more>.*)"),
    (IMAGE, r"\b(?:draw|paint|sketch)\b(?: me| us)?\s*(?P<what>.*)"
            rf"|\b{_MAKE} (?:an? |another )?(?:picture|image|photo|drawing|painting)\b"
            r"(?: of| about| with)?\s*(?P<more>.*)"),
)  # fmt: skip
KINDS = tuple((tool, re.compile(words, re.IGNORECASE)) for tool, words in _KINDS)
CHANGE = re.compile(
    r"\b(?:make|turn|paint|colou?r) (?:it|this|that|them|the \w+) .+|\b(?:add|remove) .+",
    re.IGNORECASE,
)
SAME = re.compile(r"^(?:it|this|that|them|the \w+)\b", re.IGNORECASE)
REFERENCE = re.compile(r"\bm\d{1,9}\b")
SENTENCES = {
    IMAGE: "Your picture is on its way.",
    VIDEO: "Your film is being made.",
    MUSIC: "Your song is being made.",
}
WENT_WRONG = "Error"  # how a tool's failure begins
LONGEST_REASON = 200


def media_call(text: str, offered: Sequence[str], around: Sequence[str]) -> ScriptedCall | None:
    """The call that `text` wishes for, of the tools `offered`.

    `around` is what was said before, oldest first: the youngest reference in `text` or in it
    (`m12`) is the picture that a change is about.
    """
    said = " ".join(text.split())
    named = [found for words in (*around, said) for found in REFERENCE.findall(words)]
    picture = named[-1] if named else ""
    if picture and IMAGE in offered and CHANGE.search(said):
        return ScriptedCall(name=IMAGE, arguments={"prompt": said, "image": picture})
    for tool, words in KINDS:
        found = words.search(said)
        if tool not in offered or found is None:
            continue
        what = (found["what"] or found["more"] or "").strip(" .!?\"'") or said
        arguments = {"prompt": what}
        if picture and tool != MUSIC and SAME.match(what):
            arguments["image"] = picture
        return ScriptedCall(name=tool, arguments=arguments)
    return None


def sentence_after(tool: str, result: str) -> str:
    """What to say once a media tool answered; "" for any other tool."""
    if tool not in SENTENCES:
        return ""
    if result.startswith(WENT_WRONG):
        return f"That did not work: {result.strip()[:LONGEST_REASON]}"
    return SENTENCES[tool]
