"""How the Bot API says no: an error answer in Telegram's JSON form."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """The Bot API refuses a call."""

    def __init__(
        self, code: int, description: str, *, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def payload(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class ClientGone(Exception):
    """The caller closed its connection while it waited."""


class ControlError(Exception):
    """A control request asks for what can't be done; becomes 400 with the message."""


def bad_request(why: str) -> ApiError:
    """400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {why}")


def forbidden(why: str) -> ApiError:
    """403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {why}")


def conflict(why: str) -> ApiError:
    """409 with Telegram's prefix."""
    return ApiError(409, f"Conflict: {why}")


def not_found() -> ApiError:
    """404 as for a method or file that does not exist."""
    return ApiError(404, "Not Found")


def too_many_requests(retry_after_s: int) -> ApiError:
    """429 with `parameters.retry_after` in whole seconds."""
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after_s}",
        parameters={"retry_after": retry_after_s},
    )
