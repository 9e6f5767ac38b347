"""`parley jobs`: what the bot makes, looked at and cancelled from outside the process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from bot.cli.frame import ConfigOption, Home, JsonOption, StateOption, exits, home
from bot.errors import ConfigError, ParleyError

app = typer.Typer(help="Pictures, films and songs in the making.", no_args_is_help=True)
T = TypeVar("T")
RefArgument = Annotated[str, typer.Argument(metavar="JOB", help="A job, such as j5.")]
MOST = 50
NONE = "Nothing was made yet."


@app.command("list")
def listing(
    config: ConfigOption = None, state_dir: StateOption = None, as_json: JsonOption = False
) -> None:
    """List the newest jobs."""
    with exits():
        rows = asyncio.run(_with_table(home(config, state_dir), _newest))
        if as_json:
            print(json.dumps(rows, indent=2, ensure_ascii=False))
        else:
            print("\n".join(map(_line, rows)) or NONE)


@app.command()
def show(
    job: RefArgument,
    config: ConfigOption = None,
    state_dir: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one job, whole."""
    with exits():
        row = asyncio.run(_with_table(home(config, state_dir), lambda table: _one(table, job)))
        if as_json:
            print(json.dumps(row, indent=2, ensure_ascii=False))
        else:
            print("\n".join(f"{name:<14}{value}" for name, value in row.items() if value != ""))


@app.command()
def cancel(job: RefArgument, config: ConfigOption = None, state_dir: StateOption = None) -> None:
    """Cancel a job that is not finished; the running bot gives it up within seconds."""
    with exits():
        print(asyncio.run(_with_table(home(config, state_dir), lambda table: _give_up(table, job))))


async def _with_table(place: Home, work: Callable[[Any], Awaitable[T]]) -> T:
    from bot.app.assemble import DATABASE_FILE
    from bot.store.db import Database
    from bot.store.jobs import JobTable
    from bot.values.clock import SystemClock

    path = place.state_dir / DATABASE_FILE
    if not path.exists():
        raise ConfigError(f"There is no bot's state in {place.state_dir}; see --state-dir.")
    async with Database.open(path) as database:
        return await work(JobTable(database, SystemClock()))


async def _newest(table: Any) -> list[dict[str, Any]]:
    return [_row(job) for job in await table.recent(limit=MOST)]


async def _one(table: Any, ref: str) -> dict[str, Any]:
    job = await table.find(ref)
    if job is None:
        raise ConfigError(f"There is no job {ref!r}; `parley jobs list` shows what there is.")
    return _row(job)


async def _give_up(table: Any, ref: str) -> str:
    row = await _one(table, ref)
    if row["state"] not in ("queued", "asking", "polling"):
        raise ParleyError(f"{row['job']} can't be cancelled: it is {row['state']} already.")
    await table.want_cancel(int(row["job"][1:]))
    return f"{row['job']} will be cancelled. If no bot runs, it is when one starts."


def _row(job: Any) -> dict[str, Any]:
    """What scripts read. Times in ISO 8601, money in US dollars."""
    micro = job.cost_micro_usd
    return {
        "job": job.ref,
        "kind": job.kind.value,
        "state": job.state,
        "told": job.told,
        "title": job.request.get("title", ""),
        "prompt": job.request.get("prompt", ""),
        "models": list(job.request.get("models", ())),
        "conversation": job.conversation,
        "person": job.person,
        "costUsd": "" if micro is None else micro / 1_000_000,
        "sentence": job.sentence,
        "createdAt": _iso(job.created_at_ms),
        "askedAt": _iso(job.asked_at_ms),
        "finishedAt": _iso(job.finished_at_ms),
        "providerJob": asdict(job.ticket)["job_id"] if job.ticket else "",
    }


def _line(row: dict[str, Any]) -> str:
    cost = "" if row["costUsd"] == "" else f"  ${row['costUsd']:.4f}"
    return f"{row['job']:<6}{row['kind']:<7}{row['state']:<11}{row['title']}{cost}"


def _iso(at_ms: int | None) -> str:
    if at_ms is None:
        return ""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
