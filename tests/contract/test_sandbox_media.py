"""The OpenRouter stand-in makes real pictures, films and songs, and refuses as the service does."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import httpx
import pytest
import uvicorn
from PIL import Image

from bot.sandbox.openrouter.app import create_app
from bot.sandbox.openrouter.settings import Settings
from bot.sandbox.openrouter.sound import hear
from bot.values.clock import SystemClock
from tests import voices

_keys = itertools.count(1)
CHAT = "/api/v1/chat/completions"
VIDEOS = "/api/v1/videos"
GEMINI = "google/gemini-3.1-flash-image-preview"
FLUX = "black-forest-labs/flux.2-pro"
LYRIA = "google/lyria-3-pro-preview"
VEO = "google/veo-3.1-fast"
BOTH = ["image", "text"]
MIB = 1024 * 1024
WAIT_S = 20.0


class SettableClock(SystemClock):
    """The machine's clock, plus what the test puts on top."""

    ahead_s = 0.0

    def now_ms(self) -> int:
        return super().now_ms() + round(self.ahead_s * 1000)

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


@dataclass(frozen=True)
class Place:
    url: str
    clock: SettableClock


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    clock = SettableClock()
    app = create_app(Settings(max_hang_s=30, clock=clock))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Place(f"http://127.0.0.1:{port}", clock)
    server.should_exit = True
    thread.join()


