"""Telegram: updates in by long polling, answers out through one outbox. Decides no access."""
