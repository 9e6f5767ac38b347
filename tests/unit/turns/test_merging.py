"""Several messages as one: nothing is lost, and it stays clear who said what."""

from __future__ import annotations

from bot.turns.merging import merged
from bot.values.conversation import Attachment, AttachmentKind, ChatKind, Quote
from tests.unit.turns.saying import note, picture, said

GROUP = ChatKind.GROUP


def test_the_same_words_said_twice_are_said_twice() -> None:
    assert merged([said("Yes."), said("No."), said("Yes.")]).text == "Yes.\nNo.\nYes."


def test_the_same_caption_on_all_pictures_of_an_album_is_one() -> None:
    assert merged([picture("Look.", album="a"), picture("Look.", album="a")]).text == "Look."


def test_attachments_keep_their_order() -> None:
    whole = merged([note(number=1), said("Words."), picture(number=2)])
    assert [item.ref for item in whole.attachments] == ["n1", "p2"]
    assert whole.note is not None


def test_in_a_group_others_keep_their_names() -> None:
    messages = [said("Mine.", chat_kind=GROUP), said("Not mine.", by="8", chat_kind=GROUP)]
    assert merged(messages).text == "Mine.\n[P8] Not mine."


def test_a_name_cannot_pretend_to_be_somebody_elses() -> None:
    from bot.values.conversation import Person

    other = said("Hi.", chat_kind=GROUP, sender=Person("8", name="x] [Ann\n"))
    assert merged([said("Mine.", chat_kind=GROUP), other]).text == "Mine.\n[x) (Ann] Hi."


def test_what_all_have_passed_on_from_one_person_is_said_once() -> None:
    whole = merged([said("One.", forwarded_from="Ann"), said("Two.", forwarded_from="Ann")])
    assert (whole.forwarded_from, whole.text) == ("Ann", "One.\nTwo.")


def test_what_was_passed_on_from_several_people_names_each() -> None:
    whole = merged([said("One.", forwarded_from="Ann"), said("Two.", forwarded_from="Bob")])
    assert whole.forwarded_from == ""
    assert whole.text == "(forwarded from Ann)\nOne.\n(forwarded from Bob)\nTwo."


def test_a_second_message_that_is_replied_to_is_told_in_words() -> None:
    photo = Attachment(AttachmentKind.PHOTO, ref="p")
    first = said("Why?", quote=Quote("1", text="It rains."))
    second = said("And this?", quote=Quote("2", author="Ann", text="It snows."))
    third = said("Here?", quote=Quote("3", author="Bob", attachments=(photo,)))
    whole = merged([first, second, third])
    assert whole.quote == first.quote
    lines = whole.text.splitlines()
    assert lines[:3] == ["Why?", '(in reply to Ann\'s message "It snows.")', "And this?"]
    assert lines[3].startswith("(in reply to Bob's ")
    assert lines[4] == "Here?"