class Client:
    """One account: the service as its owner sees it, and its control."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = f"sk-or-media-{next(_keys)}"
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {self.key}"}, timeout=WAIT_S
        )

    def control(self, name: str, body: Any) -> None:
        answer = self.http.post(f"/sandbox/openrouter/{self.key}/{name}", json=body)
        assert answer.status_code == 200, answer.text

    def calls(self, at_least: int = 0, **query: str) -> list[dict[str, Any]]:
        answer = self.http.get(
            f"/sandbox/openrouter/{self.key}/calls",
            params={"finished": "1", "at_least": at_least, "timeout_s": WAIT_S, **query},
        )
        calls: list[dict[str, Any]] = answer.json()["calls"]
        return calls

    def chat(self, content: Any = "hello", **more: Any) -> httpx.Response:
        messages = [{"role": "user", "content": content}]
        body = {"model": "google/gemini-3.5-flash", "messages": messages} | more
        return self.http.post(CHAT, json=body)

    def said(self, content: Any, **more: Any) -> dict[str, Any]:
        answer = self.chat(content, **more)
        assert answer.status_code == 200, answer.text
        message: dict[str, Any] = answer.json()["choices"][0]["message"]
        return message

    def draw(self, content: Any = "a red fox", **more: Any) -> httpx.Response:
        return self.chat(content, **({"model": GEMINI, "modalities": BOTH, "n": 1} | more))

    def drawn(self, content: Any = "a red fox", **more: Any) -> list[Image.Image]:
        answer = self.draw(content, **more)
        assert answer.status_code == 200, answer.text
        return [picture_of(i) for i in answer.json()["choices"][0]["message"]["images"]]

    def sing(self, content: Any = "a calm piano song", **more: Any) -> httpx.Response:
        wish = {"modalities": ["text", "audio"], "audio": {"format": "wav"}, "stream": True}
        return self.chat(content, **({"model": LYRIA} | wish | more))

    def film(self, **more: Any) -> httpx.Response:
        body = {"model": VEO, "prompt": "a cat walking", "duration": 4} | more
        return self.http.post(VIDEOS, json=body)

    def filmed(self, **more: Any) -> bytes:
        job = self.film(**more).json()["id"]
        answer = self.http.get(f"{VIDEOS}/{job}/content", params={"index": 0})
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture
def client(place: Place) -> Iterator[Client]:
    made = Client(place.url)
    yield made
    made.http.close()


def picture_of(item: dict[str, Any]) -> Image.Image:
    head, _, data = item["image_url"]["url"].partition(",")
    image = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    image.load()
    assert head == f"data:image/{str(image.format).lower()};base64"
    return image


def corner(image: Image.Image) -> tuple[int, ...]:
    found = image.convert("RGB").getpixel((3, 3))
    assert isinstance(found, tuple)
    return found


def plain(colour: tuple[int, int, int] = (200, 30, 30), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, kind)
    return out.getvalue()


def as_url(data: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def shown(text: str, *urls: str) -> list[dict[str, Any]]:
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [{"type": "text", "text": text}, *pictures]


def events(text: str) -> list[dict[str, Any]]:
    lines = [line[6:] for line in text.split("\n\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def deltas(text: str) -> list[dict[str, Any]]:
    return [event["choices"][0]["delta"] for event in events(text) if event["choices"]]


def pieces(text: str) -> list[str]:
    sounds = [delta["audio"] for delta in deltas(text) if "audio" in delta]
    return [sound["data"] for sound in sounds if "data" in sound]


def transcript(text: str) -> str:
    return "".join(
        delta["audio"].get("transcript", "") for delta in deltas(text) if "audio" in delta
    )


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


def paper(words: str) -> bytes:
    stream = f"BT /F1 12 Tf ({words}) Tj ET"
    return (
        "%PDF-1.4\n1 0 obj <</Type /Pages /Kids [2 0 R]>> endobj\n2 0 obj <</Type /Page>> endobj\n"
        f"3 0 obj <</Length {len(stream)}>>\nstream\n{stream}\nendstream endobj\n%%EOF"
    ).encode()


# --- pictures --------------------------------------------------------------------------------


def test_a_picture_comes_as_a_data_url_beside_the_text_and_is_paid_for(client: Client) -> None:
    answer = client.draw().json()
    message = answer["choices"][0]["message"]
    assert message["content"] == "Here it is: a red fox"
    picture = picture_of(message["images"][0])
    assert (picture.format, picture.size) == ("PNG", (1024, 1024))
    assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 1  # the words are on it
    usage = answer["usage"]
    assert usage["cost"] == pytest.approx(0.039, rel=0.05)
    assert usage["completion_tokens_details"]["image_tokens"] == 1_290
    call = client.calls(1)[0]
    assert call["cost_usd"] == usage["cost"]
    assert call["answer"]["images"][0]["width"] == 1024


def test_the_same_prompt_is_the_same_colour_and_another_prompt_another(client: Client) -> None:
    fox, again, cat = (corner(client.drawn(p)[0]) for p in ("a fox", "a fox", "a cat"))
    assert fox == again != cat


@pytest.mark.parametrize(
    ("config", "size"),
    [
        ({"aspect_ratio": "16:9"}, (1368, 768)),
        ({"aspect_ratio": "9:16", "image_size": "2K"}, (1536, 2728)),
        ({"image_size": "4K"}, (4096, 4096)),
        ({"aspect_ratio": "1:8", "image_size": "0.5K"}, (184, 1448)),
    ],
)
def test_a_gemini_model_reads_the_image_config(
    client: Client, config: dict[str, str], size: tuple[int, int]
) -> None:
    assert client.drawn(image_config=config)[0].size == size


def test_another_model_ignores_the_image_config(client: Client) -> None:
    config = {"aspect_ratio": "16:9", "image_size": "nonsense"}
    drawn = client.drawn(model="openai/gpt-5.4-image-2", image_config=config)
    assert drawn[0].size == (1024, 1024)


def test_as_many_pictures_come_as_were_asked_for_each_different(client: Client) -> None:
    drawn = client.drawn(n=4)
    assert len({corner(picture) for picture in drawn}) == 4
    assert client.calls(1)[0]["cost_usd"] == pytest.approx(4 * 0.039, rel=0.05)


def test_an_edit_shows_the_picture_it_was_given(client: Client) -> None:
    red, blue = plain((250, 0, 0)), plain((0, 0, 250))
    fresh = corner(client.drawn("make it brighter")[0])
    of_red = corner(client.drawn(shown("make it brighter", as_url(red), as_url(blue)))[0])
    of_blue = corner(client.drawn(shown("make it brighter", as_url(blue)))[0])
    assert of_red[0] > of_blue[0] + 100
    assert of_blue[2] > of_red[2] + 100
    assert fresh not in (of_red, of_blue)


def test_pictures_stream_as_deltas(client: Client) -> None:
    text = client.draw(stream=True, n=2).text
    images = [image for delta in deltas(text) for image in delta.get("images", [])]
    assert [picture_of(image).size for image in images] == [(1024, 1024)] * 2
    assert [image["index"] for image in images] == [0, 1]
    assert events(text)[-1]["usage"]["cost"] > 0
    assert text.endswith("data: [DONE]\n\n")


def test_the_account_chooses_the_format(client: Client) -> None:
    client.control("settings", {"image": {"mime": "image/jpeg"}})
    assert client.drawn()[0].format == "JPEG"


@pytest.mark.parametrize("n", [0, 11, "2"])
def test_a_count_outside_one_to_ten_is_refused(client: Client, n: Any) -> None:
    assert client.draw(n=n).status_code == 400


@pytest.mark.parametrize("config", [{"aspect_ratio": "7:3"}, {"image_size": "2k"}])
def test_an_image_config_that_there_is_not_is_refused(client: Client, config: Any) -> None:
    assert client.draw(image_config=config).status_code == 400
    assert client.calls(1)[0]["cost_usd"] == 0


@pytest.mark.parametrize(
    ("model", "modalities", "status"),
    [
        (FLUX, ["image"], 200),
        (FLUX, ["image", "text"], 404),
        (FLUX, None, 404),
        (GEMINI, ["image"], 200),
        ("openrouter/auto", ["image", "text"], 404),
        ("moonshotai/kimi-k2.6", ["text", "audio"], 404),
        ("hexgrad/kokoro-82m", ["image"], 400),
        (VEO, ["image", "text"], 400),
    ],
)
def test_a_model_gives_only_what_the_catalogue_says(
    client: Client, model: str, modalities: Any, status: int
) -> None:
    answer = client.draw(model=model, modalities=modalities)
    assert answer.status_code == status
    if status == 404:
        asked = ", ".join(modalities or ["text"])
        error = answer.json()["error"]
        assert error["message"] == (
            f"No endpoints found that support the requested output modalities: {asked}"
        )
        assert error["metadata"]["failed_routing_step"] == "Filter by Model Output Modalities"


def test_an_image_only_model_writes_no_text(client: Client) -> None:
    message = client.draw(model=FLUX, modalities=["image"]).json()["choices"][0]["message"]
    assert message["content"] == ""
    assert picture_of(message["images"][0]).size == (1024, 1024)


def test_scripted_pictures_come_in_the_shape_and_form_they_are_told(client: Client) -> None:
    images = [
        {"size": "320x200", "mime": "image/webp"},
        {"prompt": "else", "shape": "b64_json"},
        {"shape": "inline_data"},
        {"shape": "part"},
    ]
    client.control("script", {"answer": {"text": "All shapes.", "images": images}})
    message = client.draw().json()["choices"][0]["message"]
    first = picture_of(message["images"][0])
    assert (first.format, first.size) == ("WEBP", (320, 200))
    text, b64, inline, part = message["content"]
    assert text == {"type": "text", "text": "All shapes."}
    assert base64.b64decode(b64["b64_json"]).startswith(b"\x89PNG")
    assert inline["inline_data"]["mime_type"] == "image/png"
    assert part["image_url"]["url"].startswith("data:image/png;base64,")
    script = {"images": [{"raw_url": "https://example.com/a.png"}, {"shape": "text"}]}
    client.control("script", {"answer": script})
    message = client.draw().json()["choices"][0]["message"]
    assert message["images"][0]["image_url"]["url"] == "https://example.com/a.png"
    assert "](data:image/png;base64," in message["content"]
    client.control("script", {"answer": {"text": "Nothing.", "images": []}})
    assert "images" not in client.draw().json()["choices"][0]["message"]


def test_a_script_for_words_is_not_used_up_by_a_picture(client: Client) -> None:
    client.control("script", [{"answer": {"text": "words"}}, {"answer": {"images": [{}, {}]}}])
    assert len(client.drawn()) == 2
    assert client.said("hello")["content"] == "words"
    client.control("script", {"model": "flash-image", "answer": {"text": "by model"}})
    message = client.draw().json()["choices"][0]["message"]
    assert message["content"] == "by model"
    assert len(message["images"]) == 1


def test_a_picture_that_was_begun_is_paid_for_though_the_client_left(client: Client) -> None:
    client.control("settings", {"image": {"make_ms": 20_000}})
    body = {"model": GEMINI, "modalities": BOTH, "messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(httpx.ReadTimeout):
        client.http.post(CHAT, json=body, timeout=1.0)
    call = client.calls(1)[0]
    assert call["cancelled"]
    assert call["cost_usd"] > 0.03


def test_without_the_credit_nothing_is_made(client: Client) -> None:
    client.control("settings", {"account": {"credit_usd": 0.01}})
    assert client.draw(max_completion_tokens=100).status_code == 402
    assert client.sing().status_code == 402
    assert client.film().status_code == 402


# --- songs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["wav", "mp3"])
def test_a_song_streams_as_base64_that_decodes_to_audible_music(
    client: Client, format: str
) -> None:
    text = client.sing(audio={"format": format}).text
    data = base64.b64decode("".join(pieces(text)), validate=True)
    heard = hear(data, format)
    assert heard.seconds == pytest.approx(6, abs=0.2)
    assert not heard.is_silent
    assert "a calm piano song" in transcript(text)
    assert events(text)[-1]["choices"] == []
    assert events(text)[-1]["usage"]["cost"] == pytest.approx(0.08, rel=0.01)
    assert text.endswith("data: [DONE]\n\n")
    note = client.calls(1)[0]["answer"]["audio"]
    assert note["sha256"] == hashlib.sha256(data).hexdigest()


def test_base64_is_cut_at_any_character_or_padded_in_each_piece(client: Client) -> None:
    cut = pieces(client.sing().text)
    assert {len(piece) % 4 for piece in cut} >= {1, 2, 3}
    client.control("settings", {"music": {"boundary": "padded", "piece_chars": 4_000}})
    padded = pieces(client.sing().text)
    assert all(len(piece) % 4 == 0 for piece in padded)
    assert all(piece.endswith("=") for piece in padded[:-1])
    whole = b"".join(base64.b64decode(piece, validate=True) for piece in padded)
    assert whole == base64.b64decode("".join(cut))


def test_the_prompt_decides_length_words_and_whether_there_are_words(client: Client) -> None:
    def seconds(text: str) -> float:
        return hear(base64.b64decode("".join(pieces(text))), "wav").seconds

    long = client.sing("a waltz\n\nThe song is approximately 12 seconds long.").text
    assert seconds(long) == pytest.approx(12, abs=0.1)
    endless = client.sing("a waltz of approximately 170 seconds").text
    assert seconds(endless) == pytest.approx(30, abs=0.1)  # bounded
    sung = client.sing("a song\n\nLyrics:\nRain on 9 seconds of roof\nrain in town").text
    assert transcript(sung) == "Rain on 9 seconds of roof\nrain in town"
    assert seconds(sung) == pytest.approx(6, abs=0.1)
    assert transcript(client.sing("jazz\n\nInstrumental only, no vocals.").text) == ""


def test_different_prompts_are_different_songs(client: Client) -> None:
    songs = {"".join(pieces(client.sing(words).text)) for words in ("a waltz", "a polka")}
    assert len(songs) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stream": False}, "stream: true"),
        ({"audio": None}, "audio.format"),
        ({"audio": {}}, "audio.format"),
        ({"audio": {"format": "pcm16"}}, "does not support 'pcm16'"),
    ],
)
def test_a_song_is_refused_without_stream_or_format(
    client: Client, change: dict[str, Any], words: str
) -> None:
    answer = client.sing(**change)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_a_song_may_be_scripted_and_may_break_off(client: Client) -> None:
    client.control("script", {"answer": {"audio": {"seconds": 2, "transcript": "Oh oh"}}})
    text = client.sing().text
    assert transcript(text) == "Oh oh"
    assert hear(base64.b64decode("".join(pieces(text))), "wav").seconds == pytest.approx(2)
    client.control("faults", {"endpoint": "music", "kind": "truncated_base64"})
    text = client.sing().text
    assert len("".join(pieces(text))) % 4 == 1
    assert "[DONE]" in text
    client.control("faults", {"endpoint": "music", "kind": "cut", "after_chunks": 5, "clean": True})
    text = client.sing().text
    assert pieces(text)
    assert "[DONE]" not in text


# --- films -----------------------------------------------------------------------------------


def probe(data: bytes) -> tuple[float, list[Image.Image], list[str]]:
    """Seconds, three frames and the kinds of streams of an MP4."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        seconds = float((stream.duration or 0) * (stream.time_base or 0))
        kinds = [stream.type for stream in container.streams]
        frames = [frame.to_image() for frame in container.decode(video=0)]
    return seconds, [frames[0], frames[len(frames) // 2], frames[-1]], kinds


def test_a_job_is_submitted_polled_and_downloaded_from_both_addresses(
    client: Client, place: Place
) -> None:
    client.control("settings", {"video": {"queue_ms": 10_000, "make_ms": 60_000}})
    submitted = client.film(duration=6, resolution="720p", aspect_ratio="16:9")
    assert submitted.status_code == 202
    job = submitted.json()
    assert job["status"] == "pending"
    assert job["polling_url"] == f"{place.url}{VIDEOS}/{job['id']}"
    seen = []
    for _ in range(3):
        state = client.http.get(job["polling_url"]).json()["status"]
        seen.append((state, client.http.get(f"{VIDEOS}/{job['id']}/content").status_code))
        place.clock.ahead_s += 40
    assert seen == [("pending", 400), ("in_progress", 400), ("completed", 200)]
    done = client.http.get(job["polling_url"]).json()
    assert done["status"] == "completed"
    assert done["usage"] == {"cost": pytest.approx(0.9), "is_byok": False}
    assert done["generation_id"].startswith("gen-vid-")
    assert done["unsigned_urls"] == [f"{place.url}/cdn/{job['id']}.mp4"]
    film = client.http.get(done["unsigned_urls"][0])
    assert film.headers["content-type"] == "video/mp4"
    assert film.content == client.http.get(f"{VIDEOS}/{job['id']}/content?index=0").content
    assert client.http.get("/api/v1/key").json()["data"]["usage"] == pytest.approx(0.9)


def test_the_film_has_the_asked_length_and_shape_moves_and_sounds(client: Client) -> None:
    data = client.filmed(duration=6, aspect_ratio="9:16", generate_audio=True)
    seconds, frames, kinds = probe(data)
    assert seconds == pytest.approx(6, abs=0.01)
    assert frames[0].size == (180, 320)
    assert len({frame.tobytes() for frame in frames}) == 3
    assert kinds == ["video", "audio"]
    heard = hear(data, "m4a")
    assert heard.seconds == pytest.approx(6, abs=0.2)
    assert not heard.is_silent


def test_a_film_may_be_silent_and_have_a_size(client: Client) -> None:
    seconds, frames, kinds = probe(client.filmed(generate_audio=False, size="1280x720"))
    assert (seconds, frames[0].size, kinds) == (4, (320, 180), ["video"])


def test_a_film_begins_and_ends_with_the_given_frames(client: Client) -> None:
    ends = {"first_frame": plain((250, 0, 0)), "last_frame": plain((0, 0, 250))}
    images = [
        {"type": "image_url", "image_url": {"url": as_url(data)}, "frame_type": kind}
        for kind, data in ends.items()
    ]
    _, (first, _, last), _ = probe(client.filmed(frame_images=images))
    assert corner(first)[0] > corner(last)[0] + 80
    assert corner(last)[2] > corner(first)[2] + 80
    recorded = client.calls(1, endpoint="videos")[0]["json"]["frame_images"][0]["image_url"]["url"]
    assert recorded["sha256"] == hashlib.sha256(ends["first_frame"]).hexdigest()
    assert (recorded["width"], recorded["height"]) == (640, 480)


def test_a_reference_colours_the_film(client: Client) -> None:
    red = {"type": "image_url", "image_url": {"url": as_url(plain((255, 0, 0)))}}
    _, (plain_first, *_), _ = probe(client.filmed())
    _, (red_first, *_), _ = probe(client.filmed(input_references=[red]))
    assert corner(red_first)[0] > corner(plain_first)[0] + 30


FRAME = {"type": "image_url", "image_url": {"url": as_url(plain())}, "frame_type": "first_frame"}


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"duration": 5}, 400, "Supported: 4, 6, 8"),
        ({"duration": "6"}, 400, "duration"),
        ({"resolution": "4K"}, 400, "Supported: 720p, 1080p"),
        ({"resolution": "720P"}, 400, "resolution"),
        ({"aspect_ratio": "1:1"}, 400, "aspect_ratio"),
        ({"size": "640x360"}, 400, "size"),
        ({"prompt": ""}, 400, "prompt"),
        ({"prompt": None}, 400, "prompt"),
        ({"watermark": True}, 400, "watermark"),
        ({"seed": 1.5}, 400, "seed"),
        ({"callback_url": "http://example.com/"}, 400, "callback_url"),
        ({"frame_images": [FRAME, FRAME]}, 400, "twice"),
        ({"frame_images": [FRAME | {"image_url": "x"}]}, 400, "image_url"),
        ({"frame_images": [FRAME | {"frame_type": "middle"}]}, 400, "frame_type"),
        ({"frame_images": [FRAME | {"image_url": {"url": as_url(b"x")}}]}, 400, "image"),
        ({"input_references": [{"type": "image_url"}]}, 400, "Required"),
        ({"input_references": [{"type": "video_url"}]}, 400, "not supported"),
        ({"model": "google/veo-9"}, 404, "google/veo-9"),
        ({"model": "google/gemini-3.5-flash"}, 400, "endpoint"),
        ({"model": "alibaba/wan-2.7", "duration": 5, "generate_audio": True}, 400, "audio"),
        ({"model": "alibaba/wan-2.7", "duration": 5, "seed": 1}, 400, "seed"),
        ({"model": "alibaba/wan-2.7", "duration": 5, "frame_images": [FRAME]}, 400, "none"),
    ],
)
def test_a_wrong_video_request_is_refused_with_the_reason(
    client: Client, change: dict[str, Any], status: int, words: str
) -> None:
    answer = client.film(**change)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["error"]["message"]


