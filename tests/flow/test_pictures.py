"""What people send besides their voice reaches the model, or a sentence says why not."""

from __future__ import annotations

import signal

import pytest

from tests import voices
from tests.flow.books import rows
from tests.flow.gallery import (
    PDF,
    colours,
    content,
    film,
    hands,
    parts,
    picture,
    shown,
    shows,
    words,
)
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually

BLIND = "deepseek/deepseek-v4-flash"
SEEING = "moonshotai/kimi-k2.6"  # pictures, no films
WATCHING = "google/gemini-3.5-flash"


def chooses(guest: Guest, model: str) -> None:
    """The bot knows by now what each model can do, and this one answers here."""
    guest.asks("Hello.")
    eventually((guest.stage.state_dir / "catalog.json").exists, "the catalogue")
    guest.asks(f"/model {model}")
    guest.asks("/new")
    guest.stage.openrouter.delete()


def test_a_photo_with_a_caption_is_seen_as_it_was_sent(guest: Guest) -> None:
    guest.stage.answers("It is red.", match="What colour")
    shows(guest, "red", caption="What colour is this?")
    guest.awaits_text("It is red.")
    said = content(guest.stage)
    (image,) = parts(said, "image_url")
    assert shown(guest.stage, image["url"]) == picture("red")
    assert words(said).startswith("What colour is this?\n(photo m")


def test_a_photo_alone_is_a_message(guest: Guest) -> None:
    shows(guest, "blue")
    assert guest.awaits_endings(1) == ["done"]
    assert colours(guest.stage, content(guest.stage)) == ["blue"]


def test_a_large_photo_is_scaled_before_it_travels(guest: Guest) -> None:
    large = picture("green", format="BMP", size=(3_000, 2_000))
    hands(guest, large, "scan.bmp", "image/bmp", caption="See?")
    guest.awaits_endings(1)
    said = content(guest.stage)
    assert '(picture "scan.bmp" m' in words(said)
    (image,) = parts(said, "image_url")
    assert (image["url"]["width"], image["url"]["height"]) == (1_568, 1_045)
    assert image["url"]["bytes"] < len(large) / 10


def test_an_album_is_one_turn_with_all_its_pictures(guest: Guest) -> None:
    for number, colour in enumerate(("red", "green", "blue")):
        caption = {"caption": "Which is warmest?"} if number == 0 else {}
        shows(guest, colour, media_group_id=f"album-{guest.id}", **caption)
    assert guest.awaits_endings(1) == ["done"]
    (call,) = guest.stage.upstream_calls("chat")
    said = call["json"]["messages"][-1]["content"]
    assert colours(guest.stage, said) == ["red", "green", "blue"]
    assert words(said).startswith("Which is warmest?")
    assert guest.asks("And now?")
    assert guest.endings() == ["done", "done"]


def test_what_is_written_after_an_album_is_answered_after_it(guest: Guest) -> None:
    for colour in ("red", "blue"):
        shows(guest, colour, media_group_id=f"album-{guest.id}")
    guest.says("Are they nice?")
    guest.awaits_endings(2)
    assert colours(guest.stage, content(guest.stage, call=0)) == ["red", "blue"]
    assert content(guest.stage, call=1) == "Are they nice?"


def test_two_albums_are_two_turns(guest: Guest) -> None:
    for name, colour in (("a", "red"), ("b", "blue"), ("a", "green"), ("b", "white")):
        shows(guest, colour, media_group_id=f"{name}-{guest.id}")
    guest.awaits_endings(2)
    shown = sorted(colours(guest.stage, content(guest.stage, call=call)) for call in (0, 1))
    assert shown == [["blue", "white"], ["red", "green"]]


def test_a_reply_in_writing_carries_the_photo_that_it_answers(guest: Guest) -> None:
    photo = shows(guest, "green")
    guest.awaits_endings(1)
    guest.says("What was this?", reply_to=photo)
    guest.awaits_endings(2)
    said = content(guest.stage)
    assert colours(guest.stage, said) == ["green"]
    assert "photo m" in words(said)
    assert rows(guest.stage, "select count(*) from media where conversation = ?", guest.key) == [
        (1,)
    ]


def test_a_spoken_reply_carries_the_photo_that_it_answers(guest: Guest) -> None:
    photo = shows(guest, "red")
    guest.awaits_endings(1)
    guest.sends(voices.say("What is this?"), heard="What is this?", reply_to=photo)
    guest.awaits_endings(2)
    said = content(guest.stage)
    assert colours(guest.stage, said) == ["red"]
    assert '(voice note, heard) "What is this?"' in words(said)


def test_later_turns_still_show_the_newest_pictures_and_name_the_older_ones(guest: Guest) -> None:
    for number, colour in enumerate(("red", "red", "blue", "blue", "green")):
        shows(guest, colour)
        guest.awaits_endings(number + 1)
    guest.asks("Which was last?")
    messages = guest.stage.upstream_calls("chat")[-1]["json"]["messages"]
    asked = [message["content"] for message in messages if message["role"] == "user"]
    assert [colours(guest.stage, said) for said in asked[1:-1]] == [
        ["red"],
        ["blue"],
        ["blue"],
        ["green"],
    ]
    assert words(asked[0]).endswith(", not shown)")


