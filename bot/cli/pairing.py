"""`parley pairing`: who asks to be let in, and letting them in, beside a running bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Optional, TypeVar

import typer

from bot.cli.frame import ConfigOption, Home, JsonOption, StateOption, exits, home
from bot.errors import ConfigError, ParleyError

if TYPE_CHECKING:
    from bot.store.pairings import PairingTable

app = typer.Typer(help="Who may talk to the bot in private.", no_args_is_help=True)
T = TypeVar("T")
CodeArguments = Annotated[
    list[str],
    typer.Argument(metavar="[CHANNEL] CODE", help="Such as telegram ABCD2345, or the code alone."),
]
NotifyOption = Annotated[bool, typer.Option("--notify", help="Let the bot tell them.")]
TELEGRAM = "telegram"
NOBODY = "Nobody waits to be let in."
GONE = "no open code {code!r} on {channel}; `parley pairing list` shows what there is"


@app.command("list")
def listing(
    channel: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Argument(metavar="[CHANNEL]", help="Only this channel."),
    ] = None,
    config: ConfigOption = None,
    state_dir: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who waits to be let in, and who was."""
    with exits():
        facts = asyncio.run(
            _with_table(home(config, state_dir), lambda table: _gathered(table, channel or ""))
        )
        print(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else _lines(facts))


@app.command()
def approve(
    code: CodeArguments,
    notify: NotifyOption = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Let somebody in; the first one becomes the owner where there is none."""
    with exits():
        place = home(config, state_dir)
        print(asyncio.run(_with_table(place, lambda table: _approve(place, table, code, notify))))


@app.command()
def deny(code: CodeArguments, config: ConfigOption = None, state_dir: StateOption = None) -> None:
    """Turn somebody away; they can't ask again for a day."""
    with exits():
        print(asyncio.run(_with_table(home(config, state_dir), lambda table: _deny(table, code))))


@app.command()
def revoke(
    person: Annotated[
        list[str], typer.Argument(metavar="[CHANNEL] ID", help="Such as telegram 123456789.")
    ],
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Take access back from somebody who was let in."""
    with exits():
        place = home(config, state_dir)
        print(asyncio.run(_with_table(place, lambda table: _revoke(table, person))))


async def _with_table(place: Home, work: Callable[[PairingTable], Awaitable[T]]) -> T:
    from bot.app.assemble import DATABASE_FILE
    from bot.store.db import Database
    from bot.store.pairings import PairingTable
    from bot.values.clock import SystemClock

    path = place.state_dir / DATABASE_FILE
    if not path.exists():
        raise ConfigError(f"There is no bot's state in {place.state_dir}; see --state-dir.")
    async with Database.open(path) as database:
        return await work(PairingTable(database, SystemClock()))


async def _gathered(table: PairingTable, channel: str) -> dict[str, list[dict[str, Any]]]:
    """What scripts read. Times in ISO 8601."""
    waiting = [
        {
            "channel": one.channel,
            "code": one.code,
            "id": one.person,
            "name": one.name,
            "askedAt": _iso(one.asked_at_ms),
            "expiresAt": _iso(one.expires_at_ms),
        }
        for one in await table.waiting(channel)
    ]
    paired = [
        {
            "channel": one.channel,
            "id": one.person,
            "name": one.name,
            "pairedAt": _iso(one.paired_at_ms),
        }
        for one in await table.paired()
        if channel in ("", one.channel)
    ]
    return {"requests": waiting, "paired": paired}


async def _approve(
    place: Home,
    table: PairingTable,
    said: list[str],
    notify: bool,
) -> str:
    from bot.app.admission import access_rules
    from bot.turns.pairing import as_code, welcome

    channel, typed = _two(said, "CODE")
    # Somebody whom the configuration lists owns the bot already.
    make_owner = channel != TELEGRAM or not access_rules(place.load().config).owner
    let_in = await table.approve(
        channel, as_code(typed), make_owner=make_owner, notice=welcome if notify else None
    )
    if let_in is None:
        raise ParleyError(GONE.format(code=as_code(typed), channel=channel))
    asked, owns = let_in
    owner = " They own the bot now." if owns else ""
    told = " The bot tells them as soon as it runs." if notify else ""
    return f"{asked.name or 'Somebody'} (id {asked.person}) is in.{owner}{told}"


async def _deny(table: PairingTable, said: list[str]) -> str:
    from bot.turns.pairing import as_code

    channel, typed = _two(said, "CODE")
    asked = await table.deny(channel, as_code(typed))
    if asked is None:
        raise ParleyError(GONE.format(code=as_code(typed), channel=channel))
    return f"{asked.name or 'Somebody'} (id {asked.person}) stays out."


async def _revoke(table: PairingTable, said: list[str]) -> str:
    channel, person = _two(said, "ID")
    if not await table.forget(channel, person):
        raise ParleyError(f"{person} was not let in on {channel}; `parley pairing list` shows who.")
    return f"{person} is out again."


def _two(said: list[str], what: str) -> tuple[str, str]:
    """Channel and the rest; Telegram when no channel is named. Raises ConfigError."""
    if len(said) > 2:
        raise ConfigError(f"Expected [CHANNEL] {what}, got {len(said)} words.")
    return (said[0].lower(), said[1]) if len(said) == 2 else (TELEGRAM, said[0])


def _lines(facts: dict[str, list[dict[str, Any]]]) -> str:
    waiting = [
        f"{one['code']}  {one['channel']}  {one['id']}  {one['name']}  until {one['expiresAt']}"
        for one in facts["requests"]
    ]
    paired = [
        f"let in    {one['channel']}  {one['id']}  {one['name']}  since {one['pairedAt']}"
        for one in facts["paired"]
    ]
    return "\n".join([*(waiting or [NOBODY]), *paired])


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
