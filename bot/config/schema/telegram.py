"""`channels.telegram`: the bot's account, who is answered, and how messages look."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.config.schema.base import (
    LOWER,
    Block,
    Count,
    Flag,
    Key,
    OptionalText,
    OptionalUrl,
    Params,
    Port,
    Positive,
    Text,
    Texts,
    Url,
    Whole,
    blank_is_unset,
)

TOKEN_FORM = re.compile(r"\d+:[A-Za-z0-9_-]+")
_PREFIX = re.compile(r"^(?:telegram|tg):", re.IGNORECASE)
_PERSON = re.compile(r"\d{1,20}")
_UNMATCHABLE = re.compile(r"@\w+|accessGroup:\S+|-\d{1,20}")

GroupPolicy = Literal["allowlist", "open", "disabled"]


def bare_id(value: object) -> str:
    """An entry of an allowlist as text, without `telegram:` or `tg:` in front."""
    return _PREFIX.sub("", str(value).strip()).strip()


def is_unmatchable(entry: str) -> bool:
    """Accepted by OpenClaw, but never equal to a person's id (facts/behaviour.md A3, L6)."""
    return bool(_UNMATCHABLE.fullmatch(entry))


def _person(value: object) -> object:
    entry = bare_id(value) if isinstance(value, (str, int)) else ""
    if isinstance(value, bool) or not (
        entry == "*" or _PERSON.fullmatch(entry) or is_unmatchable(entry)
    ):
        raise ValueError('a numeric user id, or "*" for anybody')
    return entry


def _matchable(people: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry for entry in people if not is_unmatchable(entry))


def _token_form(value: SecretStr) -> SecretStr:
    if not TOKEN_FORM.fullmatch(value.get_secret_value()):
        raise ValueError("the token that BotFather gave, like 123456:ABC...")
    return value


def _no_token(value: str) -> str:
    if re.search(r"/bot\d+:", value):
        raise ValueError("the address of the server alone, without /bot<token>")
    return value


def _streaming_mode(value: object) -> object:
    if isinstance(value, bool):
        return {"mode": "partial" if value else "off"}
    return {"mode": value} if isinstance(value, str) else value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("1 to 256 characters out of A-Z a-z 0-9 _ -")
    return value


def _url_path(value: str) -> str:
    if not re.fullmatch(r"/[\w./~-]*", value):
        raise ValueError("a path that begins with /")
    return value


def _folders(values: tuple[str, ...]) -> tuple[str, ...]:
    folders = tuple(str(_expanded(value.strip())) for value in values if value.strip())
    if not all(Path(folder).is_absolute() for folder in folders):
        raise ValueError("folders with their whole path, as in /var/lib/telegram-bot-api")
    return folders