def test_a_failed_job_says_why_and_costs_nothing(client: Client) -> None:
    client.control("settings", {"video": {"fail": "The prompt was blocked."}})
    job = client.film().json()
    told = client.http.get(job["polling_url"]).json()
    assert (told["status"], told["error"]) == ("failed", "The prompt was blocked.")
    assert "unsigned_urls" not in told
    assert client.http.get(f"{VIDEOS}/{job['id']}/content").status_code == 400
    assert client.http.get("/api/v1/key").json()["data"]["usage"] == 0


def test_a_completed_job_stays_completed_and_is_charged_once(client: Client) -> None:
    job = client.film().json()
    for _ in range(3):
        assert client.http.get(job["polling_url"]).json()["status"] == "completed"
    client.control("settings", {"video": {"fail": "late", "make_ms": 60_000}})
    assert client.http.get(job["polling_url"]).json()["status"] == "completed"
    assert client.http.get("/api/v1/key").json()["data"]["usage"] == pytest.approx(0.6)
    assert client.calls(1, endpoint="videos")[0]["cost_usd"] == pytest.approx(0.6)


def test_jobs_and_films_belong_to_their_key(client: Client, place: Place) -> None:
    job = client.film().json()["id"]
    paths = [f"{VIDEOS}/{job}", f"{VIDEOS}/{job}/content", f"/cdn/{job}.mp4"]
    other = Client(place.url)
    assert [other.http.get(path).status_code for path in paths] == [404] * 3
    other.http.close()
    with httpx.Client(base_url=place.url) as nobody:
        assert [nobody.get(path).status_code for path in paths] == [401] * 3
    assert [client.http.get(path).status_code for path in paths] == [200] * 3
    assert client.http.get(f"{VIDEOS}/{job}/content?index=1").status_code == 404
    assert client.http.get(f"/cdn/{job}.exe").status_code == 404


