"""The life of a turn, from a stored update to a settled answer. Knows no Telegram and no HTTP."""