def _expanded(value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError:  # nobody of that name
        return Path(value)


Person = Annotated[str, BeforeValidator(_person, json_schema_input_type=str | int)]
People = Annotated[tuple[Person, ...], AfterValidator(_matchable)]
Token = Annotated[Key, AfterValidator(_token_form)]
Folders = Annotated[Texts, AfterValidator(_folders)]


class TopicConfig(Block):
    """One topic of a group; what is unset comes from the group."""

    enabled: Flag | None = Field(default=None, description="false: the topic is ignored.")
    require_mention: Flag | None = Field(default=None, description="Whether the bot must be named.")
    allow_from: People | None = Field(default=None, description="Who is answered in this topic.")
    group_policy: GroupPolicy | None = Field(default=None, description="Access rule of this topic.")
    system_prompt: OptionalText = Field(
        default=None, description="Added to the system prompt here."
    )
    disable_audio_preflight: Flag | None = Field(
        default=None, description="true: notes are not transcribed to look for the bot's name."
    )


class GroupVoice(Block):
    """Which voice notes of a group cost a transcription."""

    voice: Annotated[Literal["off", "mention", "reply", "all"], LOWER] = Field(
        default="mention",
        description="off (none), mention (what is meant for the bot, by the rules above), reply "
        "(replies to the bot alone) or all (each note counts as meant for the bot).",
    )
    max_voice_seconds: Positive | None = Field(
        default=None, description="Longer notes are not listened to."
    )


class GroupConfig(TopicConfig):
    """One group, or `"*"` for every group."""

    topics: dict[str, TopicConfig] = Field(
        default_factory=dict, description='Settings by topic id, or "*" for every topic.'
    )
    parley: GroupVoice = Field(
        default_factory=GroupVoice, description="Parley's own: which notes are listened to here."
    )


class StreamingConfig(Block):
    """How a growing answer shows."""

    mode: Annotated[Literal["off", "partial", "block", "progress"], LOWER] = Field(
        default="partial", description="off, partial (one growing message), block or progress."
    )
    chunk_mode: Literal["length", "newline"] = Field(
        default="length",
        description="Where long text is cut: at the limit, or at paragraphs first.",
    )
    preview: Params = Field(default_factory=dict, description="Fine tuning of previews.")
    progress: Params = Field(default_factory=dict, description="Fine tuning of progress drafts.")
    block: Params = Field(default_factory=dict, description="Fine tuning of block delivery.")


class TelegramNetwork(Block):
    """How Telegram's servers are reached."""

    dangerously_allow_private_network: Flag = Field(
        default=False, description="Let file downloads go to private addresses."
    )


_STREAMING = BeforeValidator(_streaming_mode, json_schema_input_type=StreamingConfig | bool | str)


class TelegramConfig(Block):
    """The Telegram account (facts/behaviour.md A1 to A5)."""

    enabled: Flag = Field(default=True, description="false: Telegram is left alone.")
    bot_token: Annotated[Token | None, BeforeValidator(blank_is_unset)] = Field(
        default=None, description="BotFather's token; TELEGRAM_BOT_TOKEN serves when unset."
    )
    token_file: OptionalText = Field(
        default=None, description="A regular file that holds the token; goes before botToken."
    )
    api_root: Annotated[Url, AfterValidator(_no_token)] = Field(
        default="https://api.telegram.org", description="Address of the Bot API server."
    )
    trusted_local_file_roots: Folders = Field(
        default=(),
        description="Folders where a Bot API server in --local mode keeps its files; with them, "
        "files of up to 2000 MB (and mediaMaxMb) come and go.",
    )
    dm_policy: Literal["pairing", "allowlist", "open", "disabled"] | None = Field(
        default="pairing",
        description="Who may write in private: pairing (strangers ask the owner), allowlist, open "
        "or disabled.",
    )
    allow_from: People = Field(
        default=(), description='Numeric user ids that are answered, or "*" for anybody.'
    )
    group_policy: GroupPolicy = Field(
        default="allowlist", description="Groups: allowlist (those under groups), open or disabled."
    )
    group_allow_from: People | None = Field(
        default=None, description="Who is answered in groups; allowFrom serves when unset."
    )
    groups: dict[str, GroupConfig] | None = Field(
        default=None,
        description='Groups by chat id, or "*"; when present it is the list of allowed groups.',
    )
    reply_to_mode: Literal["off", "first", "all", "batched"] = Field(
        default="off", description="Which parts of an answer quote the message that they answer."
    )
    streaming: Annotated[
        StreamingConfig,
        BeforeValidator(_streaming_mode, json_schema_input_type=StreamingConfig | bool | str),
    ] = Field(
        default_factory=StreamingConfig,
        description="How a growing answer shows; true, false or a mode.",
    )
    text_chunk_limit: Annotated[Whole, Field(ge=64, le=4096)] = Field(
        default=4000, description="Longest message in UTF-16 units, at most 4096."
    )
    media_max_mb: Positive = Field(default=100, description="Largest file in and out, in MB.")
    history_limit: Count = Field(
        default=50, description="Unanswered group messages kept for context."
    )
    ack_reaction: str | None = Field(
        default=None, description='Emoji put on a message while it waits; "" is none.'
    )
    webhook_url: OptionalUrl = Field(
        default=None, description="Public address; when set, no polling."
    )
    webhook_secret: Annotated[
        Annotated[SecretStr, AfterValidator(_webhook_secret)] | None,
        BeforeValidator(blank_is_unset),
    ] = Field(default=None, description="Secret that Telegram sends along with each webhook call.")
    webhook_path: Annotated[Text, AfterValidator(_url_path)] = Field(
        default="/telegram-webhook", description="Path that Telegram calls."
    )
    webhook_host: Text = Field(default="127.0.0.1", description="Local address that listens.")
    webhook_port: Port = Field(default=8787, description="Local port that listens.")
    network: TelegramNetwork = Field(
        default_factory=TelegramNetwork, description="How Telegram's servers are reached."
    )


class Channels(Block):
    """Where people talk to the bot."""

    telegram: TelegramConfig = Field(
        default_factory=TelegramConfig, description="The Telegram account."
    )
