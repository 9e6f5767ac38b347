"""`parley config`: judge the configuration file, and show what it comes to."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.finding import shown
from bot.cli.frame import exits, home
from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.config.load import Loaded

WRONG = 2  # exit code for wrong usage or configuration

app = typer.Typer(name="config", help="Check and show the configuration.", no_args_is_help=True)

ConfigOption = typer.Option(None, "--config", metavar="FILE", help="The configuration file.")
StateOption = typer.Option(None, "--state-dir", metavar="DIR", help="The state folder.")


@app.command()
def validate(config: Path | None = ConfigOption, state_dir: Path | None = StateOption) -> None:
    """Check the configuration: exit 2 when anything in it is wrong."""
    loaded = _load(config, state_dir)
    for finding in (*loaded.errors, *loaded.warnings, *loaded.notes):
        typer.echo(shown(finding, loaded.source))
    counts = f"{_count(len(loaded.errors), 'error')}, {_count(len(loaded.warnings), 'warning')}"
    name = loaded.source or "no configuration file: defaults and environment"
    typer.echo(f"{name}: {counts}")
    if loaded.errors:
        raise typer.Exit(WRONG)


@app.command()
def get(
    path: str = typer.Argument("", help="A path like messages.tts.auto; everything without it."),
    config: Path | None = ConfigOption,
    state_dir: Path | None = StateOption,
) -> None:
    """Show the value that is in force, as JSON; secrets are hidden."""
    loaded = _load(config, state_dir)
    value: Any = loaded.config.model_dump(mode="json", by_alias=True)
    with exits():
        parts = _parts(path)
    for part in parts:
        value = _step(value, part, path)
    plain = isinstance(value, str)
    typer.echo(value if plain else json.dumps(value, indent=2, ensure_ascii=False))


@app.command("set")
def set_value(
    path: str = typer.Argument(..., metavar="KEY", help="A path like messages.tts.auto."),
    value: str = typer.Argument(..., help="JSON5, or plain text; - reads it from standard input."),
    config: Path | None = ConfigOption,
    state_dir: Path | None = StateOption,
) -> None:
    """Change one value in the file; comments and everything else stay as they are."""
    from bot.config.keypath import dotted

    with exits():
        place = home(config, state_dir)
        key = tuple(_keys(path))
        before = {finding.message for finding in place.load_to_edit().warnings}
        loaded = _set(place.config, key, sys.stdin.read().strip() if value == "-" else value)
    for finding in loaded.warnings:
        if finding.message not in before:
            typer.echo(shown(finding, place.config), err=True)
    typer.echo(f"{place.config}: {dotted(key)} is set.")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors and checkers."""
    from bot.config.reference import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _set(file: Path, key: tuple[str | int, ...], text: str) -> Loaded:
    """Write `text` as JSON5 says; where a number or switch is not wanted, as plain text."""
    from bot.config.edit import change

    value = _read_value(text)
    try:
        return change(file, {key: value}, environ=os.environ)
    except ConfigError:
        if isinstance(value, str | dict | list):
            raise
    return change(file, {key: text}, environ=os.environ)


def _read_value(text: str) -> Any:
    import pyjson5

    try:
        return pyjson5.decode(text)
    except pyjson5.Json5DecoderException:
        return text


def _load(config: Path | None, state_dir: Path | None) -> Loaded:
    from bot.config.load import load
    from bot.config.paths import config_path, default_state_dir

    environ: Mapping[str, str] = os.environ
    try:
        found = config or config_path(environ, state_dir or default_state_dir(environ))
        return load(path=found, environ=environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG) from error


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _parts(path: str) -> list[str]:
    return [str(part) for part in _keys(path)] if path else []


def _keys(path: str) -> list[str | int]:
    """`a.b["c/d"].e[0]` as its parts; a dot inside quotes belongs to the name.

    Raises ConfigError for anything else.
    """
    name, bracket = r"([^.\[\]]+)", r"""\[(?:["']([^"']+)["']|(\d+))\]"""
    if not re.fullmatch(rf"(?:{name}|{bracket})(?:\.{name}|\.?{bracket})*", path):
        raise ConfigError(f"{path!r} is not a path; write one like messages.tts.auto.")
    found = re.findall(rf"{bracket}|{name}", path)
    return [quoted or plain or int(index) for quoted, index, plain in found]


def _step(value: Any, part: str, path: str) -> Any:
    if isinstance(value, dict) and part in value:
        return value[part]
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    typer.echo(f"{path}: nothing is configured there, at {part}", err=True)
    raise typer.Exit(WRONG)
