"""Which of the typed errors a refusal is: a table of statuses, a table of types, few texts."""

from __future__ import annotations

import re

from bot.errors import (
    BadAnswer,
    ContextTooLong,
    KeyRefused,
    ModelMissing,
    Moderated,
    NoCredit,
    RateLimited,
    RequestRejected,
    UpstreamDown,
    UpstreamError,
)

# A chunk in mid-stream may name its kind by a word alone (facts/openrouter-api.md §2.5, §3).
STATUS_OF_TYPE = {
    "authentication": 401,
    "invalid_api_key": 401,
    "payment_required": 402,
    "insufficient_quota": 402,
    "permission_denied": 403,
    "region_restricted": 404,
    "not_found": 404,
    "model_not_found": 404,
    "no_endpoints": 404,
    "model_deprecated": 404,
    "privacy_restricted": 404,
    "payload_too_large": 413,
    "precondition_failed": 412,
    "unprocessable": 422,
    "context_length_exceeded": 400,
    "token_limit_exceeded": 400,
    "string_too_long": 400,
    "max_tokens_exceeded": 400,
    "invalid_request": 400,
    "invalid_request_error": 400,
    "invalid_prompt": 400,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "capacity_exhausted": 429,
    "server": 500,
    "server_error": 500,
    "provider_unavailable": 502,
    "provider_overloaded": 503,
    "overloaded_error": 503,
    "temporarily_unavailable": 503,
    "timeout": 504,
}
TOO_LONG_TYPES = {"context_length_exceeded", "token_limit_exceeded", "string_too_long"}
MODERATED_TYPES = {"content_policy_violation", "refusal"}
NO_MODEL_TYPES = {"model_not_found", "wrong_endpoint"}  # these come with 400

KEY_LIMIT = re.compile(r"key limit (exceeded|reached|hit)|api key budget limit", re.IGNORECASE)
TOO_LONG = re.compile(r"context (length|window)|maximum context|prompt is too long", re.IGNORECASE)
MODERATION = re.compile(r"moderat|flagged|content polic|guardrail", re.IGNORECASE)
AFFORDABLE = re.compile(r"can only afford (\d[\d,]*)", re.IGNORECASE)
PROVIDER_FAILED = re.compile(r"provider returned error", re.IGNORECASE)
NO_SUCH_INPUT = re.compile(r"support (image|audio|video|file) input", re.IGNORECASE)
NO_SUCH_MODEL = re.compile(r"not a valid model", re.IGNORECASE)
PRIVACY = re.compile(r"data policy|privacy", re.IGNORECASE)

NOT_PERMITTED = (
    "The model service doesn't let my key do that. Please tell my owner to check its rights."
)
PRIVACY_HINT = (
    "No provider of the configured model fits the privacy settings. "
    "Please tell my owner to change the settings or the model."
)


def classify(
    message: str,
    *,
    detail: str,
    status: int | None,
    error_type: str,
    flagged: bool,
    wait_s: float | None,
) -> UpstreamError:
    """The error for a refusal. `message` is read for hints, `detail` is what the log may show."""
    status = status or STATUS_OF_TYPE.get(error_type) or 502
    if KEY_LIMIT.search(message):
        return NoCredit(detail, status=status)
    if error_type in MODERATED_TYPES or (status == 403 and (flagged or MODERATION.search(message))):
        return Moderated(detail, status=status)
    if status in (400, 413, 422) and (error_type in TOO_LONG_TYPES or TOO_LONG.search(message)):
        return ContextTooLong(detail, status=status)
    if status == 400 and (error_type in NO_MODEL_TYPES or NO_SUCH_MODEL.search(message)):
        return ModelMissing(detail, status=status)
    if status == 400 and PROVIDER_FAILED.search(message):
        return UpstreamDown(detail, status=status)
    return _by_status(message, detail, status, error_type, wait_s)


def _by_status(
    message: str, detail: str, status: int, error_type: str, wait_s: float | None
) -> UpstreamError:
    if status == 429:
        return RateLimited(detail, status=status, retry_after_s=wait_s)
    if status == 408 or status >= 500:
        return UpstreamDown(detail, status=status, retry_after_s=wait_s)
    if status == 401:
        return KeyRefused(detail, status=status)
    if status == 402:
        return NoCredit(detail, status=status, affordable_tokens=_affordable(message))
    if status == 403 and error_type != "region_restricted":
        return KeyRefused(detail, status=status, sentence=NOT_PERMITTED)
    if status in (403, 404):
        return _missing(message, detail, status, error_type)
    if status < 400:
        return BadAnswer(detail, status=status, retryable=False)
    return RequestRejected(detail, status=status)


def _missing(message: str, detail: str, status: int, error_type: str) -> UpstreamError:
    if NO_SUCH_INPUT.search(message):
        return RequestRejected(detail, status=status)
    if error_type == "privacy_restricted" or PRIVACY.search(message):
        return ModelMissing(detail, status=status, sentence=PRIVACY_HINT)
    return ModelMissing(detail, status=status)


def _affordable(message: str) -> int | None:
    found = AFFORDABLE.search(message)
    return int(found[1].replace(",", "")) if found else None
