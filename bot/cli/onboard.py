"""`parley onboard`: key, Telegram token, owner, each with a real test, kept in a file."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from typing import Any

import httpx

from bot.app.admission import access_rules
from bot.cli.asking import agrees, ask, ask_secret
from bot.cli.choosing import MODEL, PRIMARY, configured
from bot.cli.frame import Flow, Home
from bot.cli.keeping import key_notes, obtained, store, try_key
from bot.cli.prepare import Ground
from bot.cli.signin import say
from bot.cli.upstream import dollars, sources_of
from bot.config.edit import change
from bot.config.keypath import ABSENT, KeyPath
from bot.config.load import telegram_token
from bot.config.schema.telegram import TOKEN_FORM
from bot.errors import ConfigError, StartError
from bot.openrouter.client import LOOPBACK
from bot.openrouter.keys import chat_key
from bot.openrouter.profiles import Credential
from bot.values.chat import ChatRequest

AUTH_CHOICES = {"openrouter-oauth": "oauth", "openrouter-api-key": "api-key"}
DEFAULT_MODEL = "openrouter/auto"
ALIAS: KeyPath = ("agents", "defaults", "models", DEFAULT_MODEL, "alias")
TOKEN: KeyPath = ("channels", "telegram", "botToken")
ALLOW: KeyPath = ("channels", "telegram", "allowFrom")
PROBE = "Reply with exactly: OK"
PROBE_TOKENS = 16
TELEGRAM_S = 15.0
LINK = "When the bot starts (`parley run`) it prints a link; whoever opens it first owns the bot."


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options. `asks` is false with --non-interactive."""

    auth_choice: str = ""
    api_key: str = ""
    telegram_token: str = ""
    owner: str = ""
    flow: Flow = Flow.AUTO
    asks: bool = True
    probe: bool = False


def onboard(home: Home, wishes: Wishes) -> None:
    """Set the bot up. Raises ConfigError, LoginFailed, KeyRefused, StartError or UpstreamError."""
    _check(wishes)
    ground = Ground(home.load(), home.state_dir)
    _key(ground, wishes)
    ground = _model(home, ground)
    ground = _telegram(home, ground, wishes)
    ground = _owner(home, ground, wishes)
    if wishes.probe or (wishes.asks and agrees("Ask the model one word? Costs less than a cent.")):
        _probe(ground)
    say(f"Done. The configuration is {home.config}; `parley run` starts the bot.")


def _check(wishes: Wishes) -> None:
    """Options that can't be right are refused before anything is written. Raises ConfigError."""
    if wishes.telegram_token.strip():
        _check_token(wishes.telegram_token.strip())
    if wishes.owner.strip() not in ("", "link"):
        _check_owner(wishes.owner.strip())


def _check_token(token: str) -> None:
    if not TOKEN_FORM.fullmatch(token):
        raise ConfigError("That is not a bot token; expected one like 123456:ABC...")


def _check_owner(owner: str) -> None:
    if not (owner.isascii() and owner.isdecimal()):
        raise ConfigError("An owner is a numeric Telegram user id, like 123456789.")


def _key(ground: Ground, wishes: Wishes) -> None:
    """A new key for the stored profile; without a wish the one that is there is tested."""
    found = chat_key(sources_of(ground))
    choice = wishes.auth_choice or ("openrouter-api-key" if wishes.api_key else "")
    if not choice and found is None and wishes.asks:
        choice = ask("How do you sign in: openrouter-oauth or openrouter-api-key?")
    if not choice and found is None:
        raise ConfigError("Say how to sign in: --auth-choice, or --openrouter-api-key KEY.")
    if choice and choice not in AUTH_CHOICES:
        raise ConfigError(f"--auth-choice is one of {', '.join(AUTH_CHOICES)}, not {choice!r}.")
    unattended = not wishes.asks and not wishes.api_key
    if found is not None and (not choice or (unattended and choice == "openrouter-api-key")):
        try_key(ground, Credential(found.key, "api-key"))
        return
    if unattended:
        raise ConfigError("Signing in needs a person; give --openrouter-api-key KEY instead.")
    store(ground, obtained(ground, AUTH_CHOICES[choice], wishes.flow, given=wishes.api_key))
    for note in key_notes(ground):
        say(note)


