"""Symbols, numbers and tables are said in the words of the text's language; plain words stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.voice.saying.notes import CODE_NOTES, FORMULA_NOTES, NOUNS, TABLE_NOTES
from bot.voice.saying.shortenings import SHORTENINGS
from bot.voice.saying.units import UNITS
from bot.voice.saying.words import WORDS, words
from bot.voice.speakable import speakable, spoken_form

LANGUAGES = sorted(WORDS)

CASES = [
    ("en", "It is 5 °C & 50%.", "It is 5 degrees Celsius and 50 percent."),
    ("en", "1 °C, 5 € and $3.99", "1 degree Celsius, 5 euros and $3.99"),
    ("en", "3.5 km, 1,234 m²", "3.5 kilometers, 1,234 square meters"),
    ("en", "at 5 km/h", "at 5 kilometers per hour"),
    ("en", "5 m, but 5m and 5G", "5 meters, but 5m and 5G"),
    ("en", "On 2026-11-21 at 14:30", "On November 21, 2026 at 14:30"),
    ("en", "At 2026-11-21T14:30:00Z.", "At November 21, 2026, 14:30 UTC."),
    ("en", "e.g. Dr. Who, i.e. No. 5.", "for example Dr. Who, that is number 5."),
    ("en", "10–20 or 10-20%", "10 to 20 or 10 to 20 percent"),
    ("en", "They won 3–1 in 2024–25.", "They won 3–1 in 2024–25."),
    ("en", "2019–2024, 9:00–17:00", "2019 to 2024, 9:00 to 17:00"),
    ("en", "x² + y³, 10⁶", "x squared + y cubed, 10 to the power of 6"),
    ("en", "We are #1 with v1.2.3.", "We are number 1 with version 1.2.3."),
    ("en", "a V8 engine, F16", "a V8 engine, F16"),
    ("en", "Call +1 (555) 123-4567.", "Call plus 1, 5 5 5, 1 2 3, 4 5 6 7."),
    ("en", "Call 030 1234567 or 06 12 34 56 78.", "Call 0 3 0, 1 2 3 4 5 6 7 or 06 12 34 56 78."),
    ("en", "Open Settings → Privacy.", "Open Settings, then Privacy."),
    ("en", "10 → 20", "10 to 20"),
    ("en", "→ Next", "Next"),
    ("en", "a <= b => c -> d", "a <= b, then c, then d"),
    ("en", "3 × 4 on 1920×1080 is ~5, ≤ 6", "3 times 4 on 1920 by 1080 is about 5, at most 6"),
    ("en", "−5 or -5 °C", "minus 5 or minus 5 degrees Celsius"),
    ("en", "It costs $5 million, 24/7, at 50/50.", "It costs $5 million, 24/7, at 50/50."),
    ("en", "R&D at AT&T", "R&D at AT&T"),
    ("en", r"so $A = \pi r^2$", "so A equals pi r squared"),
    ("de", "50 % von 3,5 km", "50 Prozent von 3,5 Kilometer"),
    ("de", "z. B. am 2026-11-21", "zum Beispiel am 21. November 2026"),
    ("de", "d.h. Nr. 5 usw.", "das heißt Nummer 5 und so weiter."),
    ("de", "$5 oder $5 Millionen", "5 Dollar oder $5 Millionen"),
    ("de", "100%ig und 50%-Marke", "100%ig und 50%-Marke"),
    ("de", "Mail: a.b@c.de", "Mail: a.b at c.de"),
    ("fr", "Vraiment ? 1\u202f234 €, n° 5 !", "Vraiment ? 1234 euros, numéro 5 !"),
    ("es", "El Sr. López: 10–20 %, p. ej.", "El señor López: 10 a 20 por ciento, por ejemplo."),
    ("it", "ad es. 5 °C", "ad esempio 5 gradi Celsius"),
    ("pt", "p. ex. 2026-11-21", "por exemplo 21 de novembro de 2026"),
    ("nl", "bijv. 10–20 km", "bijvoorbeeld 10 tot 20 kilometer"),
    ("pl", "1°, 22°, 5°, 1,5°", "1 stopień, 22 stopnie, 5 stopni, 1,5 stopnia"),
    ("pl", "np. $21, itd.", "na przykład 21 dolarów, i tak dalej."),
    ("ru", "21 %, 2 %, 11 %", "21 процент, 2 процента, 11 процентов"),
    ("ru", "2,5 %, т. е. № 5", "2,5 процента, то есть номер 5"),
    ("ru", "50 м² и 5 км", "50 квадратных метров и 5 км"),
    ("uk", "2026-11-21, 3 °C", "21 листопада 2026 року, 3 градуси Цельсія"),
    ("tr", "%50 ve 50%", "yüzde 50 ve yüzde 50"),
    ("ar", "الحرارة 5 °C", "الحرارة 5 درجة مئوية"),
    ("hi", "तापमान 5 °C है।", "तापमान 5 डिग्री सेल्सियस है।"),
    ("zh", "现在5°C，占50%的人，2026-11-21。", "现在5摄氏度，占百分之50的人，2026年11月21日。"),
    ("ja", "5°C、50%の人", "5度、50パーセントの人"),
    ("ko", "50%의 사람이 5 km를", "50 퍼센트의 사람이 5킬로미터를"),
    ("pt-BR", "5 %", "5 por cento"),
    ("", "50 % & 5 °C, 3 km", "50 % & 5 °C, 3 km"),
    ("th", "50 % & 5 °C, 3 km", "50 % & 5 °C, 3 km"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "said"), CASES)
def test_symbols_and_numbers_are_said_in_the_language_of_the_text(
    language: str, text: str, said: str
) -> None:
    assert speakable(text, language=language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_blocks_are_announced_in_every_known_language(language: str) -> None:
    assert speakable("```py\nprint(1)\n```\n", language=language) == CODE_NOTES[language]
    assert speakable("$$\n\\int x\n$$\n", language=language) == FORMULA_NOTES[language]
    assert speakable("| a |\n|---|\n" + "| 1 |\n" * 9, language=language) == TABLE_NOTES[language]
    english = {CODE_NOTES["en"], TABLE_NOTES["en"], FORMULA_NOTES["en"]}
    assert language == "en" or not english & {CODE_NOTES[language], FORMULA_NOTES[language]}


def test_blocks_are_announced_in_english_where_the_language_is_not_known() -> None:
    assert speakable("~~~\nx\n~~~") == speakable("~~~\nx\n~~~", language="sw") == CODE_NOTES["en"]


def test_every_language_has_every_word() -> None:
    wanted = {*"%‰°€$£&@#§~→↑↓×÷±≠≤≥<>=−+²³√v", "°C", "°F", "by"}
    assert {language: wanted - set(words(language)) for language in WORDS} == {
        language: set() for language in LANGUAGES
    }
    assert len(LANGUAGES) >= 16
    assert set(NOUNS) == set(LANGUAGES)
    assert all(len(nouns.split("|")) == 6 for nouns in NOUNS.values())
    assert set(UNITS) | set(SHORTENINGS) <= set(LANGUAGES)


TABLE = "| Name | Age |\n|:---|---:|\n| **Anna** | 30 |\n| Bob | `41` |\n"


def test_a_small_table_is_told_row_by_row() -> None:
    assert speakable(TABLE) == "Name: Anna, Age: 30. Name: Bob, Age: 41."
    chinese = "| 名字 | 年龄 |\n|---|---|\n| 安娜 | 30 |\n"
    assert speakable(chinese, language="zh") == "名字：安娜，年龄：30。"
    ticks = "| | Fast | Cheap |\n|---|---|---|\n| Bus | ✅ | ❌ |\n| Car | | - |\n"
    assert speakable(ticks, language="en") == "Bus, Fast: yes, Cheap: no. Car."
    bars = "| a |\n|---|\n| x \\| y |\n| `p|q` |\n"
    assert speakable(bars) == "a: x, y. a: some code."


def test_a_large_table_is_only_mentioned() -> None:
    wide = "| a | b | c | d | e |\n|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 |\n"
    long = "| a |\n|---|\n" + "| 1 |\n" * 7
    wordy = f"| a |\n|---|\n| {'word ' * 200}|\n"
    for table in (wide, long, wordy, "| a |\n|---|\n"):
        assert speakable(table) == TABLE_NOTES["en"]


PROSE = {
    "en": "When the rain had stopped, Anna's brother (a doctor) walked home. Really? Yes!",
    "de": "Als der Regen aufhörte, ging Annas Bruder – ein Arzt – nach Hause. „Wirklich?“ Ja!",
    "fr": "Quand la pluie s'arrêta, le frère d'Anna rentra chez lui. « Vraiment » dit-elle.",
    "es": "Cuando dejó de llover, el hermano de Ana volvió a casa. ¿De verdad? ¡Sí!",
    "ru": "Когда дождь кончился, брат Анны пошёл домой. Правда? Да! Вот так-то.",
    "zh": "雨停了以后，安娜的哥哥走回家。真的吗？真的！他很高兴。",
    "ja": "雨が止んだので、アンナの兄は家に帰りました。「本当？」と彼女は言った。",
    "ko": "비가 그치자 안나의 오빠는 집으로 갔다. 정말? 네!",
    "ar": "عندما توقف المطر، عاد شقيق آنا إلى المنزل. حقا؟ نعم!",
    "he": "כשהגשם פסק, אחיה של אנה הלך הביתה. באמת? כן!",
    "fa": "وقتی باران بند آمد، برادر آنا به خانه می‌رفت. واقعاً؟ بله!",
    "hi": "जब बारिश रुकी, तो अन्ना का भाई घर गया। सच में? हाँ!",
    "th": "เมื่อฝนหยุดตก พี่ชายของแอนนาก็เดินกลับบ้าน จริงหรือ ใช่แล้วค่ะ",
    "el": "Όταν σταμάτησε η βροχή, ο αδελφός της Άννας γύρισε σπίτι. Αλήθεια;",
    "mixed": "Das Wort hello heißt 你好 und مرحبا oder привет auf Deutsch hallo.",
}
WORD = re.compile(r"\w+")


@pytest.mark.parametrize("text_language", PROSE)
@pytest.mark.parametrize("language", ["", *LANGUAGES])
def test_plain_prose_is_said_as_it_stands(text_language: str, language: str) -> None:
    text = PROSE[text_language]
    assert speakable(text, language=language) == text
    assert WORD.findall(" ".join(spoken_form(text, language=language))) == WORD.findall(text)


SHORT_FORMS = {
    part.rstrip(".").lower()
    for entries in SHORTENINGS.values()
    for entry in entries.split(";")
    for part in re.split(r"[ .#]", entry.partition("=")[0].strip())
}
LETTERS = "abcdefgz ABCZ äéñß абвгд עברית مرحبا नमस् สวัด 你好世界 こんカタ 한국어 ελλη".replace(
    " ", ""
)
PLAIN_WORDS = st.lists(st.text(alphabet=LETTERS, min_size=2, max_size=9), min_size=1, max_size=20)
MARKS = st.sampled_from(["", "*", "**", "_", "~~", "***"])
JOINTS = st.sampled_from([" ", ", ", " – ", "; ", " 🎉 ", "\u00a0", "  "])


@given(
    plain=PLAIN_WORDS,
    data=st.data(),
    language=st.sampled_from(["", *LANGUAGES]),
    start=st.sampled_from(["", "# ", "- ", "> ", "* [ ] "]),
)
@settings(deadline=None)
def test_plain_words_survive_in_their_order_whatever_marks_stand_around_them(
    plain: list[str], data: st.DataObject, language: str, start: str
) -> None:
    assume(not SHORT_FORMS & {word.lower() for word in plain})
    marked = []
    for word in plain:
        mark = data.draw(MARKS)
        marked += [f"{mark}{word}{mark}", data.draw(JOINTS)]
    text = start + "".join(marked[:-1]) + "."
    expected = WORD.findall(" ".join(plain))
    assert WORD.findall(speakable(text, language=language)) == expected
    assert WORD.findall(" ".join(spoken_form(text, language=language))) == expected
