"""The stored key: renewing it, and telling which key is used for what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.cli.frame import Flow, Home, explained
from bot.cli.prepare import Ground
from bot.cli.signin import keep, say, sign_in, typed_key
from bot.cli.upstream import dollars, sources_of, tested
from bot.errors import ConfigError, KeyRefused, UpstreamError
from bot.openrouter.keys import DEFAULT_PROFILE, KeySources, ResolvedKey, chat_key, speech_key
from bot.openrouter.login import Addresses
from bot.openrouter.profiles import Credential

METHODS = ("oauth", "api-key")
MISSING = "missing"
PLACES = {
    "environment": "OPENROUTER_API_KEY",
    "config": "models.providers.openrouter.apiKey",
    "speech config": "messages.tts.providers.openrouter.apiKey",
}


def renew(home: Home, method: str, flow: Flow) -> None:
    """Get a key, test it, store it. Raises KeyRefused with the old key kept, LoginFailed, ..."""
    ground = Ground(home.load(), home.state_dir)
    credential = obtained(ground, method, flow)
    store(ground, credential)
    for note in key_notes(ground):
        say(note)


def obtained(ground: Ground, method: str, flow: Flow, *, given: str = "") -> Credential:
    """A new key by `method`, tested where it can be. Raises KeyRefused for one that is refused."""
    if method == "oauth":
        base_url = ground.loaded.config.openrouter.base_url or ""
        credential = sign_in(flow, Addresses.of(base_url))
    else:
        credential = typed_key(given)
    try_key(ground, credential)
    return credential


def try_key(ground: Ground, credential: Credential) -> None:
    """Ask OpenRouter about the key, which is free. Raises KeyRefused; other trouble is told."""
    try:
        status = asyncio.run(tested(ground, credential.key))
    except KeyRefused:
        raise
    except UpstreamError as failure:
        say(f"The key could not be tested: {explained(failure)}")
    else:
        left = dollars(status.remaining_micro_usd, nothing="no limit")
        say(f"OpenRouter accepts the key. Left of its limit: {left}.")


def store(ground: Ground, credential: Credential) -> None:
    """Keep the key as the default profile and say so."""
    keep(credential, ground.state_dir)
    say(f"Stored as {DEFAULT_PROFILE} ({credential.display_name}) in {ground.state_dir}.")


def key_places(ground: Ground) -> dict[str, str]:
    """Where the key for chat and the key for speech come from."""
    sources = sources_of(ground)
    return {"chat": _place(chat_key, sources), "speech": _place(speech_key, sources)}


def key_notes(ground: Ground) -> list[str]:
    """What a person with several keys should know."""
    sources = sources_of(ground)
    if DEFAULT_PROFILE not in sources.profiles:
        return []
    places, profile = key_places(ground), f"profile {DEFAULT_PROFILE}"
    return [
        f"Note: {use} uses {place}, which goes before the stored key. Renew or remove it there."
        for use, place in places.items()
        if place != profile
    ]


def _place(resolve: Callable[[KeySources], ResolvedKey | None], sources: KeySources) -> str:
    try:
        found = resolve(sources)
    except ConfigError as error:
        return f"{MISSING}: {error}"
    return MISSING if found is None else PLACES.get(found.source, found.source)
