"""The names that people give to models: references, aliases, and the few known without asking.

Nothing here restricts: what is not listed can be chosen all the same. The id for the wire is
`route.wire_model`. Sources: seeds 002 and 000 "Model references", facts/openrouter-wire.md §3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.openrouter.facts import ModelFacts
from bot.openrouter.route import PROVIDER, wire_model

DEFAULT_REF = "openrouter/auto"


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One line of a listing. `retired`: still accepted, no longer served by OpenRouter."""

    ref: str
    name: str = ""
    alias: str = ""
    retired: bool = False
    configured: bool = False


BUNDLED_MODELS = (
    ListedModel("openrouter/auto", "OpenRouter automatic routing"),
    ListedModel("openrouter/openrouter/fusion", "OpenRouter Fusion router"),
    ListedModel("openrouter/moonshotai/kimi-k2.6", "Kimi K2.6 via MoonshotAI"),
    ListedModel("openrouter/moonshotai/kimi-k2.5", "Kimi K2.5 via MoonshotAI"),
    ListedModel("openrouter/openrouter/healer-alpha", "OpenRouter Healer Alpha", retired=True),
    ListedModel("openrouter/openrouter/hunter-alpha", "OpenRouter Hunter Alpha", retired=True),
)


def resolve(name: str, aliases: Mapping[str, str]) -> str:
    """The reference that `name` stands for: an alias in any case, else the name itself.

    `aliases` maps alias to reference (`agents.defaults.models[].alias`).
    """
    wanted = name.strip()
    by_alias = {alias.strip().lower(): ref for alias, ref in aliases.items() if alias.strip()}
    return by_alias.get(wanted.lower(), wanted)


def ref_of(wire_id: str) -> str:
    """The reference for a wire id, as the seeds write it: `wire_model` reversed."""
    return wire_id if wire_id == DEFAULT_REF else PROVIDER + wire_id


def listed(
    configured: Mapping[str, str], catalogue: Iterable[ModelFacts] = ()
) -> tuple[ListedModel, ...]:
    """Every model worth showing, each once: configured ones, bundled ones, then the catalogue's.

    `configured` maps references to their alias, empty for none. Of the catalogue only what writes
    text is listed.
    """
    bundled = {wire_model(model.ref): model for model in BUNDLED_MODELS}
    rows: dict[str, ListedModel] = {}
    known = {facts.id: facts for facts in catalogue if "text" in facts.outputs}
    for ref, alias in configured.items():
        wire_id = wire_model(ref)
        like = bundled.get(wire_id)
        rows.setdefault(
            wire_id,
            ListedModel(
                ref=ref,
                name=like.name if like else known[wire_id].name if wire_id in known else "",
                alias=alias,
                retired=like.retired if like else False,
                configured=True,
            ),
        )
    for wire_id, model in bundled.items():
        rows.setdefault(wire_id, model)
    for wire_id in sorted(known):
        rows.setdefault(wire_id, ListedModel(ref_of(wire_id), known[wire_id].name))
    return tuple(rows.values())
