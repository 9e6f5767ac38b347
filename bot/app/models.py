"""Which models a person can choose among, for the chat's menus."""

from __future__ import annotations

from collections.abc import Mapping

from bot.openrouter.catalog import Catalog
from bot.openrouter.refs import listed, resolve
from bot.openrouter.route import wire_model


class ModelMenu:
    """Implements `bot.turns.commands.desk.ModelList` on the catalogue and the configuration."""

    def __init__(self, catalog: Catalog, *, aliases: Mapping[str, str]) -> None:
        """`aliases` maps the references that the configuration names to their aliases."""
        self._catalog = catalog
        self._aliases = dict(aliases)

    def references(self) -> tuple[str, ...]:
        models = listed(self._aliases, self._catalog.models())
        return tuple(model.ref for model in models if not model.retired)

    def find(self, name: str) -> str | None:
        """The catalogue may be older than a model: whatever is shaped like a reference is taken."""
        reference = resolve(name, {alias: ref for ref, alias in self._aliases.items()})
        if not reference.isprintable() or " " in reference:
            return None
        wire_id = wire_model(reference)
        known = wire_id in {wire_model(ref) for ref in self.references()}
        return reference if known or "/" in reference else None

    def levels(self, reference: str) -> tuple[str, ...]:
        return self._catalog.levels(reference)

    def voices(self, reference: str) -> tuple[str, ...]:
        return self._catalog.voices(reference)
