"""Parley: a Telegram bot you talk to. docs/architecture.md is the map of this package."""
