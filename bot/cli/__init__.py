"""The command line. Each command lives in a module of its own."""

from __future__ import annotations


def main() -> None:
    """Run the console script `parley`."""
    from bot.cli.root import app

    app()
