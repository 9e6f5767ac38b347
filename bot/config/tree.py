"""Data on its way to canonical names, remembering how every path was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.config.keypath import KeyPath, get

Moves = dict[KeyPath, KeyPath]  # canonical path -> where it stood before this step


@dataclass(slots=True)
class Tree:
    """Nested data plus the steps that moved its parts. Each step is undone as a whole."""

    data: dict[str, Any]
    steps: list[Moves] = field(default_factory=list)

    def moved(self, moves: Moves) -> None:
        """Record one step; its moves happened at the same time."""
        if moves:
            self.steps.append(moves)

    def written(self, path: KeyPath) -> KeyPath:
        """The path as it stands in the file."""
        for step in reversed(self.steps):
            for length in range(len(path), 0, -1):
                origin = step.get(path[:length])
                if origin is not None:
                    path = (*origin, *path[length:])
                    break
        return path

    def keep_items(self, path: KeyPath, kept: list[int]) -> None:
        """Shrink the list at `path` to the items with these indexes, in this order."""
        items = get(self.data, path)
        self.moved({(*path, new): (*path, old) for new, old in enumerate(kept)})
        items[:] = [items[index] for index in kept]
