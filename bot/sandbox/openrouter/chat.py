"""POST /chat/completions: checks the request, picks the answer, has made what belongs to it."""

from __future__ import annotations

from bot.sandbox.openrouter.billing import check_limits, check_media, count_prompt
from bot.sandbox.openrouter.catalogue import find_chat
from bot.sandbox.openrouter.chat_request import ChatRequest, absent_fields, read_chat_request
from bot.sandbox.openrouter.completion import Completion
from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.made import Made, asked_size, draw_all, notes_on, play_song
from bot.sandbox.openrouter.mishaps import play
from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.parts import Seen, check_senses, see
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.rehearsal import rehearse
from bot.sandbox.openrouter.scripts import Answer

SONG_FORMATS = ("wav", "mp3")


async def answer_chat(exchange: Exchange) -> None:
    """The handler. Raises ApiRefusal for whatever is refused before the first byte."""
    account, call = exchange.account, exchange.call
    call.absent = absent_fields(exchange.payload)
    request = read_chat_request(exchange.payload)
    model = find_chat(
        request.model,
        modalities=request.modalities or (),
        strict=account.preferences.account.strict_models,
    )
    check_senses(request, model.inputs)
    seen = await _look(request, exchange)
    prompt = count_prompt(request)
    check_limits(request, model, account, prompt=prompt)
    check_media(request, model, account)
    _check_signatures(request, exchange)
    if request.makes == "image":
        asked_size(request)
    _check_song(request, model)
    answer = _choose(request, exchange, seen)
    if answer.fault is not None and await play(answer.fault, exchange):
        return
    made = await _make(request, exchange, answer, seen)
    await Completion(exchange, request, model, answer, made, prompt=prompt).run()


async def _look(request: ChatRequest, exchange: Exchange) -> list[Seen]:
    has_parts = any(isinstance(message.content, list) for message in request.messages)
    return await exchange.service.run(see, request) if has_parts else []


def _choose(request: ChatRequest, exchange: Exchange, seen: list[Seen]) -> Answer:
    results = request.tool_results
    scripted = exchange.account.scripts.take(
        user=request.last_user_text,
        tool="\n".join(result.text for result in results) if results else None,
        system=request.system_text,
        model=request.model,
        makes=request.makes,
    )
    return scripted or rehearse(request, seen, text=exchange.account.preferences.chat.text)


async def _make(request: ChatRequest, exchange: Exchange, answer: Answer, seen: list[Seen]) -> Made:
    """The pictures or the song that was asked for, and the notes on files that came along."""
    taste, run = exchange.account.preferences, exchange.service.run
    made = Made()
    if request.makes == "image":
        size = asked_size(request)
        made.pictures = await run(
            draw_all, request, seen, answer.images, size=size, mime=taste.image.mime
        )
    elif request.makes == "audio":
        made.song = await run(play_song, request, answer.audio, taste.music)
    made.annotations, made.pages = notes_on(request, seen)
    return made


def _check_song(request: ChatRequest, model: Model) -> None:
    """Sound comes as a stream only, in a format the model has. facts/openrouter-api.md §6.1"""
    if request.makes != "audio":
        return
    if not request.stream:
        raise ApiRefusal(400, "Audio output requires stream: true")
    format = (request.audio or {}).get("format")
    if not isinstance(format, str):
        raise ApiRefusal(400, "Input validation failed: audio.format: Required")
    known = model.formats or SONG_FORMATS
    if format not in known:
        raise ApiRefusal(
            400,
            f"Unsupported value: 'audio.format' does not support '{format}'. Supported values are: "
            + ", ".join(f"'{name}'" for name in known),
        )


def _check_signatures(request: ChatRequest, exchange: Exchange) -> None:
    """Gemini wants the reasoning of a tool call back as it was. facts/openrouter-api.md §2.6"""
    if "gemini" not in request.model:
        return
    for message in request.messages:
        for call in message.tool_calls or ():
            signed = exchange.account.signed_calls.get(call.id)
            if signed is not None and message.reasoning_details != signed:
                raise ApiRefusal(
                    400, "Function call is missing a thought_signature in functionCall parts."
                )
