"""Talking to the page: the microphone, the bubbles that come back, and changing one's mind."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor, seconds_of

HELD_MS = 2_500
KNOWN_DURATION = """audio => new Promise(done => {
    if (audio.duration) done(audio.duration);
    else audio.addEventListener("loadedmetadata", () => done(audio.duration));
})"""


def _duration_s(bubble: Locator) -> float:
    return float(bubble.locator("audio").evaluate(KNOWN_DURATION))


def test_a_recording_comes_back_as_a_bubble_that_lasts_as_long_as_it_says(visitor: Visitor) -> None:
    visitor.holds_mic(HELD_MS)
    spoken = visitor.page.locator(".message.bot.kind-voice")
    expect(spoken).to_be_visible()

    sent = visitor.awaits_message(outgoing=False, kind="voice")
    answer = visitor.awaits_message(outgoing=True, kind="voice")
    (call,) = [
        call
        for call in visitor.stage.telegram_calls("sendVoice")
        if int(call["params"]["chat_id"]) == visitor.person
    ]

    assert abs(sent["file"]["measured_s"] - HELD_MS / 1000) < 0.9
    assert (
        f"I heard {sent['file']['measured_s']:.0f} seconds" in visitor.from_bot.first.inner_text()
    )
    duration_s = _duration_s(spoken)
    assert duration_s > 1
    assert abs(duration_s - answer["file"]["measured_s"]) < 0.1
    assert abs(duration_s - int(call["params"]["duration"])) <= 0.6
    assert abs(seconds_of(spoken.locator(".time").inner_text()) - duration_s) <= 0.6


def test_what_chromium_records_reaches_the_bot_as_telegram_would_deliver_it(
    visitor: Visitor,
) -> None:
    visitor.holds_mic(1_200)
    sent = visitor.awaits_message(outgoing=False, kind="voice")
    assert sent["file"]["sniffed"] == "ogg_opus"
    assert sent["wire"]["voice"]["mime_type"] == "audio/ogg"
    assert sent["wire"]["voice"]["duration"] >= 1
    expect(visitor.page.locator(".message.bot.kind-voice")).to_be_visible()


def test_a_bubble_plays_shows_its_wave_and_changes_speed(visitor: Visitor) -> None:
    visitor.holds_mic(1_200)
    bubble = visitor.page.locator(".message.bot.kind-voice")
    expect(bubble.locator("[data-drawn]")).to_be_attached()
    heights = bubble.locator("rect").evaluate_all(
        "bars => bars.map(bar => Number(bar.getAttribute('height')))"
    )
    assert max(heights) > 3 * min(heights)

    audio = bubble.locator("audio")
    bubble.get_by_role("button", name="Play").click()
    expect(bubble.get_by_role("button", name="Pause")).to_be_visible()
    visitor.page.wait_for_function("audio => audio.currentTime > 0.1", arg=audio.element_handle())
    rates = []
    for _ in range(3):
        bubble.locator(".speed").click()
        rates.append(audio.evaluate("audio => audio.playbackRate"))
    assert rates == [1.5, 2, 1]
    bubble.get_by_role("button", name="Pause").click()
    expect(bubble.get_by_role("button", name="Play")).to_be_visible()


def test_the_keyboard_alone_records_and_sends(visitor: Visitor) -> None:
    expect(visitor.field).to_be_focused()
    visitor.page.keyboard.press("Tab")
    expect(visitor.mic).to_be_focused()
    visitor.page.keyboard.press("Space")
    expect(visitor.page.locator(".rec-hint")).to_contain_text("Press to send")
    visitor.page.wait_for_timeout(1_200)
    visitor.page.keyboard.press("Space")
    expect(visitor.mine.and_(visitor.page.locator(".kind-voice"))).to_be_visible()
    expect(visitor.page.locator(".message.bot.kind-voice")).to_be_visible()


def test_escape_throws_the_recording_away(visitor: Visitor) -> None:
    visitor.mic.focus()
    visitor.page.keyboard.down("Space")
    visitor.page.wait_for_timeout(900)
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.up("Space")
    expect(visitor.page.locator("#recording")).to_be_hidden()
    visitor.writes("still here")
    visitor.awaits_message(outgoing=True)
    assert [m["kind"] for m in visitor.messages() if not m["outgoing"]] == ["text"]


def test_sliding_left_throws_the_recording_away(visitor: Visitor) -> None:
    visitor.mic.hover()
    visitor.page.mouse.down()
    visitor.page.wait_for_timeout(900)
    box = visitor.mic.bounding_box()
    assert box is not None
    visitor.page.mouse.move(box["x"] - 150, box["y"] + 10, steps=5)
    expect(visitor.page.locator("#recording")).to_be_hidden()
    visitor.page.mouse.up()
    visitor.writes("still here")
    assert [m["kind"] for m in visitor.messages() if not m["outgoing"]] == ["text"]
