"""Addresses, file paths and long codes: what is written to be clicked or copied, not heard."""

from __future__ import annotations

import re

from bot.voice.saying.context import Saying
from bot.voice.saying.notes import LONG_CODE, PATH, noun
from bot.voice.saying.words import UNSPACED, words

ENDINGS = (
    "com|org|net|io|dev|app|ai|edu|gov|info|co|me|tv|eu|de|fr|es|it|pt|br|nl|be|ch|at|pl|ru|ua|tr|"
    "uk|us|ca|au|jp|kr|cn|tw|in|se|no|dk|fi|cz|gr|il|mx|ar|xyz|blog|news|wiki"
)
PAGE = re.compile(
    r"<?\b(?:https?|ftp)://(?:[^\s/@<>()]{0,100}@)?(?:www\.)?"
    r"([^\s/:?#<>()\[\]\"'`*，。！？、；：（）]{1,253})([^\s<>\"'`*，。！？、；：（）]{0,2000})>?",
    re.IGNORECASE,
)
BARE_PAGE = re.compile(
    rf"(?<![\w@./-])(?:www\.((?:[\w-]{{1,63}}\.){{1,5}}[a-z]{{2,}})|"
    rf"((?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{ENDINGS}))(?=[/?#]))(?:[/?#:][^\s<>\"'`*]{{0,2000}})?",
    re.IGNORECASE,
)
OTHER_ADDRESS = re.compile(r"<?\b(?:mailto|tel):(?=\S)|\b[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
MAIL = re.compile(
    r"<?(?<![\w.+-])([\w+-](?:[\w.+-]{0,62}[\w+-])?)@((?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,20})(?!\w)>?"
)
FILE_PATH = re.compile(
    r"(?<![\w/.:~\\])(?:(?:~|\.{1,2})?/(?:[\w.@+-]{1,80}/){1,30}[\w.@+-]{0,80}"
    r"|[A-Za-z]:\\(?:[\w.@+ -]{1,80}\\){0,30}[\w.@+-]{0,80}"
    r"|(?:[\w@+-][\w.@+-]{0,80}/){1,30}[\w@+-]{1,80}\.[A-Za-z][A-Za-z0-9]{0,5})(?![\w/\\])"
)
SAYABLE_NAME = re.compile(r"\.?[^\W\d_]{2,}(?:[-_. ]?[^\W_]{1,20}){0,5}")
LONGEST_NAME_CHARS = 40
CODE = re.compile(r"(?<![\w/=+-])[A-Za-z0-9_+/=-]{16,}(?![\w/=+-])")
UUID = re.compile(r"(?:[0-9a-f]{8})-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
CHANGES = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
LEAST_CHANGES = 4  # from letters to digits or back: no word in any language
TRAILING = ".,;:!?)]…"


def say_addresses(text: str, saying: Saying) -> str:
    """Pages as the names of their sites, mail addresses in words, paths and codes shortened."""
    text = PAGE.sub(lambda match: _site(match, saying), text)
    text = MAIL.sub(lambda match: _mail(match, saying), text)
    text = BARE_PAGE.sub(lambda match: _bare_site(match, saying), text)
    text = OTHER_ADDRESS.sub("", text)
    text = FILE_PATH.sub(lambda match: _path(match[0], saying), text)
    return CODE.sub(lambda match: _code(match[0], saying), text)


def _site(match: re.Match[str], saying: Saying) -> str:
    """The name of the site; the punctuation behind the address stays with the sentence."""
    if match[0].endswith(">"):
        return saying.keep(match[1].rstrip(TRAILING))
    trailing = match[0][len(match[0].rstrip(TRAILING)) :]
    if "(" in match[0]:  # the bracket belongs to the address
        trailing = trailing.replace(")", "", 1)
    return saying.keep(match[1].rstrip(TRAILING)) + trailing


def _bare_site(match: re.Match[str], saying: Saying) -> str:
    trailing = match[0][len(match[0].rstrip(TRAILING)) :]
    return saying.keep(match[1] or match[2]) + trailing


def _mail(match: re.Match[str], saying: Saying) -> str:
    at = words(saying.language or "en").get("@", "at")
    space = "" if saying.language in UNSPACED else " "
    return saying.keep(f"{match[1]}{space}{at}{space}{match[2]}")


def _path(path: str, saying: Saying) -> str:
    """The last name of a path, when it can be said."""
    trailing = path[len(path.rstrip(".")) :]
    name = re.split(r"[/\\]", path.rstrip("./\\"))[-1]
    sayable = len(name) <= LONGEST_NAME_CHARS and SAYABLE_NAME.fullmatch(name)
    said = name if sayable else noun(PATH, saying.language)
    return saying.keep(said) + trailing


def _code(text: str, saying: Saying) -> str:
    """Keys, checksums and the like; long words, also with hyphens and a year, are none."""
    changes = len(CHANGES.findall(text))
    if not UUID.fullmatch(text) and changes < LEAST_CHANGES:
        return text
    return saying.keep(noun(LONG_CODE, saying.language))
