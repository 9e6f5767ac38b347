"""Being several people in several places, on large and small screens, by day and by night."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import FORUM_ID, GROUP, GROUP_ID, Visitor, visiting
from tests.flow.stage import Stage

PHONE = {"width": 360, "height": 740}
LUMINANCE = """element => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const light = colour => {
        const pen = canvas.getContext("2d", { willReadFrequently: true });
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        const linear = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map(part => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const style = getComputedStyle(element);
    return [light(style.color), light(style.backgroundColor)];
}"""


def test_the_first_visit_says_what_to_do(visitor: Visitor) -> None:
    expect(visitor.page.locator("#empty")).to_contain_text("Hold the microphone while you speak")
    visitor.page.get_by_role("button", name="What can you do?").click()
    expect(visitor.message("What can you do?").first).to_be_visible()
    expect(visitor.from_bot).to_have_count(1)
    expect(visitor.page.locator("#empty")).to_be_hidden()


def test_without_a_bot_in_the_address_it_says_where_to_find_one(
    browser: Browser, house: Stage
) -> None:
    with visiting(browser, house) as visitor:
        visitor.page.goto(house.base)
        expect(visitor.page.locator("main, .explain")).to_contain_text("make run")


def test_each_person_has_a_private_chat_of_their_own(visitor: Visitor) -> None:
    visitor.writes("only mine")
    expect(visitor.from_bot).to_have_count(1)
    visitor.page.get_by_role("button", name="Ben").click()
    expect(visitor.page.locator("#state")).to_have_text("with Ben")
    expect(visitor.message("only mine")).to_have_count(0)
    visitor.page.get_by_role("button", name=f"Guest {visitor.person}").click()
    expect(visitor.message("only mine").first).to_be_visible()


def test_in_a_group_the_bot_hears_what_mentions_it(visitor: Visitor) -> None:
    visitor.place(GROUP).click()
    visitor.writes(f"hello from {visitor.person}")
    expect(visitor.mine.filter(has_text=f"hello from {visitor.person}")).to_contain_text(
        "did not get to see"
    )
    visitor.page.get_by_role("button", name="Mention the bot").last.click()
    visitor.page.keyboard.type(f"and hello again from {visitor.person}")
    visitor.page.keyboard.press("Enter")
    answer = visitor.from_bot.filter(has_text=f"hello again from {visitor.person}")
    expect(answer).to_be_visible()
    expect(answer.locator(".quote")).to_be_visible()
    asked = visitor.awaits_message(
        GROUP_ID, text=f"@parley_sandbox_bot and hello again from {visitor.person}"
    )
    assert asked["from"]["id"] == visitor.person


def test_a_topic_keeps_its_messages_to_itself_and_shows_news(visitor: Visitor) -> None:
    visitor.place("Ideas").click()
    visitor.writes(f"@parley_sandbox_bot an idea of {visitor.person}")
    expect(visitor.from_bot.filter(has_text=f"an idea of {visitor.person}")).to_be_visible()
    asked = visitor.awaits_message(
        FORUM_ID, text=f"@parley_sandbox_bot an idea of {visitor.person}"
    )
    assert asked["is_topic_message"]

    visitor.place("Errands").click()
    expect(visitor.message(f"an idea of {visitor.person}")).to_have_count(0)
    visitor.bot_sends(
        "sendMessage", chat_id=FORUM_ID, message_thread_id=asked["thread_id"], text="one more"
    )
    expect(visitor.place("Ideas").locator(".badge")).to_have_text("1")
    visitor.place("Ideas").click()
    expect(visitor.message("one more")).to_be_visible()
    expect(visitor.place("Ideas").locator(".badge")).to_have_count(0)
    visitor.reload()
    expect(visitor.page.locator("#head h1")).to_contain_text("Ideas")
    expect(visitor.message("one more")).to_be_visible()


def test_new_people_and_groups_can_be_made(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="One more person").click()
    expect(visitor.page.locator("#state")).to_contain_text("with Guest")
    visitor.page.get_by_role("button", name="New group").click()
    expect(visitor.page.locator("#head h1")).to_contain_text("Group")
    visitor.page.locator(".eyes").click()
    expect(visitor.page.locator(".eyes")).to_have_text("Bot sees everything")
    visitor.writes("can you see me without a mention?")
    expect(visitor.page.locator(".unheard")).to_have_count(0)


def test_a_phone_shows_everything_without_scrolling_sideways(
    browser: Browser, house: Stage
) -> None:
    with visiting(browser, house, viewport=PHONE, has_touch=True) as visitor:
        visitor.open()
        visitor.writes("a_very_long_word_" * 20)
        visitor.bot_sends("sendMessage", parse_mode="HTML", text=f"<pre>{'wide ' * 60}</pre>")
        visitor.holds_mic(900)
        expect(visitor.page.locator(".message.bot.kind-voice")).to_be_visible()
        widths = visitor.page.evaluate(
            "[document.documentElement.scrollWidth,"
            " document.getElementById('scroller').scrollWidth, innerWidth]"
        )
        assert widths == [PHONE["width"]] * 3

        opener = visitor.page.get_by_role("button", name="Turns of the bot")
        opener.click()
        expect(visitor.page.locator("#turns")).to_be_in_viewport(ratio=0.9)
        visitor.page.keyboard.press("Escape")
        expect(opener).to_be_focused()
        visitor.page.get_by_role("button", name="People and chats").click()
        visitor.place(GROUP).click()
        expect(visitor.page.locator("#head h1")).to_have_text(GROUP)
        expect(visitor.page.locator("#places")).not_to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_easy_to_read(browser: Browser, house: Stage, scheme: str) -> None:
    with visiting(browser, house, color_scheme=scheme) as visitor:
        visitor.open()
        visitor.writes("is this legible?")
        expect(visitor.from_bot).to_have_count(1)
        for element in (visitor.mine.locator(".bubble"), visitor.from_bot.locator(".bubble")):
            ink, paper = element.evaluate(LUMINANCE)
            assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 7
            assert (paper > ink) == (scheme == "light")