def test_the_addresses_of_a_job_may_be_anything(client: Client) -> None:
    urls = {"poll_url": "http://169.254.169.254/{id}", "unsigned_url": "{origin}/elsewhere/{id}"}
    client.control("settings", {"video": urls})
    job = client.film().json()
    assert job["polling_url"] == f"http://169.254.169.254/{job['id']}"
    told = client.http.get(f"{VIDEOS}/{job['id']}").json()
    assert told["unsigned_urls"] == [f"{client.url}/elsewhere/{job['id']}"]
    client.control("settings", {"video": {"unsigned_url": ""}})
    assert "unsigned_urls" not in client.http.get(f"{VIDEOS}/{job['id']}").json()


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ["videos", "video_poll", "video_content", "cdn"])
def test_every_video_endpoint_can_fail_and_redirect(client: Client, endpoint: str) -> None:
    job = client.film().json()["id"]
    reach = {
        "videos": client.film,
        "video_poll": lambda: client.http.get(f"{VIDEOS}/{job}"),
        "video_content": lambda: client.http.get(f"{VIDEOS}/{job}/content"),
        "cdn": lambda: client.http.get(f"/cdn/{job}.mp4"),
    }[endpoint]
    faults: list[dict[str, Any]] = [
        {"kind": "status", "status": 503, "retry_after_s": 1},
        {"kind": "redirect", "location": "http://127.0.0.1:1/x", "status": 307},
        {"kind": "html", "content_type": "video/mp4"},
        {"kind": "empty"},
    ]
    client.control("faults", [fault | {"endpoint": endpoint} for fault in faults])
    failed, moved, labelled, empty = (reach() for _ in faults)
    assert failed.status_code == 503
    assert failed.json()["error"]["code"] == 503
    assert (moved.status_code, moved.headers["location"]) == (307, "http://127.0.0.1:1/x")
    assert labelled.headers["content-type"] == "video/mp4"
    assert labelled.content.startswith(b"<!DOCTYPE")
    assert empty.content == b""
    assert reach().status_code in (200, 202)


