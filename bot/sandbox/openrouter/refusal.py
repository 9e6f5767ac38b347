"""How OpenRouter says no: one exception that knows its HTTP status and JSON body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# facts/openrouter-api.md §3: status, then the `error_type` and the words that come with it.
USUAL: dict[int, tuple[str, str]] = {
    400: ("invalid_request", "Bad request"),
    401: ("authentication", "No auth credentials found"),
    402: ("payment_required", "Insufficient credits. Add more using https://openrouter.ai/credits"),
    403: ("permission_denied", "Your chosen model requires moderation and your input was flagged"),
    404: ("not_found", "No endpoints found for the requested model."),
    408: ("timeout", "Request timed out"),
    413: ("payload_too_large", "Payload too large"),
    422: ("unprocessable", "Unprocessable entity"),
    429: ("rate_limit_exceeded", "Rate limit exceeded"),
    500: ("server", "Internal Server Error"),
    502: ("provider_unavailable", "Provider returned error"),
    503: ("provider_overloaded", "No instances available"),
    504: ("timeout", "Upstream timed out"),
    524: ("timeout", "A timeout occurred"),
    529: ("provider_overloaded", "Provider overloaded"),
}


class ApiRefusal(Exception):
    """The request is refused. Words and `error_type` default to the usual ones of `status`."""

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        error_type: str = "",
        metadata: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        availability: str = "",
    ) -> None:
        usual_type, usual_message = USUAL.get(status, ("unmapped", "Request failed"))
        super().__init__(message or usual_message)
        self.status = status
        self.message = message or usual_message
        self.metadata = {"error_type": error_type or usual_type, **(metadata or {})}
        self.headers = dict(headers or {})
        self.availability = availability

    def body(self) -> dict[str, Any]:
        """The error object of facts/openrouter-api.md §3."""
        error = {"code": self.status, "message": self.message, "metadata": self.metadata}
        if self.availability:
            error["availability"] = {"code": self.availability, "retryable": False}
        return {"error": error, "user_id": "user_sandbox"}


def afford(requested: int, affordable: int) -> ApiRefusal:
    """The refusal of a request whose output cap costs more than the credit that is left."""
    return ApiRefusal(
        402,
        "This request requires more credits, or fewer max_tokens. You requested up to "
        f"{requested} tokens, but can only afford {affordable}. To increase, visit "
        "https://openrouter.ai/settings/credits and add more credits",
    )
