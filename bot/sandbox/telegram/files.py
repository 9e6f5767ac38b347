"""The files of one world: bytes on disk by content, and what Telegram says about each upload."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .sniff import ogg_duration_s, sniff

_FOLDERS = {
    "voice": ("voice", ".oga", "AwACAgI"),
    "audio": ("music", ".mp3", "CQACAgI"),
    "video_note": ("video_notes", ".mp4", "DQACAgI"),
    "video": ("videos", ".mp4", "BAACAgI"),
    "photo": ("photos", ".jpg", "AgACAgI"),
    "document": ("documents", "", "BQACAgI"),
    "animation": ("animations", ".mp4", "CgACAgI"),
    "sticker": ("stickers", ".webp", "CAACAgI"),
}
FILE_KINDS = tuple(_FOLDERS)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One upload. `size_bytes` is real, `claimed_bytes` is what messages and getFile say."""

    file_id: str
    file_unique_id: str
    kind: str
    sha256: str
    size_bytes: int
    claimed_bytes: int
    mime: str
    name: str
    path: str
    sniffed: str
    measured_s: float | None

    def facts(self) -> dict[str, Any]:
        """For inspection: what was really uploaded."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "sha256": self.sha256,
            "size": self.size_bytes,
            "claimed_size": self.claimed_bytes,
            "mime": self.mime,
            "name": self.name,
            "sniffed": self.sniffed,
            "measured_s": self.measured_s,
        }


class FileStore:
    """Keeps uploads under `root`, each content once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(
        self,
        data: bytes,
        *,
        kind: str,
        mime: str = "",
        name: str = "",
        claimed: int | None = None,
        forwarded: bool = False,
    ) -> StoredFile:
        """Store `data` as a new upload of `kind`.

        What is forwarded is the file that was sent before; every other upload is one of its own.
        """
        digest = hashlib.sha256(data)
        number = len(self._by_id)
        folder, suffix, prefix = _FOLDERS[kind]
        suffix = suffix if kind == "voice" else PurePosixPath(name).suffix or suffix
        unique = base64.urlsafe_b64encode(digest.digest()[:12]).decode().rstrip("=")
        original = self._first(kind, digest.hexdigest()) if forwarded else None
        stored = StoredFile(
            file_id=f"{prefix}{unique}{number:06d}",
            file_unique_id=original or f"Ag{kind[:2].upper()}{unique}{number:06d}",
            kind=kind,
            sha256=digest.hexdigest(),
            size_bytes=len(data),
            claimed_bytes=len(data) if claimed is None else claimed,
            mime=mime or mimetypes.guess_type(name)[0] or "application/octet-stream",
            name=name,
            path=f"{folder}/file_{number}{suffix}",
            sniffed=sniff(data),
            measured_s=ogg_duration_s(data) if data[:4] == b"OggS" else None,
        )
        self._root.mkdir(parents=True, exist_ok=True)
        blob = self.blob(stored)
        if not blob.exists():
            blob.write_bytes(data)
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def _first(self, kind: str, sha256: str) -> str | None:
        """The `file_unique_id` under which this content was first sent."""
        uploads = (one for one in self._by_id.values() if (one.kind, one.sha256) == (kind, sha256))
        return next((one.file_unique_id for one in uploads), None)

    def find(self, file_id: str) -> StoredFile | None:
        """The upload with this id."""
        return self._by_id.get(file_id)

    def find_path(self, path: str) -> StoredFile | None:
        """The upload that getFile names with this path."""
        return self._by_path.get(path)

    def blob(self, stored: StoredFile) -> Path:
        """Where the bytes lie."""
        return self._root / stored.sha256
