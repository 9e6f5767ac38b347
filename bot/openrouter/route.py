"""Where requests go and whether that is really OpenRouter; and a model's id as the wire wants it.

There are two checks and both are needed: the class of the host decides about headers and cache
markers, the exact address about changes of the body (facts/openrouter-wire.md §2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

CANONICAL_URL = "https://openrouter.ai/api/v1"
LEGACY_URL = "https://openrouter.ai/v1"
HOST = "openrouter.ai"
PROVIDER = "openrouter/"


@dataclass(frozen=True, slots=True)
class Route:
    """One resolved base address.

    `verified`: the host is openrouter.ai or below it. `exact`: the address is the canonical one.
    """

    base_url: str
    query: tuple[tuple[str, str], ...]
    verified: bool
    exact: bool

    @classmethod
    def of(cls, base_url: str | None) -> Route:
        """The route of a configured address; none configured means the canonical one."""
        plain, _, query = (base_url or "").strip().partition("?")
        address = _canonical(plain)
        return cls(
            base_url=address,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            verified=is_openrouter_host(address),
            exact=address == CANONICAL_URL and not query,
        )

    def url(self, path: str) -> str:
        """The address of `path`, which starts with a slash."""
        return self.base_url + path


def _canonical(base_url: str) -> str:
    address = base_url.strip().rstrip("/")
    if address in ("", LEGACY_URL):
        return CANONICAL_URL
    return address if "://" in address else f"https://{address}"


def is_openrouter_host(address: str) -> bool:
    """Whether the host is openrouter.ai or a subdomain; look-alikes are not."""
    try:
        host = (urlsplit(address if "://" in address else f"//{address}").hostname or "").lower()
    except ValueError:
        return False
    return host == HOST or host.endswith(f".{HOST}")


def wire_model(ref: str) -> str:
    """The model id for the wire: `openrouter/anthropic/x` becomes `anthropic/x`.

    A bare name belongs to OpenRouter itself: `auto` becomes `openrouter/auto`.
    Source: facts/openrouter-wire.md §3.1.
    """
    model = ref.strip().lower()
    rest = model.removeprefix(PROVIDER)
    if "/" in rest:
        return rest
    if rest in ("deepseek-v4-flash", "deepseek-v4-pro"):
        return f"deepseek/{rest}"
    return PROVIDER + rest


def media_model(ref: str) -> str:
    """The id of a speech or media model: only the provider's own prefix is taken off."""
    rest = ref.strip().removeprefix(PROVIDER)
    return rest if "/" in rest else ref.strip()
