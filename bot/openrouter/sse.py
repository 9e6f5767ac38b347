"""Server-sent events from bytes that may be cut anywhere. Only `data` matters here."""

from __future__ import annotations

import re

from bot.errors import BadAnswer

LINE_END = re.compile(rb"\r\n|\r|\n")
MAX_LINE_BYTES = 8 * 2**20


class SseParser:
    """Collects bytes and gives the data of each complete event.

    Comments, other fields and blank events are skipped; data on several lines is joined by line
    feeds. An event whose closing blank line never came is given by `close`.
    """

    def __init__(self, *, max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self._max_line_bytes = max_line_bytes
        self._tail = bytearray()
        self._after_cr = False
        self._first = True
        self._data: list[str] = []
        self._data_chars = 0

    def feed(self, received: bytes) -> list[str]:
        """The events that `received` completes. Raises BadAnswer when a line has no end."""
        if self._after_cr and received[:1] == b"\n":  # the second half of a CRLF
            received = received[1:]
            self._after_cr = False
        if not received:
            return []
        self._after_cr = received.endswith(b"\r")
        *complete, rest = LINE_END.split(received)
        events: list[str] = []
        for line in complete:
            self._tail += line
            self._end_line(events)
        self._tail += rest
        if len(self._tail) > self._max_line_bytes:
            raise BadAnswer("a line of the stream does not end")
        return events

    def close(self) -> list[str]:
        """What is left when the bytes end."""
        events: list[str] = []
        if self._tail:
            self._end_line(events)
        self._flush(events)
        return events

    def _end_line(self, events: list[str]) -> None:
        line = self._tail.decode("utf-8", "replace")
        self._tail.clear()
        if self._first:
            line = line.removeprefix("\ufeff")
            self._first = False
        if not line:
            self._flush(events)
            return
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
            self._data_chars += len(value)
            if self._data_chars > self._max_line_bytes:
                raise BadAnswer("an event of the stream does not end")

    def _flush(self, events: list[str]) -> None:
        event = "\n".join(self._data)
        self._data.clear()
        self._data_chars = 0
        if event.strip():
            events.append(event)
