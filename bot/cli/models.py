"""`parley models`: which model answers, which ones there are, and the key that pays for them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.frame import (
    ConfigOption,
    Flow,
    FlowOption,
    JsonOption,
    StateOption,
    exits,
    ground,
    home,
)

if TYPE_CHECKING:
    from bot.cli.prepare import Ground

app = typer.Typer(name="models", help="Models and the key that pays for them.")
auth = typer.Typer(name="auth", help="The stored key.", no_args_is_help=True)
app.add_typer(auth)


@app.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    """Models and the key that pays for them; alone it shows the status."""
    if context.invoked_subcommand is None:
        status()


@app.command()
def status(
    config: ConfigOption = None, state_dir: StateOption = None, as_json: JsonOption = False
) -> None:
    """Show the model that answers, what steps in for it, and where the keys come from."""
    with exits():
        found = ground(config, state_dir)
        facts = facts_of(found)
    if as_json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    rows = (
        ("Model", facts["model"]),
        ("Fallbacks", ", ".join(facts["fallbacks"]) or "none"),
        ("Thinking", facts["thinking"]),
        ("Key for chat", facts["keys"]["chat"]),
        ("Key for speech", facts["keys"]["speech"]),
        ("Address", facts["baseUrl"]),
        ("Config", facts["config"] or "no file: defaults and environment"),
    )
    for name, value in rows:
        print(f"{name:<16}{value}")
    for note in facts["notes"]:
        print(f"\n{note}")


@app.command("list")
def list_models(
    config: ConfigOption = None,
    state_dir: StateOption = None,
    search: Annotated[str, typer.Option(help="Only what contains this text.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the configured models, the bundled ones and those of the catalogue."""
    from bot.cli.listing import rows_of, shown

    with exits():
        found = ground(config, state_dir)
        rows = [row for row in asyncio.run(rows_of(found)) if row.matches(search)]
    if as_json:
        print(json.dumps({"models": [row.as_json() for row in rows]}, indent=2))
        return
    for row in rows:
        print(shown(row))


@app.command("set")
def set_model(
    ref: Annotated[str, typer.Argument(help="openrouter/provider/model, an alias, or auto.")],
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Choose the model that answers; the file keeps its comments and everything else."""
    from bot.cli.choosing import choose, ids_at_hand, write

    with exits():
        place = home(config, state_dir)
        choice = choose(ref, place.load_to_edit(), ids_at_hand(place.state_dir))
        write(place, choice.ref)
    print(f"{choice.ref} is the model now, in {place.config}.")
    if choice.remark:
        print(choice.remark)


@auth.command()
def login(
    provider: Annotated[str, typer.Option(help="Only openrouter.")] = "openrouter",
    method: Annotated[str, typer.Option(help="oauth or api-key.")] = "oauth",
    flow: FlowOption = Flow.AUTO,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Sign in, or replace the stored key; nothing else is changed.

    With --method api-key the key is asked for, or read from standard input.
    """
    from bot.cli.keeping import METHODS, renew
    from bot.errors import ConfigError

    with exits():
        if provider != "openrouter":
            raise ConfigError(f"Unknown provider {provider!r}; Parley speaks to openrouter.")
        if method not in METHODS:
            raise ConfigError(f"--method is oauth or api-key, not {method!r}.")
        renew(home(config, state_dir), method, flow)


def facts_of(found: Ground) -> dict[str, Any]:
    """What `models status` tells. Never a key, only where it comes from."""
    from bot.cli.keeping import key_notes, key_places
    from bot.openrouter.route import Route

    settings = found.loaded.config.agents.defaults
    route = Route.of(found.loaded.config.openrouter.base_url)
    return {
        "model": settings.model.primary,
        "fallbacks": list(settings.model.fallbacks),
        "thinking": settings.thinking_default or "off",
        "keys": key_places(found),
        "baseUrl": route.base_url,
        "verified": route.verified,
        "config": str(found.loaded.source) if found.loaded.source else None,
        "stateDir": str(found.state_dir),
        "notes": key_notes(found),
    }
