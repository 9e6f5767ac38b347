"""A listener on this machine that nobody should talk to, and what it was sent all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Neighbour:
    """Answers every GET with `body`. `heard` are the headers of each, names in lower case."""

    address: str = ""
    body: bytes = b""
    heard: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def neighbour() -> Iterator[Neighbour]:
    """One on a port of 127.0.0.1 that is its own."""
    found = Neighbour()

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.heard.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("content-type", "video/mp4")
            self.send_header("content-length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `heard`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        found.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