def test_a_film_may_break_off_and_may_be_called_something_else(client: Client) -> None:
    path = f"/cdn/{client.film().json()['id']}.mp4"
    whole = client.http.get(path).content
    client.control("faults", {"endpoint": "cdn", "kind": "truncated"})
    with pytest.raises(httpx.RemoteProtocolError):
        client.http.get(path)
    client.control("faults", {"endpoint": "cdn", "kind": "truncated", "clean": True})
    assert client.http.get(path).content == whole[: len(whole) // 2]
    wrong = {"endpoint": "cdn", "kind": "wrong_content_type", "content_type": "application/json"}
    client.control("faults", wrong)
    assert client.http.get(path).headers["content-type"] == "application/json"


def test_two_hundred_megabytes_come_in_pieces(client: Client) -> None:
    client.control("faults", {"endpoint": "cdn", "kind": "bulk", "piece_bytes": MIB})
    size = 0
    with client.http.stream("GET", "/cdn/x.mp4") as answer:
        declared = int(answer.headers["content-length"])
        for piece in answer.iter_raw():
            size += len(piece)
    assert size == declared > 200 * MIB


def test_a_bulky_answer_may_be_valid_json(client: Client) -> None:
    head = '{"choices":[{"message":{"images":[{"image_url":{"url":"data:image/png;base64,'
    fault = {
        "kind": "bulk", "size_bytes": 3 * MIB, "head": head, "tail": '"}}]}}]}',
        "content_type": "application/json", "declare_length": False,
    }  # fmt: skip
    client.control("faults", fault | {"endpoint": "image"})
    assert client.chat().status_code == 200  # words are no picture
    url = client.draw().json()["choices"][0]["message"]["images"][0]["image_url"]["url"]
    assert len(url) == 3 * MIB + len("data:image/png;base64,")


def test_an_endless_body_ends_by_itself(client: Client) -> None:
    fault = {"endpoint": "cdn", "kind": "endless", "size_bytes": 2 * MIB}
    client.control("faults", fault)
    with client.http.stream("GET", "/cdn/x.mp4") as answer:
        assert "content-length" not in answer.headers
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()
        assert answer.num_bytes_downloaded >= MIB
    client.control("faults", fault | {"size_bytes": 900 * MIB, "max_s": 0.05, "every_ms": 10})
    with pytest.raises(httpx.RemoteProtocolError):
        client.http.get("/cdn/x.mp4")


def test_a_truncated_picture_is_no_base64(client: Client) -> None:
    client.control("faults", {"endpoint": "image", "kind": "truncated_base64", "keep": 0.3})
    url = client.draw().json()["choices"][0]["message"]["images"][0]["image_url"]["url"]
    assert len(url.partition(",")[2]) % 4 == 1


@pytest.mark.parametrize("kind", ["hold", "hold_answer"])
def test_a_held_submission_waits_at_its_gate(client: Client, kind: str) -> None:
    client.control("faults", {"endpoint": "videos", "kind": kind, "gate": "door"})
    with pytest.raises(httpx.ReadTimeout):
        client.http.post(VIDEOS, json={"model": VEO, "prompt": "x", "duration": 4}, timeout=0.5)
    call = client.calls(1)[0]
    assert call["cancelled"]
    assert bool(call["cost_usd"]) == (kind == "hold_answer")  # the job was begun, nobody knows it
    client.control("faults", {"endpoint": "videos", "kind": kind, "gate": "door"})
    client.control("release", {"gate": "door"})
    assert client.film().status_code == 202


def test_a_fault_can_name_a_model(client: Client) -> None:
    client.control("faults", {"endpoint": "chat", "model": "lyria", "kind": "status"})
    assert client.draw().status_code == 200
    assert client.sing().status_code == 500


# --- pictures, papers, films and sounds in ---------------------------------------------------


def test_the_rehearsal_model_says_what_it_sees(client: Client) -> None:
    one = client.said(shown("What is this?", as_url(plain())))["content"]
    assert "I see a picture of 640 x 480 pixels." in one
    assert "You said: What is this?" in one
    jpeg = as_url(plain(kind="JPEG"), "image/jpeg")
    both = client.said(shown("", as_url(plain()), jpeg))["content"]
    assert both.count("I see a picture") == 2
    film = as_url(client.filmed(), "video/mp4")
    part = {"type": "video_url", "video_url": {"url": film}}
    assert "film of 4 seconds, 320 x 180" in client.said([part])["content"]
    data = base64.b64encode(voices.say("Hello there, my friend.")).decode()
    sound = {"type": "input_audio", "input_audio": {"data": data, "format": "ogg"}}
    assert "seconds of sound" in client.said([sound])["content"]


def test_only_the_latest_pictures_are_spoken_of(client: Client) -> None:
    messages = [
        {"role": "user", "content": shown("first", as_url(plain()))},
        {"role": "assistant", "content": "Nice."},
        {"role": "user", "content": "and now?"},
    ]
    assert "picture" not in client.said("", messages=messages)["content"]


@pytest.mark.parametrize(
    "url",
    [
        as_url(b""),
        as_url(b"not a picture"),
        as_url(plain()[:400]),
        as_url(plain(kind="BMP"), "image/bmp"),
        as_url(plain(kind="BMP")),
        "data:image/png;base64,****",
        "data:image/png,plain",
        "ftp://example.com/a.png",
        "http://127.0.0.1/a.png",
        "picture.png",
        "",
    ],
)
def test_what_is_no_picture_is_refused(client: Client, url: str) -> None:
    answer = client.chat(shown("look", url))
    assert answer.status_code == 400, answer.text


def test_a_model_without_the_sense_has_no_endpoint(client: Client) -> None:
    blind = "deepseek/deepseek-v4-pro"
    answer = client.chat(shown("look", as_url(plain())), model=blind)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "No endpoints found that support image input"
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    answer = client.chat([sound], model="moonshotai/kimi-k2.6")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "No endpoints found that support input audio"
    film = {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}
    assert client.chat([film], model="moonshotai/kimi-k2.6").status_code == 404


def test_pictures_are_recorded_small(client: Client) -> None:
    data = plain()
    client.chat(shown("look", as_url(data)))
    url = client.calls(1)[0]["json"]["messages"][0]["content"][1]["image_url"]["url"]
    assert url == {
        "data_url": "data:image/png;base64,",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "width": 640,
        "height": 480,
    }


def test_a_paper_is_read_noted_and_not_paid_for_twice(client: Client) -> None:
    data = paper("The fox is red.")
    file = {"filename": "fox.pdf", "file_data": as_url(data, "application/pdf")}
    content = [{"type": "text", "text": "Sum it up."}, {"type": "file", "file": file}]
    plugins = [{"id": "file-parser", "pdf": {"engine": "mistral-ocr"}}]
    model = "deepseek/deepseek-v4-pro"  # any model will do: the parser reads for it
    answer = client.chat(content, plugins=plugins, model=model).json()
    message = answer["choices"][0]["message"]
    assert "I read fox.pdf, pages: 1. It says: The fox is red." in message["content"]
    note = message["annotations"][0]["file"]
    assert (note["name"], note["hash"]) == ("fox.pdf", hashlib.sha256(data).hexdigest())
    assert note["content"][1]["text"] == "The fox is red."
    messages = [
        {"role": "user", "content": content},
        {"role": "assistant", "content": "Yes.", "annotations": message["annotations"]},
        {"role": "user", "content": "Again?"},
    ]
    again = client.chat(messages=messages, plugins=plugins, model=model).json()
    assert "annotations" not in again["choices"][0]["message"]
    assert again["usage"]["cost"] < 0.002 < answer["usage"]["cost"]
    streamed = client.chat(content, stream=True).text
    assert [d["annotations"][0]["file"]["name"] for d in deltas(streamed) if "annotations" in d]


@pytest.mark.parametrize(
    "file",
    [
        {"filename": "a.pdf", "file_data": as_url(b"no paper", "application/pdf")},
        {"filename": "a.exe", "file_data": as_url(b"MZ", "application/octet-stream")},
        {"filename": "a.pdf"},
        {"file_data": as_url(paper("x"), "application/pdf")},
    ],
)
def test_what_is_no_paper_is_refused(client: Client, file: dict[str, str]) -> None:
    assert client.chat([{"type": "file", "file": file}]).status_code == 400


# --- the rehearsal model calls the media tools -----------------------------------------------

TOOLS = [tool(name) for name in ("image_generate", "video_generate", "music_generate")]


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("Please draw a red fox.", "image_generate", {"prompt": "a red fox"}),
        ("Make a picture of the sea", "image_generate", {"prompt": "the sea"}),
        ("film a cat", "video_generate", {"prompt": "a cat"}),
        ("Could you make a short video of a dog?", "video_generate", {"prompt": "a dog"}),
        ("make a song about rain", "music_generate", {"prompt": "rain"}),
        ("Sing me a lullaby!", "music_generate", {"prompt": "a lullaby"}),
        (
            "[picture m12] make the sky green",
            "image_generate",
            {"prompt": "[picture m12] make the sky green", "image": "m12"},
        ),
        ("film m3", "video_generate", {"prompt": "m3"}),
    ],
)
def test_a_wish_for_media_calls_the_tool(
    client: Client, text: str, name: str, arguments: dict[str, str]
) -> None:
    call = client.said(text, tools=TOOLS)["tool_calls"][0]["function"]
    assert (call["name"], json.loads(call["arguments"])) == (name, arguments)


