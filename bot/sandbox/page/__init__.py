"""The chat page: plain files, served as they are."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "static"


def page_routes() -> list[BaseRoute]:
    """`/` and everything it loads."""
    return [Mount("/", StaticFiles(directory=FOLDER, html=True))]
