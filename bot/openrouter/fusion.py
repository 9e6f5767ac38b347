"""What the agent may know about its own Fusion panel: a note for the system prompt.

Source: seeds 002 "Fusion router"; facts/openrouter-wire.md §11. The plugin itself travels in the
extra body, untouched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

FUSION = "openrouter/fusion"
HEADING = "## Fusion panel"
INTRO = "These are the non-secret Fusion plugin fields of the request that you are answering."
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
ID_UNITS = 256  # UTF-16 code units


def fusion_note(params: Mapping[str, Any]) -> str | None:
    """The note for effective params (canonical spelling); None without a panel to speak of.

    Names of the analysis models and of the judge, sanitized; nothing else of the extra body.
    """
    plugin = _plugin(params.get("extra_body"))
    models = plugin.get("analysis_models")
    panel = [name for name in map(_name, models if isinstance(models, list) else []) if name]
    judge = _name(plugin.get("model"))
    if not panel and not judge:
        return None
    lines = [HEADING, "", INTRO]
    if panel:
        lines.append(f"Analysis models: {', '.join(panel)}")
    if judge:
        lines.append(f"Judge model: {judge}")
    return "\n".join(lines)


def _plugin(extra: object) -> dict[str, Any]:
    plugins = extra.get("plugins") if isinstance(extra, dict) else None
    for plugin in plugins if isinstance(plugins, list) else []:
        if isinstance(plugin, dict) and plugin.get("id") == "fusion":
            return plugin if plugin.get("enabled") is not False else {}
    return {}


def _name(value: object) -> str:
    if not isinstance(value, str):
        return ""
    units = UNPRINTABLE.sub("", value).strip().encode("utf-16-le", "surrogatepass")
    return units[: 2 * ID_UNITS].decode("utf-16-le", "ignore")  # never half of a pair