def test_a_change_is_about_the_picture_named_last(client: Client) -> None:
    before = [
        {"role": "user", "content": "draw a fox"},
        {"role": "assistant", "content": "Delivered m3, then m12."},
    ]
    for text, name in (("make it brighter", "image_generate"), ("film it", "video_generate")):
        messages = [*before, {"role": "user", "content": text}]
        call = client.said("", messages=messages, tools=TOOLS)["tool_calls"][0]["function"]
        assert call["name"] == name
        assert json.loads(call["arguments"])["image"] == "m12"


@pytest.mark.parametrize("text", ["hello", "make it brighter", "the film was good", "I drew it"])
def test_other_words_call_no_media_tool(client: Client, text: str) -> None:
    assert "tool_calls" not in client.said(text, tools=TOOLS)


def test_without_the_tools_a_wish_is_only_words(client: Client) -> None:
    assert "You said: draw a fox" in client.said("draw a fox")["content"]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("Job j1 has begun. If it failed you would hear.", "Your picture is on its way."),
        ("Error: at most 5 pictures", "That did not work: Error: at most 5 pictures"),
    ],
)
def test_after_a_media_tool_one_sentence_follows(client: Client, result: str, words: str) -> None:
    first = client.said("draw a fox", tools=TOOLS)
    messages = [
        {"role": "user", "content": "draw a fox"},
        first,
        {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": result},
    ]
    assert client.said("", messages=messages, tools=TOOLS)["content"] == words


# --- catalogue -------------------------------------------------------------------------------


def test_the_catalogue_lists_makers_by_what_they_give(client: Client) -> None:
    def rows(**query: str) -> dict[str, Any]:
        listed = client.http.get("/api/v1/models", params=query).json()["data"]
        return {row["id"]: row for row in listed}

    painters = rows(output_modalities="image")
    assert painters[FLUX]["architecture"]["output_modalities"] == ["image"]
    assert painters[GEMINI]["architecture"]["output_modalities"] == BOTH
    assert float(painters[GEMINI]["pricing"]["image_output"]) * 1_290 == pytest.approx(
        0.039, rel=1e-3
    )
    assert FLUX not in rows()
    assert LYRIA in rows(output_modalities="audio")
    assert float(rows(output_modalities="audio")[LYRIA]["pricing"]["request"]) == 0.08
    assert set(rows(output_modalities="video")) >= {VEO, "alibaba/wan-2.7"}


def test_the_video_models_say_what_they_take(place: Place) -> None:
    with httpx.Client(base_url=place.url) as http:  # no key needed
        rows = {row["id"]: row for row in http.get(f"{VIDEOS}/models").json()["data"]}
    veo = rows[VEO]
    assert veo["supported_durations"] == [4, 6, 8]
    assert veo["supported_resolutions"] == ["720p", "1080p"]
    assert veo["supported_aspect_ratios"] == ["16:9", "9:16"]
    assert veo["supported_frame_images"] == ["first_frame", "last_frame"]
    assert (veo["generate_audio"], veo["seed"]) == (True, True)
    assert float(veo["pricing_skus"]["duration_seconds_with_audio"]) == 0.15
    assert rows["alibaba/wan-2.7"]["supported_frame_images"] == []
