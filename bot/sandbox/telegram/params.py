"""The parameters of one Bot API call, whatever way they came: query, JSON, form or multipart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from .errors import ApiError, bad_request

# Their values stay text even when they look like numbers or JSON.
_TEXTUAL_NAMES = """
text caption parse_mode action url secret_token callback_query_id title performer file_id
voice audio photo video document video_note animation language_code
"""
_TEXTUAL = frozenset(_TEXTUAL_NAMES.split())
_MAX_FIELD_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """One file part of a multipart request."""

    name: str
    mime: str
    data: bytes

    def facts(self) -> dict[str, Any]:
        """What the call log keeps in place of the bytes."""
        digest = hashlib.sha256(self.data).hexdigest()
        return {"name": self.name, "size": len(self.data), "sha256": digest}


@dataclass(slots=True)
class Params:
    """Named values; getters read them as the type that the method wants."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string, empty when absent."""
        value = self.values.get(name)
        if value is None:
            return ""
        text = value if isinstance(value, str) else json.dumps(value)
        if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
            raise bad_request("strings must be encoded in UTF-8")
        return text

    def integer(self, name: str) -> int | None:
        """A whole number; None when absent or not a number, as the service reads it."""
        value = self.values.get(name)
        try:
            return None if value is None or value == "" else int(float(value))
        except (TypeError, ValueError, OverflowError):
            return None

    def flag(self, name: str) -> bool:
        """True for true, 1 and yes."""
        return self.text(name).strip('"').lower() in ("true", "1", "yes")

    def json(self, name: str) -> Any:
        """A JSON value, given as text or as part of a JSON body; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def logged(self) -> dict[str, Any]:
        """The values as the call log shows them: numbers and objects decoded, files described."""
        shown = {name: _decoded(name, value) for name, value in self.values.items()}
        return shown | {name: upload.facts() for name, upload in self.uploads.items()}


async def read_params(request: Request, *, upload_bytes: int) -> Params:
    """All parameters of `request`. Raises ApiError 400 for a broken body, 413 for a large file."""
    params = Params(values=dict(request.query_params))
    if request.method != "POST":
        return params
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        params.values |= await _json_body(request)
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        await _read_form(request, params, upload_bytes=upload_bytes)
    else:
        await request.body()
    return params


async def _json_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("object expected")
    return body


async def _read_form(request: Request, params: Params, *, upload_bytes: int) -> None:
    try:
        form = await request.form(max_part_size=_MAX_FIELD_BYTES)
    except HTTPException as error:
        raise bad_request(f"can't parse form: {error.detail}") from None
    try:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                params.values[name] = value
                continue
            if (value.size or 0) > upload_bytes:
                raise ApiError(413, "Request Entity Too Large")
            params.uploads[name] = Upload(
                value.filename or "", value.content_type or "", await value.read()
            )
    finally:
        await form.close()


def _decoded(name: str, value: Any) -> Any:
    if name in _TEXTUAL or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
