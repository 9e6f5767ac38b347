"""Which models a person can choose among, for the chat's menus."""

from __future__ import annotations

from collections.abc import Mapping

from bot.openrouter.catalog import Catalog
from bot.openrouter.route import wire_model

PREFIX = "openrouter/"
FIRST = (
    "openrouter/auto",
    "openrouter/openrouter/fusion",
    "openrouter/moonshotai/kimi-k2.6",
    "openrouter/moonshotai/kimi-k2.5",
)


class ModelMenu:
    """Implements `bot.turns.commands.desk.ModelList` on the catalogue and the configuration."""

    def __init__(self, catalog: Catalog, *, configured: Mapping[str, object]) -> None:
        self._catalog = catalog
        self._configured = tuple(configured)

    def references(self) -> tuple[str, ...]:
        speaking = (
            PREFIX + facts.id
            for facts in self._catalog.models()
            if "text" in facts.outputs and not facts.id.startswith(PREFIX)
        )
        return tuple(dict.fromkeys((*self._configured, *FIRST, *speaking)))

    def known(self, reference: str) -> bool:
        """Anything shaped like a model id: the catalogue may be older than the model."""
        return "/" in wire_model(reference) and reference.isprintable() and " " not in reference
