"""Writing on the page, and everything that the bot's messages may contain."""

from __future__ import annotations

import struct
import zlib

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.flow.stage import eventually
from tests.voices import say


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (  # two by two pixels
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress((b"\0" + b"\x22\x66\x55" * 2) * 2))
    + _chunk(b"IEND", b"")
)


def test_text_grows_until_it_is_final(visitor: Visitor) -> None:
    chunks = ["The sea was calm", {"text": " and then it was not.", "hold": "storm"}]
    visitor.stage.answers("", match="tell me of the sea", chunks=chunks)
    visitor.writes("tell me of the sea")
    draft = visitor.page.locator("#live .draft")
    expect(draft).to_have_text("The sea was calm")
    expect(visitor.from_bot).to_have_count(0)
    visitor.stage.openrouter.post("release", {"gate": "storm"})
    expect(visitor.from_bot).to_have_count(1)
    expect(visitor.from_bot).to_contain_text("The sea was calm and then it was not.")
    expect(draft).to_have_count(0)


def test_what_the_bot_does_shows_while_it_lasts(visitor: Visitor) -> None:
    visitor.bot_sends("sendChatAction", action="record_voice")
    expect(visitor.page.locator("#live")).to_contain_text("is recording a voice message")
    expect(visitor.page.locator("#state")).to_contain_text("is recording")
    visitor.bot_sends("sendMessage", text="here it is")
    expect(visitor.message("here it is")).to_be_visible()
    expect(visitor.page.locator("#live")).to_be_empty()


def test_formatting_shows_and_markup_in_text_stays_text(visitor: Visitor) -> None:
    visitor.bot_sends(
        "sendMessage",
        parse_mode="HTML",
        text="<b>bold <i>and slanted</i></b> &lt;img src=x onerror=alert(1)&gt; 🌊 <u>under</u>"
        '<pre><code class="language-python">print("hi")</code></pre>'
        '<a href="https://example.com/">a link</a> <tg-spoiler>secret</tg-spoiler>',
    )
    text = visitor.message("bold").locator(".text")
    expect(text.locator("strong em")).to_have_text("and slanted")
    expect(text.locator("u")).to_have_text("under")
    expect(text.locator("pre[data-language=python] code")).to_have_text('print("hi")')
    expect(text.get_by_role("link", name="a link")).to_have_attribute(
        "href", "https://example.com/"
    )
    expect(text).to_contain_text("<img src=x onerror=alert(1)>")
    expect(text.locator("img")).to_have_count(0)
    text.get_by_role("button", name="Hidden text").click()
    expect(text.locator(".spoiler.shown")).to_have_text("secret")


def test_a_link_that_would_run_code_is_no_link(visitor: Visitor) -> None:
    entity = {"type": "text_link", "offset": 0, "length": 5, "url": "javascript:alert(1)"}
    visitor.stage.telegram.post(
        "messages", {"from": visitor.person, "text": "click here", "entities": [entity]}
    )
    expect(visitor.message("click here")).to_be_visible()
    expect(visitor.message("click here").locator("a")).to_have_count(0)


def test_a_pressed_button_reaches_the_bot_and_its_answer_the_person(visitor: Visitor) -> None:
    keyboard = [[{"text": "Yes", "callback_data": "go:yes"}, {"text": "No", "callback_data": "n"}]]
    visitor.bot_sends("sendMessage", text="Shall I?", reply_markup={"inline_keyboard": keyboard})
    visitor.page.get_by_role("button", name="Yes").click()
    pressed = eventually(
        lambda: next(
            (c for c in visitor.stage.telegram.get("state")["callbacks"] if c["data"] == "go:yes"),
            None,
        ),
        "the pressed button",
    )
    visitor.bot_sends("answerCallbackQuery", callback_query_id=pressed["id"], text="Going.")
    expect(visitor.page.locator(".toast", has_text="Going.")).to_be_visible()


def test_edits_reactions_and_deletions_show_at_once(visitor: Visitor) -> None:
    sent = visitor.bot_sends("sendMessage", text="first words")
    expect(visitor.message("first words")).to_be_visible()
    visitor.bot_sends("editMessageText", message_id=sent["message_id"], text="better words")
    expect(visitor.message("better words")).to_contain_text("edited")

    visitor.message("better words").hover()
    visitor.message("better words").get_by_role("button", name="React", exact=True).click()
    visitor.page.get_by_role("button", name="React with 👍").click()
    expect(visitor.message("better words").locator(".reactions .chosen")).to_have_text("👍")
    (kept,) = [m for m in visitor.messages() if m["text"] == "better words"]
    assert kept["reactions"] == [{"from": visitor.person, "emoji": ["👍"]}]

    visitor.bot_sends("deleteMessage", message_id=sent["message_id"])
    expect(visitor.message("better words")).to_have_count(0)


