"""Pictures, films, papers and places that people send, and what they answer."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser import files
from tests.browser.exchange import CAPTION, awaits_updates, bot_sends_picture, chosen, is_shown
from tests.browser.visitor import Visitor, visiting
from tests.flow.stage import Stage


def test_a_picture_is_sent_with_the_words_of_the_field(guest: Visitor) -> None:
    guest.page.locator("#file").set_input_files(chosen("window.png", "image/png", files.picture()))
    expect(guest.page.locator("#tray img")).to_be_visible()
    guest.writes(CAPTION)
    is_shown(guest.mine.locator("img"))
    expect(guest.page.locator("#tray")).to_be_hidden()
    (update,) = awaits_updates(guest, 1)
    assert update["caption"] == CAPTION
    assert (update["photo"][-1]["width"], update["photo"][-1]["height"]) == (800, 600)
    assert "media_group_id" not in update


def test_several_pictures_are_sent_as_one_album_and_papers_apart(guest: Visitor) -> None:
    pictures = [chosen(f"{n}.png", "image/png", files.picture(hue=60 * n)) for n in range(3)]
    film = chosen("film.mp4", "video/mp4", files.film(2))
    pdf = chosen("minutes.pdf", "application/pdf", files.paper())
    guest.page.locator("#file").set_input_files([*pictures, pdf, film])
    expect(guest.page.locator("#tray li")).to_have_count(5)
    guest.page.get_by_role("button", name="Remove 2.png").click()
    guest.writes(CAPTION)
    expect(guest.mine).to_have_count(2)
    expect(guest.mine.first.locator(".mosaic .visual")).to_have_count(3)
    expect(guest.mine.last.locator(".file")).to_contain_text("minutes.pdf")

    first, second, moving, document = awaits_updates(guest, 4)
    assert first["photo"]
    assert second["photo"]
    assert first["media_group_id"] == second["media_group_id"] == moving["media_group_id"]
    assert (moving["video"]["duration"], moving["video"]["width"]) == (2, 320)
    assert document["document"]["mime_type"] == "application/pdf"
    assert "media_group_id" not in document
    assert [m.get("caption") for m in (first, second, moving, document)] == [CAPTION] + [None] * 3


def test_a_pasted_picture_can_be_sent_as_a_file(guest: Visitor) -> None:
    guest.page.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 9, height: 9 });
            canvas.getContext("2d").fillRect(0, 0, 5, 5);
            const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([blob], "image.png", { type: "image/png" }));
            const how = { clipboardData, bubbles: true, cancelable: true };
            document.getElementById("messages").dispatchEvent(new ClipboardEvent("paste", how));
        }"""
    )
    expect(guest.page.locator("#tray img")).to_be_visible()
    guest.page.get_by_role("button", name="As files").click()
    expect(guest.page.locator("#tray")).to_contain_text("image.png")
    guest.page.get_by_role("button", name="Send", exact=True).click()
    (update,) = awaits_updates(guest, 1)
    assert update["document"]["file_name"] == "image.png"
    assert update["document"]["mime_type"] == "image/png"


def test_a_picture_is_answered_by_text_by_voice_and_with_an_album(guest: Visitor) -> None:
    picture_id = bot_sends_picture(guest)
    about = guest.page.locator("#about")

    def reply() -> None:
        guest.from_bot.hover()
        guest.from_bot.get_by_role("button", name="Reply", exact=True).click()
        expect(about).to_contain_text("Picture")

    reply()
    about.get_by_role("button", name="Never mind").click()
    expect(about).to_be_hidden()
    reply()
    guest.writes("make the sky green")
    expect(guest.mine.locator(".quote")).to_contain_text("Picture")
    reply()
    guest.holds_mic(1_000)
    expect(guest.mine.and_(guest.page.locator(".kind-voice")).locator(".quote")).to_be_visible()
    reply()
    pair = [chosen(f"{n}.png", "image/png", files.picture(hue=90 * n)) for n in range(2)]
    guest.page.locator("#file").set_input_files(pair)
    guest.writes("like these")

    updates = awaits_updates(guest, 4)
    assert [m["reply_to_message"]["message_id"] for m in updates] == [picture_id] * 4
    assert updates[0]["text"] == "make the sky green"
    assert updates[1]["voice"]
    assert updates[2]["media_group_id"] == updates[3]["media_group_id"]
    expect(about).to_be_hidden()


def test_a_location_is_chosen_or_written_and_shows_where_it_is(guest: Visitor) -> None:
    opener = guest.page.get_by_role("button", name="Send a location")
    opener.click()
    guest.page.get_by_role("button", name="Brandenburg Gate").click()
    expect(guest.mine).to_contain_text("52.5163° N, 13.3777° E")
    opener.click()
    guest.page.get_by_label("Latitude, longitude").fill("nowhere")
    guest.page.keyboard.press("Enter")
    expect(guest.page.get_by_role("dialog", name="Send a location")).to_be_visible()
    guest.page.get_by_label("Latitude, longitude").fill("-33.9628, 18.4098")
    guest.page.keyboard.press("Enter")
    expect(guest.mine).to_have_count(2)
    first, second = awaits_updates(guest, 2)
    assert first["location"] == {"latitude": 52.5163, "longitude": 13.3777}
    assert second["location"] == {"latitude": -33.9628, "longitude": 18.4098}


def test_what_could_not_be_sent_waits_in_the_tray(browser: Browser, silence: Stage) -> None:
    with visiting(browser, silence) as visitor:
        visitor.open()
        gone = visitor.bot_sends("sendMessage", text="soon gone")
        visitor.message("soon gone").hover()
        visitor.message("soon gone").get_by_role("button", name="Reply", exact=True).click()
        visitor.page.locator("#file").set_input_files(
            chosen("window.png", "image/png", files.picture())
        )
        visitor.field.fill(CAPTION)
        visitor.bot_sends("deleteMessage", message_id=gone["message_id"])
        visitor.field.press("Enter")
        expect(visitor.page.locator(".toast")).to_contain_text("no message")
        expect(visitor.page.locator("#tray img")).to_be_visible()
        expect(visitor.field).to_have_value(CAPTION)
        visitor.complaints.clear()  # the refusal itself
