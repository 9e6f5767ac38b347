"""Writes docs/config.md from the schema of the configuration."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.config.reference import page

PAGE = Path(__file__).parent / "config.md"


if __name__ == "__main__":
    fresh = page()
    if "--check" in sys.argv:
        stale = not PAGE.exists() or fresh != PAGE.read_text("utf-8")
        sys.exit("docs/config.md is out of date: run docs/config_page.py" if stale else 0)
    PAGE.write_text(fresh, "utf-8")