def test_pictures_recordings_and_files_are_sent_as_what_they_are(visitor: Visitor) -> None:
    visitor.page.locator("#file").set_input_files(
        [
            {"name": "dot.png", "mimeType": "image/png", "buffer": PNG},
            {"name": "memo.mp3", "mimeType": "audio/mpeg", "buffer": say("A memo.", format="mp3")},
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"some notes"},
        ]
    )
    expect(visitor.page.locator("#tray li")).to_have_count(3)
    visitor.field.fill("look at these")
    visitor.field.press("Enter")
    picture = visitor.page.locator(".message.mine.kind-photo img")
    expect(picture).to_be_visible()
    visitor.page.wait_for_function(
        "image => image.naturalWidth === 2", arg=picture.element_handle()
    )
    expect(visitor.page.locator(".message.mine.kind-photo")).to_contain_text("look at these")
    expect(visitor.page.locator(".message.mine.kind-audio .song")).to_be_visible()
    expect(visitor.page.locator(".message.mine.kind-document")).to_contain_text("notes.txt")
    kinds = [m["kind"] for m in visitor.messages() if not m["outgoing"]]
    assert kinds == ["photo", "audio", "document"]


def test_a_file_that_is_dropped_waits_to_be_sent(visitor: Visitor) -> None:
    visitor.page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["notes"], "dropped.txt", { type: "text/plain" }));
            for (const name of ["dragenter", "dragover", "drop"]) {
                const how = { dataTransfer: data, bubbles: true, cancelable: true };
                document.getElementById("scroller").dispatchEvent(new DragEvent(name, how));
            }
        }"""
    )
    expect(visitor.page.locator("#tray")).to_contain_text("dropped.txt")
    visitor.page.get_by_role("button", name="Send", exact=True).click()
    expect(visitor.page.locator(".message.mine.kind-document")).to_contain_text("dropped.txt")


def test_the_keyboard_alone_writes_answers_and_corrects(visitor: Visitor) -> None:
    keyboard = visitor.page.keyboard
    keyboard.type("line one")
    keyboard.press("Shift+Enter")
    keyboard.type("line two")
    keyboard.press("Enter")
    expect(visitor.mine).to_have_count(1)
    visitor.awaits_message(outgoing=True, kind="text")
    expect(visitor.from_bot).to_have_count(1)

    visitor.page.locator("#messages").focus()
    keyboard.press("ArrowUp")
    keyboard.press("r")
    expect(visitor.page.locator("#about")).to_contain_text("Reply to Parley")
    keyboard.type("thank you")
    keyboard.press("Enter")
    visitor.awaits_message(text="thank you")
    expect(visitor.mine.filter(has_text="thank you").locator(".quote")).to_contain_text("Parley")

    keyboard.press("ArrowUp")
    expect(visitor.page.locator("#about")).to_contain_text("Edit")
    keyboard.press("Control+A")
    keyboard.type("many thanks")
    keyboard.press("Enter")
    expect(visitor.mine.filter(has_text="many thanks")).to_contain_text("edited")
    replied = visitor.awaits_message(text="many thanks")
    assert replied["reply_to"] is not None
    assert visitor.messages()[0]["text"] == "line one\nline two"


def test_one_who_reads_above_is_not_dragged_down(visitor: Visitor) -> None:
    for number in range(30):
        visitor.bot_sends("sendMessage", text=f"line {number}")
    expect(visitor.message("line 29")).to_be_in_viewport()
    visitor.page.locator("#scroller").evaluate("box => { box.scrollTop = 0; }")
    expect(visitor.page.locator("#newer")).to_be_visible()
    visitor.bot_sends("sendMessage", text="news at the end")
    expect(visitor.page.locator("#newer")).to_have_text("1 new")
    expect(visitor.message("news at the end")).not_to_be_in_viewport()
    visitor.page.locator("#newer").click()
    expect(visitor.message("news at the end")).to_be_in_viewport()


def test_after_a_reload_the_conversation_is_there(visitor: Visitor) -> None:
    visitor.writes("remember me")
    visitor.awaits_message(outgoing=True, kind="text")
    expect(visitor.from_bot).to_have_count(1)
    visitor.reload()
    expect(visitor.mine).to_have_count(1)
    expect(visitor.mine.filter(has_text="remember me")).to_be_visible()
    expect(visitor.from_bot).to_have_count(1)