def test_a_pdf_is_handed_to_the_model_whole(guest: Guest) -> None:
    hands(guest, PDF, "report.pdf", "application/pdf", caption="Sum it up.")
    guest.awaits_endings(1)
    said = content(guest.stage)
    (file,) = parts(said, "file")
    assert (file["filename"], shown(guest.stage, file["file_data"])) == ("report.pdf", PDF)


def test_a_text_file_is_read_out_to_the_model(guest: Guest) -> None:
    hands(guest, b"name;age\nEve;7\n```\n", "people.csv", "text/csv", caption="How old?")
    guest.awaits_endings(1)
    said = content(guest.stage)
    assert said.startswith('How old?\n(file "people.csv" m')
    assert said.endswith("\n````\nname;age\nEve;7\n```\n\n````")


def test_a_text_file_that_is_no_text_gets_a_sentence(guest: Guest) -> None:
    (sentence,) = guest.plays(
        b"\xff\x00\x80" * 50, kind="document", name="a.txt", mime="text/plain"
    )
    assert sentence.startswith("I couldn't read that file as text.")
    assert guest.stage.upstream_calls() == []


def test_a_text_that_is_too_long_gets_a_sentence(guest: Guest) -> None:
    (sentence,) = guest.plays(b"x" * 120_000, kind="document", name="a.txt", mime="text/plain")
    assert "over 100 kB" in sentence
    assert guest.stage.upstream_calls() == []


def test_what_is_no_picture_gets_a_sentence(guest: Guest) -> None:
    (sentence,) = guest.plays(b"<html>" * 40, kind="document", name="a.png", mime="image/png")
    assert sentence.startswith("I couldn't open that picture.")
    assert guest.endings() == ["failed"]
    assert guest.stage.upstream_calls() == []


def test_words_beside_a_file_that_can_not_be_opened_are_answered(guest: Guest) -> None:
    hands(guest, b"<html>" * 40, "a.png", "image/png", caption="Do you see it?")
    guest.awaits_text("I couldn't open that picture.")
    assert guest.awaits_endings(1) == ["done"]
    said = content(guest.stage)
    assert said == '(picture "a.png", which could not be opened)\nDo you see it?'


def test_a_file_over_20_mb_gets_a_sentence(guest: Guest) -> None:
    (sentence,) = guest.plays(
        picture("red"), kind="photo", name="p.png", mime="image/png", file_size=30_000_000
    )
    assert sentence.startswith("That file is over 20 MB")
    assert guest.stage.upstream_calls() == []


def test_a_file_that_can_not_be_fetched_gets_a_sentence(guest: Guest) -> None:
    guest.stage.telegram.post("faults", {"method": "file", "kind": "status", "times": -1})
    (sentence,) = guest.plays(picture("red"), kind="photo", name="p.png", mime="image/png")
    assert sentence == "I couldn't fetch that file. Please send it again."


def test_a_spoken_video_is_heard_and_its_pictures_are_seen(guest: Guest) -> None:
    chooses(guest, SEEING)
    guest.sends(
        voices.round_video("Look at this."),
        kind="video_note",
        name="round.mp4",
        mime="video/mp4",
        heard=None,
    )
    guest.stage.openrouter.post("transcripts", {"queue": [{"text": "Look at this."}]})
    guest.awaits_endings(4)
    said = content(guest.stage)
    assert '(video, heard) "Look at this."' in words(said)
    assert 1 <= len(list(parts(said, "image_url"))) <= 4
    assert guest.replies("voice")


def test_a_silent_film_is_seen_by_a_model_that_sees(guest: Guest) -> None:
    chooses(guest, SEEING)
    guest.sends(film("blue"), kind="video", name="sea.mp4", mime="video/mp4")
    assert guest.awaits_endings(4)[-1] == "done"
    said = content(guest.stage)
    assert set(colours(guest.stage, said)) == {"blue"}
    assert "no speech was heard" in words(said)


def test_a_model_that_watches_films_gets_the_film_itself(guest: Guest) -> None:
    chooses(guest, WATCHING)
    data = film("green")
    guest.sends(data, kind="video", name="a.mp4", mime="video/mp4", caption="What happens?")
    guest.awaits_endings(4)
    (part,) = parts(content(guest.stage), "video_url")
    assert part["url"]["data_url"] == "data:video/mp4;base64,"
    assert shown(guest.stage, part["url"]) == data
    guest.asks("Again?")
    asked = guest.stage.upstream_calls("chat")[-1]["json"]["messages"][1]["content"]
    assert list(parts(asked, "video_url")) == []
    assert set(colours(guest.stage, asked)) == {"green"}


def test_a_blind_model_is_not_asked_about_a_picture_alone(guest: Guest) -> None:
    chooses(guest, BLIND)
    (sentence,) = guest.plays(picture("red"), kind="photo", name="p.png", mime="image/png")
    assert sentence.startswith(f"{BLIND} can't see pictures. /model lets you choose another one")
    assert guest.stage.upstream_calls() == []
    guest.asks("How does it look?")
    messages = guest.stage.upstream_calls("chat")[-1]["json"]["messages"]
    assert "which you can't see, but your tools can use it)" in messages[1]["content"]


