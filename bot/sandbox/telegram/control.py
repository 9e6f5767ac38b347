"""The control and inspection API, for tests and for the chat page. JSON in, JSON out.

All paths start with `/sandbox/telegram/{token}`; a well-formed token needs no registration.
`from` is a user id (an unknown user is made up). Fields marked `?` may be left out, unknown ones
are errors. An error is `400 {"error": "..."}`; a bad token 401.

DELETE ""               -> {deleted}: the whole world with its files
POST /users             {id, first_name?, last_name?, username?, language_code?, is_bot?,
    forbids_voice?, blocked?, deactivated?, started?} -> {user, chat_id, update_id|null}
    Creates or changes. The bot may write once the user wrote or `started: true`. A change of
    `blocked` sends my_chat_member; writing again unblocks.
POST /chats             {type: "group"|"supergroup"|"forum", id?, title?, username?, bot_status?:
    "member"|"administrator"|"left"|"kicked", migrate_from?} -> {chat_id, chat}
POST /chats/{id}/topics {name?, from?} -> {thread_id, update_id}
POST /chats/{id}/bot    {bot_status, from?} -> {update_id}; sends my_chat_member
WHERE = from, chat_id? (without it the private chat), thread_id?, reply_to?, quote? (the part of the
    answered message), forward_origin? (a MessageOrigin: {type: "user"|"hidden_user"|"chat"|
    "channel", ...}), media_group_id? (the same for each message of an album),
    extra? {merged into the message}
POST /messages          {WHERE, text, entities?} -> POSTED
POST /voice /audio /video_note /video /document /photo /animation /sticker
    multipart: `file` and the fields of WHERE (objects as JSON), mime?, file_name?, duration?,
    title?, performer?, caption?, emoji? (sticker: WEBP, or by its bytes gzipped TGS or WEBM),
    width?, height?, file_size? (claimed: above 20 MB getFile refuses; 2000 MB with
    local_files) -> POSTED
POST /location          {WHERE, latitude, longitude, title?, address? (a venue), live_period?}
POST /contact           {WHERE, phone_number, first_name, last_name?}
POST /poll              {WHERE, question, options: [text]}
POST /dice              {WHERE, emoji?, value?}; all four -> POSTED
    POSTED = {message_id, chat_id, update_id|null, delivered, file|null, message}; `delivered` is
    false where privacy mode or allowed_updates keep the message from the bot. What a browser
    recorded as WebM/Opus arrives at /voice and leaves as OGG/Opus.
POST /edits             {chat_id, message_id, text} -> POSTED; sends edited_message
POST /reactions         {chat_id, message_id, from, emoji?: []} -> {update_id|null}
POST /callbacks         {chat_id, message_id, from, data? or text? of the button}
    -> {callback_query_id, update_id}
POST /updates           {updates: [anything]} -> {update_ids}; verbatim, malformed ones too; an
    object without update_id gets the next one
POST /faults            {method: a name, "*" (all but getUpdates) or "file" (downloads), kind,
    chat_id?, times?=1 (-1 for ever), after?=0 (calls let pass first), status?, description?,
    retry_after?, seconds?, body?} -> {faults}; the oldest matching fault hits. Kinds:
    status      answers `status` (500) with `description`
    retry_after answers 429 with parameters.retry_after (1)
    html        answers `body` as text/html with `status` (502)
    hang        says nothing for `seconds` (3600), then cuts the connection
    slow        waits `seconds`, then performs and answers
    disconnect  cuts the connection, performs nothing
    drop_after  performs, then cuts the connection without an answer
GET /faults             -> {faults: [{method, kind, chat_id, times, after}]}: those still to come
DELETE /faults          -> {faults: []}
POST /settings          {me?: {any field of getMe}, pacing?: bool, latency_ms?, webhook_retry_s?,
    local_files?: bool} -> {me, settings}
    With `local_files` the server runs as with `--local`: getFile answers the absolute path of the
    file in `settings.files_dir`, and files of up to 2000 MB come and go.
GET /state[?chat_id=&last=n]   -> {me, users, chats, updates, webhook, commands, callbacks, faults,
    settings, calls, last_event}; with `last` no more than the newest n messages of each chat
    chats[]     {id, type, title, is_forum, bot_status, migrated_to, topics, draft|null,
                action|null, messages}; while visible: draft {draft_id, text, html, entities,
                thread_id, at_s}, action {name, thread_id, at_s}
    messages[]  {message_id, outgoing, from, kind (text, service, or as the endpoints above), at_s,
                at_ms, text (or caption), caption ("" where there is none), entities, html
                (as sent, null for plain), parse_mode, file|null, reply_to, quote, thread_id,
                is_topic_message, media_group_id, reactions [{from, emoji: []}], buttons [[{}]],
                edits [{at_ms, text, html}], deleted, wire (the Message object)}
    file        {file_id, file_unique_id, sha256, size, claimed_size, mime, name, sniffed,
                measured_s (of OGG/Opus), waveform; as the message says: duration, width, height,
                title, performer, emoji, each null where it says nothing}
    updates     {pending, pending_ids, confirmed_offset, confirmed_count, allowed, polled_now}
GET /calls[?method=&after=n]   -> {calls: [{n, method, params, at_s, at_ms, done_s, status,
    answered, ok, description, result, fault}], last}, in order of arrival. `at_s` is monotonic.
    `status` is null while a call runs, 0 when nothing was performed or the caller hung up. Files
    in params are {name, size, sha256}. Downloads are calls of the method "file".
GET /files/{file_id}    the bytes, Range-capable
GET /events?after=n[&timeout=25]   -> {events: [{n, kind, ...}], last}; waits for the first event
    above n. With `Accept: text/event-stream` server-sent events that never end. Kinds: message,
    edit, delete, draft, action, reaction, callback_answer, call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import endpoints
from .answers import json_answer
from .errors import ApiError, ControlError
from .files import FILE_KINDS
from .orders import THINGS
from .worlds import Worlds

PREFIX = "/sandbox/telegram/{token}"


def control_routes() -> list[Route]:
    """The routes of everything above."""
    table: list[tuple[str, str, endpoints.Endpoint]] = [
        ("POST", "/users", endpoints.put_user),
        ("POST", "/chats", endpoints.create_chat),
        ("POST", "/chats/{chat_id}/topics", endpoints.create_topic),
        ("POST", "/chats/{chat_id}/bot", endpoints.set_membership),
        ("POST", "/messages", endpoints.write),
        ("POST", "/edits", endpoints.edit),
        ("POST", "/reactions", endpoints.react),
        ("POST", "/callbacks", endpoints.press),
        ("POST", "/updates", endpoints.push_raw),
        ("POST", "/faults", endpoints.add_fault),
        ("GET", "/faults", endpoints.list_faults),
        ("DELETE", "/faults", endpoints.clear_faults),
        ("POST", "/settings", endpoints.change_settings),
        ("GET", "/state", endpoints.state),
        ("GET", "/calls", endpoints.calls),
        ("GET", "/files/{file_id}", endpoints.file),
        ("GET", "/events", endpoints.events),
        *[("POST", f"/{kind}", endpoints.uploader(kind)) for kind in FILE_KINDS],
        *[("POST", f"/{kind}", endpoints.teller(kind)) for kind in THINGS],
    ]
    routes = [Route(PREFIX + path, _guarded(act), methods=[verb]) for verb, path, act in table]
    return [*routes, Route(PREFIX, endpoints.delete_world, methods=["DELETE"])]


def _guarded(action: endpoints.Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        worlds: Worlds = request.app.state.worlds
        try:
            answer = await action(request, worlds.open(request.path_params["token"]))
        except ApiError as error:
            return json_answer({"error": error.description}, error.code)
        except ValidationError as error:
            return json_answer({"error": _told(error)}, 400)
        except (ControlError, ValueError) as error:
            return json_answer({"error": str(error)}, 400)
        return answer if isinstance(answer, Response) else json_answer(answer)

    return endpoint


def _told(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'body'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    )
