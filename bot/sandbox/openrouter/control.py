"""How tests and the chat page script the stand-in and look into it.

All paths begin with `/sandbox/openrouter/{key}`; `{key}` is the API key of the account. JSON in and
out; an unknown field or wrong type is a 400 with `{"error": ...}`. POST answers `{"ok": true}`.

`POST /script`: chat answers, appended to the queue; the first that suits is taken.
    [{"match": "*",            part of the last user text, or "*"
      "match_tool": null,      part of the tool results that end the request; null: don't care
      "match_system": null,    part of the system text
      "model": "",             part of the requested model
      "times": 1,              null: for ever
      "answer": {"text": "", "chunks": ["a", {"text": "b", "wait_ms": 5, "hold": "gate"}],
                 "first_token_ms": null, "tokens_per_s": null, "reasoning": "",
                 "reasoning_details": [{...}], "finish_reason": null, "model": "", "usage": {...},
                 "tool_calls": [{"name": "n", "arguments": {...} or "raw", "id": "",
                                 "fragment_chars": 12}],
                 "images": [{"prompt": null, "size": "640x480", "mime": "image/jpeg",
                             "raw_url": null, "shape": "images"|"camel"|"text"|"part"|"b64_json"|
                                                       "inline_data"}],
                 "audio": {"prompt": null, "seconds": null, "transcript": null},
                 "fault": {...}}}]
    One object instead of a list will do. Without a script the rehearsal model answers.
    A request with `modalities` image or audio takes only scripts that give `images` (also []) or
    `audio`, or that name a `model`; without `images` it gets the `n` pictures it asked for. What
    is null or missing comes from the request. `raw_url` is sent as it is.

`POST /transcripts`: {"by_sha256": {"<sha256 of the posted bytes>": "text"},
                      "queue": [{"text": "...", "min_s": 0, "max_s": 9, "format": "",
                                 "language": "", "times": 1}]}
    Order: fingerprint, queue, silence (""), the ear, settings' text, "I heard N seconds of sound."

`POST /settings`: any part of
    {"chat": {"first_token_ms": 0, "tokens_per_s": null, "text": null},
     "transcription": {"base_ms": 0, "ms_per_s": 0, "text": null, "max_s": 1500,
                       "ear": false},   the crude offline ear, where pocketsphinx is installed
     "speech": {"base_ms": 0, "ms_per_char": 0, "mode": "voice"|"tone", "tones": {"part": 440},
                "seconds_per_char": 0.06},
     "image": {"make_ms": 0, "mime": "image/png"},
     "music": {"first_ms": 0, "piece_ms": 0, "boundary": "any"|"padded", "piece_chars": 20000,
               "seconds": 6},
     "video": {"queue_ms": 0, "make_ms": 0, "fail": null or "why",
               "fail_status": "failed"|"cancelled"|"expired",
               "poll_url": null, "unsigned_url": null},
     "account": {"credit_usd": null, "generation_lag_ms": 0, "strict_models": false,
                 "management_key": true}}
    Mode `tone`: a sine per segment; its Hz is that of the first part found in the text, else
    300 + 100 x (first number in the text, else the ordinal of the call, modulo 40).
    `video` is read at each poll: a job ends at once when `make_ms` becomes 0. Both URLs may be
    anything, with {origin} and {id} filled in; an empty `unsigned_url` leaves the list out. Films
    are 320 pixels on the long side whatever the label says.

`POST /faults`: [{"endpoint": "chat"|"image"|"music" (chats with that modality)|"transcription"|
                              "speech"|"videos"|"video_poll"|"video_content"|"cdn"|"video_models"|
                              "models"|"key"|"credits"|"auth_keys"|"generation"|"*",
                  "model": part of the requested model,
                  "times": 1, "skip": 0, "kind": ..., fields of the kind}]
    status              status, message, error_type, metadata, headers, retry_after_s, body
                        (replaces the error object); affordable_tokens and requested_tokens
                        make it the usual 402
    hang                accepts and does not answer, for max_s at most, then 524
    hold                waits until gate `gate` is released, then answers as usual
    hold_answer         does the work, paid for if it is, but keeps the answer until `gate`
    html, json, empty   that body with HTTP `status` (200); `body` and `content_type` replace it
    redirect            `status` (302) to `location`, with {origin} filled in
    bulk                `size_bytes` (200 MiB) of "A" between the texts `head` and `tail`, made in
                        pieces of `piece_bytes`, `every_ms`; as `content_type` (video/mp4), its
                        length declared unless `declare_length` is false
    endless             the same without a length, breaks off after `size_bytes` or `max_s`
    wrong_content_type  the right answer as `content_type`
    truncated           whole answers: the first `keep` (0..1) of the bytes; with `clean` false the
                        connection breaks off as well
    cut                 chat: after `after_chunks` steps the connection breaks off (`clean`: ends
                        properly, without [DONE])
    error_chunk         chat: after `after_chunks` steps an error chunk with `status` (502), message
    truncated_base64    chat: pictures and songs break off inside a base64 group, after `keep`
    A chat answer's own `fault` takes the same fields without endpoint, times and skip.

`POST /release`: {"gate": "name"}: opens a gate that a hold waits at, for good.

`GET /calls`: {"calls": [...], "dropped": 0}, every request in order. Query: `endpoint`,
    `finished=1` (only ended ones), `at_least=N&timeout_s=S` (wait until N are there). A call:
    n, endpoint, method, path, query, headers (names in lower case; authorization is
    "Bearer <key>"), json (base64 sound is {sha256, bytes, seconds}, a data URL {data_url, sha256,
    bytes, and width and height of a picture}), absent (expected chat fields left out), status,
    cancelled (the client left first), tokens_sent, bytes_sent, cost_usd (of a film once it is
    done), generation_id, fault, error, answer, marks: {received, first_byte, first_token,
    last_token, finished} each with {monotonic_ms, epoch_ms}; the tokens are visible text.
    `answer` of a chat has `images` [{sha256, bytes, width, height, mime}] and `audio` {sha256,
    bytes, seconds, format, transcript}; of the video endpoints `job_id`.

`DELETE /` or the bare path: forgets the account.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.sandbox.openrouter.account import Account
from bot.sandbox.openrouter.auth import is_key
from bot.sandbox.openrouter.faults import QueuedFault
from bot.sandbox.openrouter.scripts import ScriptedAnswer, ScriptedTranscript
from bot.sandbox.openrouter.service import Service

BASE = "/sandbox/openrouter/{key}"
LONGEST_WAIT_S = 60.0
SCRIPT = TypeAdapter(list[ScriptedAnswer])
FAULTS = TypeAdapter(list[QueuedFault])

Change = Callable[[Account, Any], None]


class _Transcripts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by_sha256: dict[str, str] = {}
    queue: list[ScriptedTranscript] = []


class _Release(BaseModel):
    model_config = ConfigDict(extra="forbid")

    gate: str


def control_routes(service: Service) -> list[Route]:
    """The routes described above."""
    changes: dict[str, Change] = {
        "script": _script, "transcripts": _transcripts, "settings": _settings, "faults": _faults,
        "release": _release,
    }  # fmt: skip
    routes = [
        Route(f"{BASE}/{name}", _changing(service, change), methods=["POST"])
        for name, change in changes.items()
    ]
    routes.append(Route(f"{BASE}/calls", _calls(service), methods=["GET"]))
    gone = _forget(service)
    return [*routes, *(Route(path, gone, methods=["DELETE"]) for path in (BASE, f"{BASE}/"))]


def _changing(service: Service, change: Change) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        key = request.path_params["key"]
        if not is_key(key):
            return JSONResponse({"error": "a key starts with sk-or-"}, 400)
        try:
            change(service.accounts.of(key), json.loads(await request.body()))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            return JSONResponse({"error": problems}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"ok": True})

    return endpoint


def _script(account: Account, body: Any) -> None:
    account.scripts.add(SCRIPT.validate_python(_listed(body)))


def _transcripts(account: Account, body: Any) -> None:
    wanted = _Transcripts.model_validate(body)
    account.transcripts.add(wanted.by_sha256, wanted.queue)


def _settings(account: Account, body: Any) -> None:
    if not isinstance(body, dict):
        raise ValueError("settings are an object")
    account.preferences = account.preferences.changed(body)


def _faults(account: Account, body: Any) -> None:
    account.faults.add(FAULTS.validate_python(_listed(body)))


def _release(account: Account, body: Any) -> None:
    account.gate(_Release.model_validate(body).gate).set()


def _listed(body: Any) -> Any:
    return [body] if isinstance(body, dict) else body


def _calls(service: Service) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        query = request.query_params
        account = service.accounts.of(request.path_params["key"])
        log = account.calls
        try:
            at_least = int(query.get("at_least", "0"))
            timeout_s = min(float(query.get("timeout_s", "0")), LONGEST_WAIT_S)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        calls = await log.wait(
            at_least,
            timeout_s=timeout_s,
            endpoint=query.get("endpoint", ""),
            finished=query.get("finished", "") in ("1", "true"),
        )
        account.settle_films(service.clock.monotonic())
        return JSONResponse({"calls": [call.report() for call in calls], "dropped": log.dropped})

    return endpoint


def _forget(service: Service) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        service.accounts.forget(request.path_params["key"])
        return JSONResponse({"ok": True})

    return endpoint