def test_a_blind_model_answers_the_words_beside_a_picture(guest: Guest) -> None:
    chooses(guest, BLIND)
    shows(guest, "red", caption="How does it look?")
    guest.awaits_endings(4)
    said = content(guest.stage)
    assert said.startswith("How does it look?\n(photo m")
    assert said.endswith(", which you can't see, but your tools can use it)")
    sentences = [text for text in guest.texts if "can't see pictures" in text]
    assert sentences == [
        f"{BLIND} can't see pictures, so I go by your words. /model lets you choose another one."
    ]


def test_an_album_with_words_for_a_blind_model_gets_one_sentence_and_an_answer(
    guest: Guest,
) -> None:
    chooses(guest, BLIND)
    for number, colour in enumerate(("red", "green", "blue")):
        caption = {"caption": "Which is warmest?"} if number == 0 else {}
        shows(guest, colour, media_group_id=f"album-{guest.id}", **caption)
    guest.awaits_endings(4)
    assert len([text for text in guest.texts if "so I go by your words" in text]) == 1
    assert len(guest.stage.upstream_calls("chat")) == 1


def test_words_alone_for_a_blind_model_get_no_sentence_about_pictures(guest: Guest) -> None:
    chooses(guest, BLIND)
    assert not any("can't see" in text for text in guest.asks("How are you?"))


def test_a_silent_film_for_a_blind_model_gets_a_sentence(guest: Guest) -> None:
    chooses(guest, BLIND)
    (sentence,) = guest.plays(film("red"), kind="video", name="a.mp4", mime="video/mp4")
    assert sentence.startswith("That video has no sound")
    assert "can't see pictures" in sentence
    assert guest.stage.upstream_calls() == []


@pytest.mark.parametrize("point", ["after-inbox", "after-history"])
def test_an_album_is_one_turn_also_after_a_kill(stage: Stage, point: str) -> None:
    for colour in ("red", "green", "blue"):
        stage.sends(
            picture(colour), kind="photo", name="p.png", mime="image/png", media_group_id="a"
        )
    bot = stage.start(kill_at=point, ready=False)
    assert bot.wait() == -signal.SIGKILL, bot.log
    stage.start()
    stage.awaits_settled(1)
    assert stage.bots[-1].stop() == 0
    assert rows(stage, "select id, state from turns") == [("t1", "done")]
    assert rows(stage, "select state, joined from inbox") == [("done", 1)] * 3
    assert colours(stage, content(stage)) == ["red", "green", "blue"]
    assert rows(stage, "select count(*) from media") == [(3,)]


def test_a_part_that_comes_after_a_kill_does_not_change_the_turn(stage: Stage) -> None:
    for colour in ("red", "green"):
        stage.sends(
            picture(colour), kind="photo", name="p.png", mime="image/png", media_group_id="a"
        )
    bot = stage.start(kill_at="after-history", ready=False)
    assert bot.wait() == -signal.SIGKILL, bot.log
    stage.sends(picture("blue"), kind="photo", name="p.png", mime="image/png", media_group_id="a")
    stage.start()
    stage.awaits_settled(2)
    assert stage.bots[-1].stop() == 0
    assert rows(stage, "select joined from inbox order by id") == [(1,), (1,), (3,)]
    assert colours(stage, content(stage, call=-2)) == ["red", "green"]
    assert colours(stage, content(stage)) == ["blue"]


def test_an_album_in_a_group_is_meant_when_one_of_its_parts_names_the_bot(stage: Stage) -> None:
    stage.configure({"channels": {"telegram": {"groups": {"*": {"requireMention": True}}}}})
    group = stage.telegram.post("chats", {"type": "supergroup", "bot_status": "administrator"})
    stage.start()
    name = stage.telegram.get("state")["me"]["username"]
    for colour, caption in (("red", ""), ("green", f"@{name} Which one?")):
        stage.sends(
            picture(colour),
            kind="photo",
            name="p.png",
            mime="image/png",
            media_group_id="a",
            chat_id=group["chat_id"],
            **({"caption": caption} if caption else {}),
        )
    stage.awaits_settled(1)
    said = content(stage)
    assert colours(stage, said) == ["red", "green"]
    assert words(said).startswith("[")


def test_an_album_that_is_stopped_is_not_taken_up_again_at_the_next_start(stage: Stage) -> None:
    stage.openrouter.post("faults", [{"endpoint": "chat", "kind": "hang"}])
    bot = stage.start()
    for colour in ("red", "green"):
        stage.sends(
            picture(colour), kind="photo", name="p.png", mime="image/png", media_group_id="a"
        )
    eventually(lambda: stage.upstream_calls("chat"), "the question")
    stage.says("/stop")
    stage.awaits_settled(2)
    assert bot.stop() == 0
    assert rows(stage, "select distinct state from inbox") == [("done",)]
