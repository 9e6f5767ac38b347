"""POST /videos and what follows: polling a job, and its film from two addresses.

Jobs move by the account's settings and the clock; the film itself is small (see `film`).
facts/openrouter-api.md §7
"""

from __future__ import annotations

import secrets
from typing import Any

from bot.sandbox.openrouter.account import new_id
from bot.sandbox.openrouter.catalogue import find_film
from bot.sandbox.openrouter.chat_request import parse
from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.film import shoot
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.video_jobs import FilmJob
from bot.sandbox.openrouter.video_request import VideoRequest, check_video

POLL_PATH = "/api/v1/videos/{id}"
FILM_PATH = "/cdn/{id}.mp4"


async def submit_video(exchange: Exchange) -> None:
    """202 and a job. Raises ApiRefusal 400, 402 and 404 for what can't be made."""
    account, call, service = exchange.account, exchange.call, exchange.service
    request = parse(VideoRequest, exchange.payload)
    model = find_film(request.model)
    plan = await service.run(check_video, request, model)
    assert model.film is not None, "find_film gives video models"
    cost = round(plan.seconds * model.film.second_usd(with_sound=plan.with_sound), 9)
    left = account.remaining_usd
    if left is not None and cost > left:
        raise ApiRefusal(402)
    call.generation_id = new_id("gen-vid")
    job = FilmJob(
        f"vgen{secrets.token_hex(6)}", model.id, plan, cost, call, service.clock.monotonic()
    )
    account.films.add(job)
    call.answer = {"job_id": job.id, "seconds": plan.seconds, "with_sound": plan.with_sound}
    await exchange.reply_json(
        {"id": job.id, "polling_url": _poll_url(exchange, job), "status": "pending"},
        status=202,
        headers={"x-generation-id": call.generation_id},
    )


async def poll_video(exchange: Exchange) -> None:
    """Where a job is. Raises ApiRefusal 404 for one of another account."""
    job = _job(exchange, exchange.place["id"])
    told: dict[str, Any] = {
        "id": job.id, "polling_url": _poll_url(exchange, job), "status": job.state,
    }  # fmt: skip
    if job.state == "completed":
        told |= {
            "generation_id": job.call.generation_id,
            "usage": {"cost": job.cost_usd, "is_byok": False},
        }
        address = exchange.account.preferences.video.unsigned_url
        if address != "":
            told["unsigned_urls"] = [_filled(address or "{origin}" + FILM_PATH, exchange, job)]
    elif job.is_over:
        told["error"] = job.error
    exchange.call.answer = {"job_id": job.id, "status": job.state}
    await exchange.reply_json(told)


async def answer_content(exchange: Exchange) -> None:
    """The film by its job. Raises ApiRefusal 400 before it is done, 404 for another index."""
    job = _job(exchange, exchange.place["id"])
    if exchange.call.query.get("index", "0") != "0":
        raise ApiRefusal(404, "Video content not found at this index")
    await _send_film(exchange, job)


async def answer_cdn(exchange: Exchange) -> None:
    """The film by its unsigned address, which wants the key as well."""
    id, dot, kind = exchange.place["name"].partition(".")
    if not dot or kind != "mp4":
        raise ApiRefusal(404, "Not found")
    await _send_film(exchange, _job(exchange, id))


def _job(exchange: Exchange, id: str) -> FilmJob:
    exchange.account.settle_films(exchange.service.clock.monotonic())
    job = exchange.account.films.get(id)
    if job is None:
        raise ApiRefusal(404, f"Video generation job {id} not found")
    return job


async def _send_film(exchange: Exchange, job: FilmJob) -> None:
    if job.state != "completed":
        raise ApiRefusal(400, f"Video generation is not completed. Current status: {job.state}")
    if not job.film:
        job.film = await exchange.service.run(shoot, job.plan)
    exchange.call.answer = {"job_id": job.id}
    await exchange.reply_bytes(
        job.film,
        content_type="video/mp4",
        headers={"content-length": str(len(job.film))},
    )


def _poll_url(exchange: Exchange, job: FilmJob) -> str:
    address = exchange.account.preferences.video.poll_url
    return _filled(address or "{origin}" + POLL_PATH, exchange, job)


def _filled(address: str, exchange: Exchange, job: FilmJob) -> str:
    return address.replace("{origin}", exchange.origin).replace("{id}", job.id)
