"""A Telegram stand-in on loopback: the Bot API with its limits and errors, and a control API."""

from .app import create_app
from .worlds import SandboxSettings

__all__ = ["SandboxSettings", "create_app"]
