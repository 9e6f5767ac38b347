"""Loopback stand-ins of Telegram and OpenRouter with a chat page, for trying the bot and for tests.

Never imported by the bot itself; it runs in a process of its own.
"""
