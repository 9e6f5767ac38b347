"""Pictures, films, songs and papers that come: how they show, change and vanish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import files
from tests.browser.exchange import (
    CAPTION,
    awaits_updates,
    bot_sends_album,
    bot_sends_picture,
    bot_uploads,
    chosen,
    is_shown,
)
from tests.browser.visitor import Visitor, visiting
from tests.flow.stage import Stage, eventually

PHONE = {"width": 360, "height": 740}
LONG = f"{CAPTION}. " * 6 + "https://example.com/" + "an-address-without-an-end" * 6
KNOWN_DURATION = """media => new Promise(done => {
    if (media.duration) done(media.duration);
    else media.addEventListener("loadedmetadata", () => done(media.duration));
})"""
WORDS_ARE_BELOW = """message => {
    const [image, words] = ["img", ".text"].map(part => message.querySelector(part));
    return words.getBoundingClientRect().top >= image.getBoundingClientRect().bottom;
}"""
MARK = "element => { element.isTheSame = true; }"
IS_MARKED = "element => element.isTheSame === true"


def test_a_picture_shows_above_its_words_and_is_enlarged_when_pressed(guest: Visitor) -> None:
    bot_sends_picture(guest, caption=CAPTION)
    message = guest.from_bot
    is_shown(message.locator("img"))
    assert message.evaluate(WORDS_ARE_BELOW)
    small = message.locator("img").bounding_box()
    assert small is not None
    assert small["width"] <= 420

    message.get_by_role("button", name="Enlarge picture of Parley").click()
    viewer = guest.page.get_by_role("dialog", name="Enlarged")
    is_shown(viewer.locator("img"))
    expect(viewer).to_contain_text(CAPTION)
    large = viewer.locator("img").bounding_box()
    assert large is not None
    assert large["width"] > small["width"]
    guest.page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(message.get_by_role("button", name="Enlarge picture")).to_be_focused()


@pytest.mark.parametrize("count", [2, 5, 10])
def test_an_album_is_a_grid_in_one_bubble(guest: Visitor, count: int) -> None:
    bot_sends_album(guest, count)
    expect(guest.from_bot).to_have_count(1)
    tiles = guest.from_bot.locator(".mosaic .visual")
    expect(tiles).to_have_count(count)
    for image in tiles.locator("img").all():
        is_shown(image)
    expect(guest.from_bot.locator(".text")).to_contain_text(CAPTION)
    boxes = [box for tile in tiles.all() if (box := tile.bounding_box())]
    for one in boxes:
        assert min(one["width"], one["height"]) > 40
        assert not any(_overlap(one, other) for other in boxes if other is not one)


def _overlap(one: Any, other: Any) -> bool:
    apart_x = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    apart_y = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    return not (apart_x or apart_y)


def test_enlarged_pictures_lead_to_their_neighbours_and_each_can_be_answered(
    guest: Visitor,
) -> None:
    _, second, _ = bot_sends_album(guest, 3)
    guest.from_bot.locator(".visual").first.click()
    viewer = guest.page.get_by_role("dialog", name="Enlarged")
    expect(viewer.get_by_role("button", name="Previous")).to_be_hidden()
    guest.page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("button", name="Previous")).to_be_visible()
    viewer.get_by_role("button", name="Reply to this").click()
    expect(guest.page.locator("#about")).to_contain_text("Reply to Parley")
    guest.writes("this one, but greener")
    (update,) = awaits_updates(guest, 1)
    assert update["reply_to_message"]["message_id"] == second
    assert update["reply_to_message"]["photo"]


def test_a_film_can_be_played_where_it_stands(guest: Visitor) -> None:
    part = ("film.mp4", files.film(2), "video/mp4")
    bot_uploads(
        guest, "sendVideo", {"video": part}, width=320, height=180, duration=2, caption=CAPTION
    )
    video = guest.from_bot.locator("video[controls]")
    assert video.evaluate(KNOWN_DURATION) == pytest.approx(2, abs=0.2)
    box = video.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(320 / 180, rel=0.02)
    expect(guest.from_bot).to_contain_text(CAPTION)


def test_a_song_plays_under_its_title_and_is_no_voice_message(guest: Visitor) -> None:
    for title in ("The tide", "The ebb"):
        bot_uploads(
            guest,
            "sendAudio",
            {"audio": ("song.mp3", files.song(3), "audio/mpeg")},
            title=title,
            performer="Lyria",
            duration=3,
        )
    tide, ebb = (guest.from_bot.filter(has_text=title) for title in ("The tide", "The ebb"))
    expect(tide.locator(".song")).to_contain_text("Lyria")
    expect(tide.locator(".voice")).to_have_count(0)
    assert tide.locator("audio").evaluate(KNOWN_DURATION) == pytest.approx(3, abs=0.2)
    expect(tide.locator(".time")).to_have_text("0:03")

    tide.get_by_role("button", name="Play The tide").click()
    expect(tide.get_by_role("button", name="Pause The tide")).to_be_visible()
    ebb.get_by_role("button", name="Play The ebb").click()
    expect(ebb.get_by_role("button", name="Pause The ebb")).to_be_visible()
    expect(tide.get_by_role("button", name="Play The tide")).to_be_visible()


def test_a_file_says_its_name_and_size_and_can_be_fetched(guest: Visitor) -> None:
    data = files.paper()
    part = ("minutes.pdf", data, "application/pdf")
    bot_uploads(guest, "sendDocument", {"document": part}, caption="As agreed")
    card = guest.from_bot.get_by_role("link", name="minutes.pdf")
    expect(card).to_contain_text(f"{len(data) / 1000:.0f} kB")
    expect(guest.from_bot).to_contain_text("As agreed")
    with guest.page.expect_download() as download:
        card.click()
    assert download.value.suggested_filename == "minutes.pdf"
    assert Path(download.value.path()).read_bytes() == data


def test_files_that_come_together_share_a_bubble_and_each_can_be_answered(
    guest: Visitor,
) -> None:
    _, second = bot_sends_album(guest, 2, kind="document")
    expect(guest.from_bot).to_have_count(1)
    expect(guest.from_bot.locator(".file")).to_have_count(2)
    guest.from_bot.get_by_role("button", name="Reply to part1.png").click()
    guest.writes("and this one?")
    (update,) = awaits_updates(guest, 1)
    assert update["reply_to_message"]["message_id"] == second


# what changes


def test_a_status_message_changes_under_the_finger_that_presses_its_button(
    guest: Visitor,
) -> None:
    def keyboard(label: str) -> dict[str, Any]:
        return {"inline_keyboard": [[{"text": label, "callback_data": "job:7"}]]}

    sent = guest.bot_sends("sendMessage", text="Queued", reply_markup=keyboard("Cancel"))
    button = guest.from_bot.locator(".keyboard button")
    expect(button).to_have_text("Cancel")
    button.evaluate(MARK)
    button.focus()
    for seconds in (10, 20):
        guest.bot_sends(
            "editMessageText",
            message_id=sent["message_id"],
            text=f"Drawing, {seconds} s",
            reply_markup=keyboard(f"Cancel ({seconds} s)"),
        )
        expect(guest.from_bot.locator(".text")).to_contain_text(f"Drawing, {seconds} s")
        expect(button).to_have_text(f"Cancel ({seconds} s)")
    assert button.evaluate(IS_MARKED)
    expect(button).to_be_focused()

    button.click()
    eventually(
        lambda: any(
            call["data"] == "job:7" for call in guest.stage.telegram.get("state")["callbacks"]
        ),
        "the pressed button",
    )
    guest.bot_sends("editMessageText", message_id=sent["message_id"], text="Cancelled")
    expect(guest.from_bot.locator(".text")).to_contain_text("Cancelled")
    expect(guest.from_bot.locator(".keyboard")).to_have_count(0)


def test_a_new_caption_leaves_the_picture_and_the_playing_song_alone(guest: Visitor) -> None:
    picture_id = bot_sends_picture(guest, caption="first words")
    part = ("song.mp3", files.song(20), "audio/mpeg")
    song_id = bot_uploads(guest, "sendAudio", {"audio": part}, title="The tide")["message_id"]
    image, audio = guest.from_bot.locator("img"), guest.from_bot.locator("audio")
    is_shown(image)
    image.evaluate(MARK)
    guest.from_bot.get_by_role("button", name="Play The tide").click()
    guest.page.wait_for_function("audio => audio.currentTime > 0.1", arg=audio.element_handle())
    for message_id in (picture_id, song_id):
        guest.bot_sends("editMessageCaption", message_id=message_id, caption="better words")
    expect(guest.from_bot.locator(".text", has_text="better words")).to_have_count(2)
    assert image.evaluate(IS_MARKED)
    assert audio.evaluate("audio => !audio.paused && audio.currentTime > 0.1")


def test_what_is_deleted_vanishes(guest: Visitor) -> None:
    ids = bot_sends_album(guest, 3)
    tiles = guest.from_bot.locator(".visual")
    expect(tiles).to_have_count(3)
    tiles.first.click()
    viewer = guest.page.get_by_role("dialog", name="Enlarged")
    expect(viewer).to_be_visible()
    guest.bot_sends("deleteMessage", message_id=ids[0])
    expect(viewer).to_be_hidden()
    expect(tiles).to_have_count(2)
    for message_id in ids[1:]:
        guest.bot_sends("deleteMessage", message_id=message_id)
    expect(guest.from_bot).to_have_count(0)
    expect(guest.page.locator("#empty")).to_be_visible()


# how it looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it_without_scrolling_sideways(
    browser: Browser, silence: Stage, scheme: str
) -> None:
    with visiting(browser, silence, viewport=PHONE, has_touch=True, color_scheme=scheme) as visitor:
        visitor.open()
        bot_sends_picture(visitor, caption=LONG)
        bot_sends_album(visitor, 5)
        bot_sends_album(visitor, 2, kind="document")
        for name, kind, data, mime in (
            ("film.mp4", "video", files.film(1), "video/mp4"),
            (f"{'long' * 20}.mp3", "audio", files.song(1), "audio/mpeg"),
            (f"{'name' * 20}.pdf", "document", files.paper(), "application/pdf"),
        ):
            part = {kind: (name, data, mime)}
            bot_uploads(visitor, f"send{kind.capitalize()}", part, caption=LONG)
        choices = [[{"text": "A rather long choice " * 3, "callback_data": "n"}] * 3]
        markup = {"inline_keyboard": choices}
        visitor.bot_sends("sendMessage", text="Choose", reply_markup=markup)
        visitor.page.locator("#file").set_input_files(
            [chosen(f"{n}.png", "image/png", files.picture()) for n in range(6)]
            + [chosen(f"{'name' * 20}.pdf", "application/pdf", files.paper())]
        )
        expect(visitor.from_bot).to_have_count(7)
        expect(visitor.page.locator("#tray li")).to_have_count(7)
        visitor.page.locator("#scroller").evaluate("box => { box.scrollTop = 0; }")
        expect(visitor.page.locator("#newer")).to_be_visible()
        everything = ".bubble, .keyboard, #tray, #composer .line, #newer"
        for element in visitor.page.locator(everything).all():
            box = element.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
        for whole in ("documentElement", "body", "getElementById('scroller')"):
            width = visitor.page.evaluate(f"document.{whole}.scrollWidth")
            assert width == PHONE["width"], whole
