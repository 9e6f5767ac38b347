"""Makers that answer badly or with evil intent: a sentence, a line in the log, and life goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.jobs.words import FREE, LOOK_AGAIN, UNSURE
from tests.flow import gallery
from tests.flow.books import rows
from tests.flow.guest import Guest
from tests.flow.neighbour import Neighbour, neighbour
from tests.flow.ordeal import awaits_job, fails, job_of, lives_on, looks, memory_mb, price
from tests.flow.stage import Stage
from tests.flow.workshop import DRAW, awaits_media, orders, paid_posts

MOST_MEMORY_MB = 200  # far below what is thrown at it, far above what an idle bot has
DEFAULTS = {"mediaMaxMb": 8, "musicGenerationModel": {"timeoutMs": 1_000}}
CONFIG = {"agents": {"defaults": DEFAULTS}}
METADATA = "http://169.254.169.254/latest/meta-data/"
EVER: dict[str, Any] = {"times": None}
PAID = "It cost $"
UNUSABLE = "unusable answer"
TOO_LARGE = "larger than I may fetch"
UNTRUSTED = "an address that I don't trust"
CREDIT = {"kind": "status", "status": 402}
BUSY = {"kind": "status", "status": 429}
FLAGGED = {"kind": "status", "status": 403, "message": "flagged", "metadata": {"reasons": ["x"]}}
HUGE_JSON = {
    "kind": "bulk",
    "content_type": "application/json",
    "head": '{"choices":[{"message":{"images":[{"image_url":{"url":"data:image/png;base64,',
    "tail": '"}}]}}]}',
}


@pytest.fixture(scope="session")
def film() -> bytes:
    return gallery.film("red")


@pytest.fixture
def next_door() -> Iterator[Neighbour]:
    """Private to this machine, so never to be talked to."""
    with neighbour() as found:
        yield found
        assert found.heard == []


# -- what the maker of pictures may answer

PICTURES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no credit": (CREDIT, "credit for the model service is used up", FREE),
    "busy": (BUSY, "busy right now", FREE),
    "busy for a while": ({**BUSY, "retry_after_s": 30}, "busy right now", FREE),
    "flagged": (FLAGGED, "content rules", FREE),
    "down": ({"kind": "status", "status": 503}, "is not answering", FREE),
    "HTML": ({"kind": "html"}, UNUSABLE, UNSURE),
    "200 MB": (HUGE_JSON, UNUSABLE, UNSURE),
    "200 MB of unknown length": ({**HUGE_JSON, "declare_length": False}, UNUSABLE, UNSURE),
    "without end": ({**HUGE_JSON, "kind": "endless"}, UNUSABLE, UNSURE),
    "half a group of base64": ({"kind": "truncated_base64"}, UNUSABLE, PAID),
    "broken off": ({"kind": "truncated", "clean": False}, "is not answering", UNSURE),
}


@pytest.mark.parametrize("case", PICTURES)
def test_a_picture_that_fails_is_told_with_its_cost(guest: Guest, case: str) -> None:
    fault, why, cost = PICTURES[case]
    guest.stage.openrouter.post("faults", [{"endpoint": "image", **fault}])
    said = fails(guest, "image")
    assert why in said
    assert cost in said
    assert len(paid_posts(guest.stage, "image")) == 1
    assert memory_mb(guest.stage) < MOST_MEMORY_MB
    lives_on(guest)


def test_a_picture_that_takes_longer_than_the_call_allows_is_given_up(guest: Guest) -> None:
    guest.stage.openrouter.post("faults", [{"endpoint": "image", "kind": "hang"}])
    said = fails(guest, "image", timeoutMs=700)
    assert "is not answering" in said
    assert UNSURE in said
    lives_on(guest)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"text": "I would rather not **draw** that.", "images": []}, "I would rather not draw"),
        ({"text": "", "images": [], "finish_reason": "content_filter"}, "content rules"),
        ({"images": [{"raw_url": "http://169.254.169.254/a.png"}]}, UNUSABLE),
    ],
    ids=["words", "filtered", "an address"],
)
def test_a_painter_that_does_not_paint_is_quoted_or_named_and_has_its_price(
    guest: Guest, answer: dict[str, Any], why: str
) -> None:
    guest.stage.openrouter.post("script", [{"model": "flash-image", "answer": answer}])
    said = fails(guest, "image")
    assert why in said
    assert price(guest.stage, "image") in said
    lives_on(guest)


# -- what the maker of songs may stream

SONGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no credit": (CREDIT, "credit for the model service is used up", FREE),
    "flagged": (FLAGGED, "content rules", FREE),
    "half a group of base64": ({"kind": "truncated_base64"}, UNUSABLE, PAID),
    "no end": ({"kind": "cut", "after_chunks": 4, "clean": True}, "broke off", UNSURE),
    "broken off": ({"kind": "cut", "after_chunks": 4}, "is not answering", UNSURE),
    "an error in the middle": ({"kind": "error_chunk", "after_chunks": 4}, "answering", UNSURE),
    "HTML": ({"kind": "html"}, UNUSABLE, UNSURE),
}


@pytest.mark.parametrize("case", SONGS)
def test_a_song_that_fails_is_told_with_its_cost(guest: Guest, case: str) -> None:
    fault, why, cost = SONGS[case]
    guest.stage.openrouter.post("faults", [{"endpoint": "music", **fault}])
    said = fails(guest, "music")
    assert why in said
    assert cost in said
    assert len(paid_posts(guest.stage, "music")) == 1
    lives_on(guest)


def test_too_little_time_for_songs_is_raised_and_the_model_is_told(guest: Guest) -> None:
    orders(guest.stage, "music")
    guest.says(DRAW)
    awaits_media(guest.stage, "music", chat_id=guest.chat_id)
    said = [str(c["json"]["messages"][-1]) for c in guest.stage.upstream_calls("chat")]
    assert any("120 s are used" in result for result in said)
    (wish,) = rows(guest.stage, "select request from jobs where conversation = ?", guest.key)
    assert json.loads(wish[0])["timeout_s"] == 120


# -- where a finished film may be said to lie, and what may lie there

DOWNLOADS: dict[str, tuple[dict[str, Any], str]] = {
    "a redirect next door": ({"kind": "redirect", "location": "{next_door}/film"}, UNTRUSTED),
    "a redirect to the cloud's own": ({"kind": "redirect", "location": METADATA}, UNTRUSTED),
    "redirects in a circle": ({"kind": "redirect", "location": "{origin}/cdn/x.mp4"}, UNTRUSTED),
    "200 MB": ({"kind": "bulk"}, TOO_LARGE),
    "200 MB of unknown length": ({"kind": "bulk", "declare_length": False}, TOO_LARGE),
    "without end": ({"kind": "endless"}, TOO_LARGE),
    "HTML that is called a film": ({"kind": "html", "content_type": "video/mp4"}, UNUSABLE),
    "JSON": ({"kind": "json"}, UNUSABLE),
    "nothing": ({"kind": "empty", "content_type": "video/mp4"}, UNUSABLE),
}


@pytest.mark.parametrize("case", DOWNLOADS)
def test_a_finished_film_that_cant_be_fetched_is_told_with_its_cost(
    guest: Guest, next_door: Neighbour, case: str
) -> None:
    fault, why = DOWNLOADS[case]
    if "location" in fault:
        fault = fault | {"location": fault["location"].replace("{next_door}", next_door.address)}
    # Both places where the film may be had: the unsigned address and the content endpoint.
    faults = [{"endpoint": name, **fault, **EVER} for name in ("cdn", "video_content")]
    guest.stage.openrouter.post("faults", faults)
    said = fails(guest, "video", button="" if why == TOO_LARGE else LOOK_AGAIN)
    assert "is finished, but I couldn't fetch it." in said
    assert why in said
    assert price(guest.stage, "video") in said
    assert guest.stage.bots[-1].events("download.failed")
    assert len(paid_posts(guest.stage, "video")) == 1
    assert memory_mb(guest.stage) < MOST_MEMORY_MB
    lives_on(guest)


@pytest.mark.parametrize("place", ["{next_door}/film.mp4", METADATA, "file:///etc/passwd", "::"])
def test_a_film_at_an_address_not_to_be_trusted_comes_from_the_provider_itself(
    guest: Guest, next_door: Neighbour, place: str
) -> None:
    address = place.replace("{next_door}", next_door.address)
    guest.stage.openrouter.post("settings", {"video": {"unsigned_url": address}})
    orders(guest.stage, "video")
    guest.says(DRAW)
    awaits_media(guest.stage, "video", chat_id=guest.chat_id)
    awaits_job(guest, "delivered")
    refused = [e for e in guest.stage.bots[-1].events("download.failed") if job_of(guest, e)]
    assert [event["code"] for event in refused] == ["media.address"]


@pytest.mark.parametrize("place", ["{next_door}/api/v1/videos/{id}", METADATA])
def test_a_film_is_not_asked_about_at_another_origin(
    guest: Guest, next_door: Neighbour, place: str
) -> None:
    address = place.replace("{next_door}", next_door.address)
    guest.stage.openrouter.post("settings", {"video": {"poll_url": address}})
    said = fails(guest, "video", button=LOOK_AGAIN)
    assert UNTRUSTED in said
    assert UNSURE in said
    lives_on(guest)


def test_where_private_networks_are_allowed_no_credential_goes_there(
    stage: Stage, film: bytes
) -> None:
    with neighbour() as other:
        other.body = film
        allowed = {"openrouter": {"request": {"allowPrivateNetwork": True}}}
        stage.configure({"models": {"providers": allowed}})
        address = f"{other.address}/film.mp4"
        stage.openrouter.post("settings", {"video": {"unsigned_url": address}})
        stage.start()
        orders(stage, "video")
        stage.says(DRAW)
        assert stage.sound(awaits_media(stage, "video")) == film
        (headers,) = other.heard
    assert stage.key not in str(headers)
    assert not {"authorization", "cookie", "http-referer", "x-title"} & headers.keys()


# -- what may be said about a film in the making


def test_a_service_that_is_down_for_a_while_does_not_cost_the_film(guest: Guest) -> None:
    down = {"endpoint": "video_poll", "kind": "status", "retry_after_s": 0.2}
    faults = [{**down, "status": status} for status in (500, 502, 503, 429)]
    guest.stage.openrouter.post("faults", faults)
    orders(guest.stage, "video")
    guest.says(DRAW)
    awaits_media(guest.stage, "video", chat_id=guest.chat_id)
    awaits_job(guest, "delivered")
    assert len(paid_posts(guest.stage, "video")) == 1
    assert len(looks(guest.stage)) == 5


ODD = {"kind": "json", "body": {"id": "x", "status": "pondering"}}


@pytest.mark.parametrize("odd", [{"kind": "status", "status": 404}, ODD], ids=["404", "pondering"])
def test_a_film_that_the_service_does_not_know_for_a_moment_still_arrives(
    guest: Guest, odd: dict[str, Any]
) -> None:
    guest.stage.openrouter.post("faults", [{"endpoint": "video_poll", **odd}])
    orders(guest.stage, "video")
    guest.says(DRAW)
    awaits_media(guest.stage, "video", chat_id=guest.chat_id)
    awaits_job(guest, "delivered")
    assert len(paid_posts(guest.stage, "video")) == 1
    assert len(looks(guest.stage)) == 2


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "expired"])
def test_a_film_that_fails_upstream_is_told_in_upstreams_words(guest: Guest, outcome: str) -> None:
    video = {"fail": f"No actors today, {guest.stage.key}.", "fail_status": outcome}
    guest.stage.openrouter.post("settings", {"video": video})
    said = fails(guest, "video")
    assert "The provider says: No actors today, ***." in said
    assert UNSURE in said
    lives_on(guest)


@pytest.mark.parametrize(
    ("fault", "why", "cost"),
    [
        (CREDIT, "credit for the model service is used up", FREE),
        (BUSY, "busy right now", FREE),
        (FLAGGED, "content rules", FREE),
        ({"kind": "html"}, UNUSABLE, UNSURE),
        ({"kind": "json", "body": {"status": "pending"}}, UNUSABLE, UNSURE),
        ({"kind": "redirect", "location": METADATA}, UNUSABLE, UNSURE),
    ],
    ids=["no credit", "busy", "flagged", "HTML", "no job", "a redirect"],
)
def test_a_film_that_is_not_taken_on_is_told_with_its_cost(
    guest: Guest, fault: dict[str, Any], why: str, cost: str
) -> None:
    guest.stage.openrouter.post("faults", [{"endpoint": "videos", **fault}])
    said = fails(guest, "video")
    assert why in said
    assert cost in said
    assert len(paid_posts(guest.stage, "video")) == 1
    lives_on(guest)


def test_a_film_that_takes_longer_than_it_may_still_arrives(guest: Guest) -> None:
    hold = {"endpoint": "video_poll", "kind": "hold", "gate": "late"}
    guest.stage.openrouter.post("faults", [hold])
    orders(guest.stage, "video", timeoutMs=1_000)
    guest.says(DRAW)
    guest.awaits_text("It takes longer than usual; I keep looking and send it here.")
    guest.stage.openrouter.post("release", {"gate": "late"})
    awaits_media(guest.stage, "video", chat_id=guest.chat_id)
    awaits_job(guest, "delivered")
    assert len(paid_posts(guest.stage, "video")) == 1
