"""A table drawn with spaces, for a block of fixed width."""

from __future__ import annotations

from unicodedata import east_asian_width


class Table:
    """Collects cells row by row; the first row is the head."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []

    def open_row(self) -> None:
        self._rows.append([])

    def open_cell(self) -> None:
        self._rows[-1].append("")

    def write(self, text: str) -> None:
        if self._rows and self._rows[-1]:
            self._rows[-1][-1] += text.replace("\n", " ")

    def drawn(self) -> str:
        """The rows as lines, columns padded to their widest cell, the head underlined."""
        columns = max((len(row) for row in self._rows), default=0)
        rows = [row + [""] * (columns - len(row)) for row in self._rows]
        widths = [max(_width(row[column]) for row in rows) for column in range(columns)]
        lines = [
            " | ".join(
                cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
            for row in rows
        ]
        lines.insert(1, "-+-".join("-" * width for width in widths))
        return "\n".join(lines)


def _width(text: str) -> int:
    """Columns that `text` takes in a font of fixed width."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
