"""Everything that can go wrong, in one tree.

    ParleyError
    ├── ConfigError            the file or an environment value is wrong; exit 2
    ├── StartError             the bot can't start here and now; exit 1
    ├── LoginFailed            signing in at OpenRouter failed (bot/openrouter/login.py)
    │   └── NoCallback         the browser did not come back (bot/openrouter/callback.py)
    ├── ToolFailed             a tool can't do what the model asked (bot/tools/registry.py)
    ├── BadUpdate              an update that can't be read; set aside, stops nobody
    └── StageError             a turn failed at a stage; becomes one sentence in the chat
        ├── Refused            not allowed, or not now; nothing was spent
        │   └── BudgetSpent    what may be spent is spent
        ├── ListenError        the note can't be heard
        │   ├── AudioTooLarge
        │   ├── AudioUnreadable
        │   ├── NothingHeard
        │   └── DownloadFailed
        ├── LookError          a picture, film or paper can't be looked at
        ├── UpstreamError      OpenRouter refused, failed or broke off
        │   ├── KeyRefused     401
        │   ├── NoCredit       402, and 403 for an exhausted key
        │   ├── Moderated      403
        │   ├── ModelMissing   404
        │   ├── RequestRejected 400, 413, 422 and relatives
        │   │   └── ContextTooLong
        │   ├── RateLimited    429
        │   ├── UpstreamDown   408, 5xx, connection errors, timeouts
        │   └── BadAnswer      the answer is no answer: HTML, wrong type, cut off, empty
        └── DeliverError       the channel refused a send
            ├── VoiceForbidden
            ├── TooLargeToSend
            └── ChatGone       blocked, kicked, deleted: nothing more can be sent

The first line of each docstring is the default message for the log; `sentence` is for the person.
"""

from __future__ import annotations

from typing import ClassVar


class ParleyError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


class ConfigError(ParleyError):
    """The configuration is wrong."""


class StartError(ParleyError):
    """Parley can't start."""


class BadUpdate(ParleyError):
    """This update can't be read."""


class StageError(ParleyError):
    """A stage of the turn failed.

    `code` is stable and machine-readable, `sentence` says what happened and what to do,
    `retryable` whether the same request may work later, `retry_after_s` when upstream said so.
    `detail` is for the log: redacted, without content.
    """

    code: ClassVar[str] = "failed"
    default_sentence: ClassVar[str] = "Something went wrong on my side. Please try again."
    retryable: bool = False

    def __init__(
        self,
        detail: str = "",
        *,
        sentence: str = "",
        retryable: bool | None = None,
        retry_after_s: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.sentence = sentence or self.default_sentence
        if retryable is not None:
            self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.status = status


class Refused(StageError):
    """The request is not allowed."""

    code = "refused"
    default_sentence = "I'm not set up to do that here."


class BudgetSpent(Refused):
    """A budget is used up; the call was not made."""

    code = "budget.spent"
    default_sentence = "The budget for this is used up. Please try again later."


class ListenError(StageError):
    """The note can't be heard."""

    code = "listen.failed"
    default_sentence = "I couldn't listen to that. Please send it again or type it."


class AudioTooLarge(ListenError):
    """The note is larger than the channel can give."""

    code = "listen.too_large"
    default_sentence = (
        "That recording is over 20 MB, more than Telegram lets me fetch. "
        "Please send it in shorter parts."
    )


class AudioUnreadable(ListenError):
    """The note holds no sound that can be decoded."""

    code = "listen.unreadable"
    default_sentence = (
        "I couldn't find any sound in that file. Please record it again or send another format."
    )


class NothingHeard(ListenError):
    """The note is silent."""

    code = "listen.silent"
    default_sentence = (
        "I heard nothing in that note. Please try again a little closer to the phone."
    )


class DownloadFailed(ListenError):
    """The note can't be fetched."""

    code = "listen.download"
    default_sentence = "I couldn't fetch that file. Please send it again."
    retryable = True


class LookError(StageError):
    """What came with a message can't be looked at."""

    code = "look.failed"
    default_sentence = "I couldn't open that file. Please send it again in another form."


class UpstreamError(StageError):
    """OpenRouter failed.

    `sent` is false when no byte of the request left this machine: certainly nothing was paid.
    `begun` is true when it came after some of the answer: that may be paid whatever it says.
    `cost_micro_usd` and `generation_id` are known where an answer that is no use named them.
    """

    sent: bool = True
    begun: bool = False
    cost_micro_usd: int | None = None
    generation_id: str = ""

    code = "upstream.failed"
    default_sentence = "The model service failed. Please try again in a moment."


class KeyRefused(UpstreamError):
    """OpenRouter refused the key."""

    code = "upstream.key"
    default_sentence = "My key for the model service was refused. Please tell my owner to check it."


class NoCredit(UpstreamError):
    """OpenRouter has no credit left for this request."""

    code = "upstream.credit"
    default_sentence = (
        "My credit for the model service is used up. Please tell my owner to top it up."
    )

    def __init__(
        self, detail: str = "", *, affordable_tokens: int | None = None, **rest: object
    ) -> None:
        super().__init__(detail, **rest)  # type: ignore[arg-type]
        self.affordable_tokens = affordable_tokens


class Moderated(UpstreamError):
    """OpenRouter or the provider refused the content."""

    code = "upstream.moderated"
    default_sentence = "The model service refused that request because of its content rules."


class ModelMissing(UpstreamError):
    """The model does not exist or no provider serves it."""

    code = "upstream.model"
    default_sentence = (
        "The configured model is not available. Please tell my owner to choose another."
    )


class RequestRejected(UpstreamError):
    """OpenRouter rejected the request."""

    code = "upstream.rejected"
    default_sentence = (
        "The model service couldn't work with that request. Please try it differently."
    )


class ContextTooLong(RequestRejected):
    """The conversation is longer than the model can read."""

    code = "upstream.context"
    default_sentence = "This conversation got too long for the model. Send /new to start afresh."


class RateLimited(UpstreamError):
    """OpenRouter limits the rate."""

    code = "upstream.rate"
    default_sentence = "The model service is busy right now. Please try again in a minute."
    retryable = True


class UpstreamDown(UpstreamError):
    """OpenRouter can't be reached or answered with a server error."""

    code = "upstream.down"
    default_sentence = "The model service is not answering. Please try again in a moment."
    retryable = True


class BadAnswer(UpstreamError):
    """OpenRouter's answer is not what was asked for."""

    code = "upstream.answer"
    default_sentence = "The model service sent an unusable answer. Please try again."
    retryable = True


class DeliverError(StageError):
    """The channel refused a send."""

    code = "deliver.failed"
    default_sentence = "I couldn't send that."


class VoiceForbidden(DeliverError):
    """The chat does not accept voice messages."""

    code = "deliver.voice_forbidden"
    default_sentence = (
        "Your privacy settings don't let me send voice messages, so I answer in text."
    )
    in_group: ClassVar[str] = (
        "This group doesn't let me send voice messages, so I answer in text. An admin can allow it."
    )


class TooLargeToSend(DeliverError):
    """The file is larger than the channel takes."""

    code = "deliver.too_large"
    default_sentence = "The result is over 50 MB, more than Telegram lets me send."


class ChatGone(DeliverError):
    """The chat can't be written to any more."""

    code = "deliver.gone"