def _model(home: Home, ground: Ground) -> Ground:
    """The default model where none is set, and its alias (facts/openrouter-wire.md §1.5)."""
    changes: dict[KeyPath, Any] = {}
    model = configured(home.config, MODEL)
    if model is ABSENT or (isinstance(model, dict) and not model.get("primary")):
        changes[PRIMARY] = DEFAULT_MODEL
    if configured(home.config, ALIAS) is ABSENT:
        changes[ALIAS] = "OpenRouter"
    return _changed(home, ground, changes)


def _telegram(home: Home, ground: Ground, wishes: Wishes) -> Ground:
    """The bot's token, tested by asking Telegram whose it is."""
    token = wishes.telegram_token.strip() or telegram_token(ground.loaded) or ""
    if not token and wishes.asks:
        token = ask_secret("Telegram bot token from @BotFather (empty: later):")
    if not token:
        say("No Telegram token yet. Set TELEGRAM_BOT_TOKEN, or run this again.")
        return ground
    _check_token(token)
    say(f"Telegram knows the bot as @{_bot_name(ground, token)}.")
    if token == telegram_token(ground.loaded):
        return ground
    return _changed(home, ground, {TOKEN: token})


def _owner(home: Home, ground: Ground, wishes: Wishes) -> Ground:
    """Whom the bot answers: an id that is listed, or whoever opens the link first."""
    if access_rules(ground.loaded.config).configured and not wishes.owner:
        return ground
    owner = wishes.owner.strip()
    if not owner and wishes.asks:
        owner = ask("Your numeric Telegram user id (empty: become the owner by a link):")
    if not owner or owner == "link":
        say(LINK)
        return ground
    _check_owner(owner)
    listed = ground.loaded.config.channels.telegram.allow_from
    say(f"The bot answers the Telegram user {owner}.")
    if owner in listed:
        return ground
    ids = [int(entry) if entry.isdecimal() else entry for entry in (*listed, owner)]
    return _changed(home, ground, {ALLOW: ids})


def _changed(home: Home, ground: Ground, changes: dict[KeyPath, Any]) -> Ground:
    if not changes:
        return ground
    return replace(ground, loaded=change(home.config, changes, environ=os.environ))


def _bot_name(ground: Ground, token: str) -> str:
    """Whose token it is. Raises StartError when Telegram refuses it or can't be reached."""
    root = ground.loaded.config.channels.telegram.api_root.rstrip("/")
    mounts = dict.fromkeys(LOOPBACK)
    try:
        with httpx.Client(timeout=TELEGRAM_S, mounts=mounts) as http:
            answer = http.get(f"{root}/bot{token}/getMe")
        content = answer.json()
    except (httpx.HTTPError, ValueError) as failure:
        # The address holds the token, and httpx puts addresses into its messages.
        raise StartError(f"Telegram can't be reached ({type(failure).__name__}).") from None
    if answer.status_code in (401, 404):
        raise StartError("Telegram refused the bot token. Ask @BotFather for the right one.")
    result = content.get("result") if isinstance(content, dict) else None
    if not isinstance(result, dict):
        raise StartError(f"Telegram answered with {answer.status_code}. Try again later.")
    return str(result.get("username", "?"))


def _probe(ground: Ground) -> None:
    """One tiny paid call. Raises UpstreamError."""
    model = ground.loaded.config.agents.defaults.model.primary
    messages = [{"role": "user", "content": PROBE}]
    request = ChatRequest(model, messages, thinking="off", max_tokens=PROBE_TOKENS)
    answered = asyncio.run(_ask_once(ground, request))
    say(f"{answered[0]} answers. That cost {dollars(answered[1], nothing='an unknown amount')}.")


async def _ask_once(ground: Ground, request: ChatRequest) -> tuple[str, int | None]:
    from bot.cli.oneshot import one_shot

    async with one_shot(ground) as calls:
        answered = await calls.answer(request)
    return answered.model, answered.cost_micro_usd
