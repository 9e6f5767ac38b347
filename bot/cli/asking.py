"""Asking the person at the terminal. Answers come from standard input when it is no terminal."""

from __future__ import annotations

import getpass
import sys

from bot.errors import ConfigError


def ask(question: str) -> str:
    """One line, without its end. Raises ConfigError when nobody is there to answer."""
    print(question, end=" ", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        print(file=sys.stderr)
        raise ConfigError("Nobody answered: standard input has ended.")
    return line.strip()


def ask_secret(question: str) -> str:
    """The same without an echo at a terminal."""
    if not sys.stdin.isatty():
        return ask(question)
    try:
        return getpass.getpass(f"{question} ", stream=sys.stderr).strip()
    except EOFError:
        raise ConfigError("Nobody answered: standard input has ended.") from None


def agrees(question: str) -> bool:
    """Whether the answer is a yes; anything else, and nobody there, is a no."""
    try:
        return ask(f"{question} [y/N]").lower() in ("y", "yes")
    except ConfigError:
        return False
