"""What is known about one model, read from a row of OpenRouter's catalogue.

Source: facts/openrouter-wire.md §18.1 and §18.2. Unknown stays unknown: None is not False.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

MICRO_USD_PER_M_TOKENS = 10**12
TOKENS_PER_PRICE = 10**6


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Token counts, what the model can do, prices in micro-USD per million tokens."""

    id: str = ""
    name: str = ""
    context: int | None = None
    max_completion_tokens: int | None = None
    supports_tools: bool | None = None
    reasoning: bool | None = None
    efforts: tuple[str, ...] = ()
    default_effort: str = ""
    reasoning_mandatory: bool = False
    inputs: tuple[str, ...] = ("text",)
    outputs: tuple[str, ...] = ("text",)
    voices: tuple[str, ...] = ()
    prompt_price: int | None = None
    completion_price: int | None = None

    def cost_micro_usd(self, *, prompt_tokens: int, completion_tokens: int) -> int | None:
        """An estimate before a call, rounded up; None where the catalogue names no price."""
        if self.prompt_price is None or self.completion_price is None:
            return None
        total = prompt_tokens * self.prompt_price + completion_tokens * self.completion_price
        return -(-total // TOKENS_PER_PRICE)

    def as_row(self) -> dict[str, Any]:
        """For the cache on disk."""
        return asdict(self)


UNKNOWN = ModelFacts()
# Known without asking, so that the first turn of a new installation is right (§18.1).
BUNDLED = {
    facts.id: facts
    for facts in (
        ModelFacts(
            "openrouter/auto",
            "Auto Router",
            200_000,
            8192,
            reasoning=False,
            inputs=("text", "image"),
        ),
        *(
            ModelFacts(
                f"moonshotai/kimi-k2.{minor}",
                f"Kimi K2.{minor}",
                262_144,
                262_144,
                supports_tools=True,
                reasoning=True,
                inputs=("text", "image"),
            )
            for minor in (5, 6)
        ),
    )
}


def from_cache(row: Mapping[str, Any]) -> ModelFacts:
    """The reverse of `as_row`. Raises TypeError on a row of another version."""
    known = {field.name for field in fields(ModelFacts)}
    if set(row) != known:
        raise TypeError("a row of another version")
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return ModelFacts(**values)


def from_catalogue(row: Mapping[str, Any]) -> ModelFacts | None:
    """The facts of one row of `GET /models`, None for a row without an id."""
    if not isinstance(row.get("id"), str):
        return None
    top = _mapping(row.get("top_provider"))
    architecture = _mapping(row.get("architecture"))
    pricing = _mapping(row.get("pricing"))
    reasoning = _mapping(row.get("reasoning"))
    default = reasoning.get("default_effort")
    supported = row.get("supported_parameters")
    listed = set(_texts(supported)) if isinstance(supported, list) else None
    return ModelFacts(
        id=row["id"],
        name=row["name"] if isinstance(row.get("name"), str) else "",
        context=_count(top.get("context_length"), row.get("context_length")),
        max_completion_tokens=_count(
            top.get("max_completion_tokens"),
            row.get("max_completion_tokens"),
            row.get("max_output_tokens"),
        ),
        supports_tools=None if listed is None else "tools" in listed,
        reasoning=None if listed is None else bool(listed & {"reasoning", "include_reasoning"}),
        efforts=_texts(reasoning.get("supported_efforts")),
        default_effort=default if isinstance(default, str) else "",
        reasoning_mandatory=reasoning.get("mandatory") is True,
        inputs=_modalities(architecture, "input_modalities", side=0),
        outputs=_modalities(architecture, "output_modalities", side=-1),
        voices=_texts(row.get("supported_voices")),
        prompt_price=_price(pricing.get("prompt")),
        completion_price=_price(pricing.get("completion")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _count(*values: object) -> int | None:
    counts: Iterable[int] = (
        value for value in values if isinstance(value, int) and not isinstance(value, bool)
    )
    return next((count for count in counts if count > 0), None)


def _modalities(architecture: Mapping[str, Any], name: str, *, side: int) -> tuple[str, ...]:
    listed = _texts(architecture.get(name))
    if listed:
        return listed
    modality = architecture.get("modality")
    if not isinstance(modality, str) or "->" not in modality:
        return ("text",)
    return tuple(part.strip() for part in modality.split("->")[side].split("+"))


def _price(value: object) -> int | None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        micro = round(float(value) * MICRO_USD_PER_M_TOKENS)
    except (ValueError, OverflowError):
        return None
    return micro if micro >= 0 else None  # routers say -1: the price is that of the chosen model
