"""The rows of `parley models list`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.cli.frame import CATALOG_FILE, explained
from bot.cli.prepare import Ground
from bot.cli.signin import say
from bot.cli.upstream import sources_of, upstream
from bot.errors import UpstreamError
from bot.openrouter.catalog import Catalog
from bot.openrouter.facts import ModelFacts
from bot.openrouter.keys import chat_key
from bot.openrouter.refs import ListedModel, listed
from bot.openrouter.route import wire_model
from bot.openrouter.usage import MICRO

THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One model as it is listed. `role` is `primary`, `fallback` or empty."""

    model: ListedModel
    facts: ModelFacts
    role: str = ""

    def matches(self, text: str) -> bool:
        return text.lower() in f"{self.model.ref} {self.model.name} {self.model.alias}".lower()

    def as_json(self) -> dict[str, Any]:
        return {
            "ref": self.model.ref,
            "name": self.model.name,
            "alias": self.model.alias or None,
            "retired": self.model.retired,
            "configured": self.model.configured,
            "role": self.role or None,
            "contextLength": self.facts.context,
            "promptUsdPerM": _usd(self.facts.prompt_price),
            "completionUsdPerM": _usd(self.facts.completion_price),
        }


async def rows_of(ground: Ground) -> list[Row]:
    """Every model worth listing. Without a fresh catalogue the kept one, or the bundled models."""
    defaults = ground.loaded.config.agents.defaults
    configured = {ref: entry.alias or "" for ref, entry in defaults.models.items()}
    roles = {wire_model(ref): "fallback" for ref in defaults.model.fallbacks}
    roles[wire_model(defaults.model.primary)] = "primary"
    for ref in (defaults.model.primary, *defaults.model.fallbacks):
        configured.setdefault(ref, "")
    async with (
        upstream(ground) as client,
        Catalog(client, ground.state_dir / CATALOG_FILE) as catalog,
    ):
        await _refresh(catalog, ground)
        known = {facts.id: facts for facts in catalog.models()}
    return [
        Row(
            model,
            known.get(wire_model(model.ref).partition(":")[0], ModelFacts()),
            role=roles.get(wire_model(model.ref), ""),
        )
        for model in listed(configured, known.values())
    ]


async def _refresh(catalog: Catalog, ground: Ground) -> None:
    if chat_key(sources_of(ground)) is None:
        say("There is no OpenRouter key, so the catalogue was not fetched.")
        return
    try:
        await catalog.refresh()
    except UpstreamError as failure:
        say(f"The catalogue could not be fetched: {explained(failure)}")


def shown(row: Row) -> str:
    """One line: reference, context, prices for a million tokens, remarks."""
    facts = row.facts
    context = f"{facts.context // THOUSAND}k" if facts.context else ""
    prices = (_usd(facts.prompt_price), _usd(facts.completion_price))
    price = "" if None in prices else "${:g} / ${:g}".format(*prices)
    alias = f"alias {row.model.alias}" if row.model.alias else ""
    marks = (row.role, alias, "retired" if row.model.retired else "")
    remarks = ", ".join(mark for mark in marks if mark)
    return f"{row.model.ref:<52}{context:>8}  {price:<18}{remarks}".rstrip()


def _usd(micro_usd: int | None) -> float | None:
    return None if micro_usd is None else micro_usd / MICRO
