"""How a finding about the configuration is shown, the same wherever it comes up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config.load import Finding


def shown(finding: Finding, source: Path | None) -> str:
    """One line: kind, file and line as editors open them, what is wrong."""
    stops = " (parley run stops here)" if finding.fatal else ""
    return f"{finding.kind}: {place(finding, source)}{finding.message}{stops}"


def place(finding: Finding, source: Path | None) -> str:
    """`file:line: `, empty for what stands in no file."""
    return f"{finding.file or source}:{finding.line}: " if finding.line else ""
