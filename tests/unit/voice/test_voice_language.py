"""The language of a short text: right, or open, but not made up."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice import language
from bot.voice.language import iso_639_1, language_of

SENTENCES = {
    "en": ["Good morning, how are you?", "The meeting is at three.", "It is going to rain."],
    "de": ["Guten Morgen, wie geht es dir?", "Dein Zug fährt in zehn Minuten.", "Nein, danke."],
    "fr": ["Bonjour, comment ça va ?", "Bien sûr, voici la réponse.", "Il va pleuvoir demain."],
    "es": ["Buenos días, ¿cómo estás?", "Claro, aquí está la respuesta.", "Mañana va a llover."],
    "it": ["Buongiorno, come stai?", "Certo, ecco la risposta.", "Non credo che funzioni."],
    "pt": ["Bom dia, como você está?", "A reunião é às três horas.", "Amanhã vai chover."],
    "nl": ["Goedemorgen, hoe gaat het?", "Natuurlijk, hier is het antwoord."],
    "pl": ["Dzień dobry, jak się masz?", "Spotkanie jest o trzeciej.", "Jutro będzie padać."],
    "cs": ["Dobré ráno, jak se máš?", "Schůzka je ve tři hodiny.", "Jistě, tady je odpověď."],
    "ro": ["Bună dimineața, ce mai faci?", "Trenul tău pleacă în zece minute."],
    "hu": ["Jó reggelt, hogy vagy?", "Persze, itt a válasz.", "Holnap esni fog az eső."],
    "sv": ["God morgon, hur mår du?", "Jag tror inte att det fungerar.", "Visst, här är svaret."],
    "da": ["Hvad synes du om mig nu?", "Vi ses efter mødet i næste uge."],
    "no": ["Hva synes du om meg nå?", "Vi ses etter møtet i neste uke."],
    "fi": ["Hyvää huomenta, mitä kuuluu?", "Kokous on kello kolme.", "Huomenna sataa."],
    "tr": ["Günaydın, nasılsın?", "Tabii, işte cevap.", "Yarın yağmur yağacak."],
    "vi": ["Chào buổi sáng, bạn khỏe không?", "Tôi không nghĩ là được."],
    "id": ["Selamat pagi, apa kabar?", "Tentu, ini jawabannya.", "Besok akan turun hujan."],
    "ru": ["Доброе утро, как дела?", "Встреча в три часа.", "Привет!", "Завтра будет дождь."],
    "uk": ["Доброго ранку, як справи?", "Звичайно, ось відповідь.", "Завтра буде дощ."],
    "bg": ["Срещата е в три часа.", "Разбира се, ето отговора.", "Не мисля, че това ще стане."],
    "sr": ["Добро јутро, како си?", "Не мислим да то ради.", "Сутра ће падати киша."],
    "ar": ["صباح الخير، كيف حالك؟", "لا أعتقد أن هذا سينجح.", "سوف تمطر غدا."],
    "fa": ["صبح بخیر، حالت چطوره؟", "فکر نمی‌کنم این کار کند.", "فردا باران می‌آید."],
    "ur": ["صبح بخیر، آپ کیسے ہیں؟", "ضرور، یہ رہا جواب۔", "کل بارش ہوگی۔"],
    "hi": ["सुप्रभात, आप कैसे हैं?", "बैठक तीन बजे है।", "कल बारिश होगी।"],
    "mr": ["शुभ सकाळ, तुम्ही कसे आहात?", "मला वाटत नाही की हे चालेल.", "उद्या पाऊस पडेल."],
    "zh": ["早上好，你好吗？", "明天會下雨。"],
    "ja": ["おはようございます。", "会議は3時です。", "カレー"],
    "ko": ["안녕하세요?", "회의는 세 시입니다."],
    "el": ["Καλημέρα, τι κάνεις;"],
    "he": ["בוקר טוב, מה שלומך?"],
    "th": ["สวัสดีตอนเช้า"],
    "ka": ["დილა მშვიდობისა"],
    "hy": ["Բարի լույս"],
    "bn": ["শুভ সকাল, কেমন আছো?"],
    "ta": ["காலை வணக்கம்"],
    "te": ["శుభోదయం"],
    "kn": ["ಶುಭೋದಯ"],
    "ml": ["സുപ്രഭാതം"],
    "gu": ["સુપ્રભાત"],
    "pa": ["ਸ਼ੁਭ ਸਵੇਰ"],
    "si": ["සුබ උදෑසනක්"],
    "my": ["မင်္ဂလာပါ"],
    "km": ["អរុណសួស្តី"],
    "lo": ["ສະບາຍດີ"],
    "am": ["እንደምን አደርክ"],
}
EVERY = [(code, text) for code, texts in SENTENCES.items() for text in texts]


@pytest.mark.parametrize(("code", "text"), EVERY)
def test_a_short_sentence_tells_its_language(code: str, text: str) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize(("code", "text"), EVERY)
def test_the_right_hint_never_misleads(code: str, text: str) -> None:
    assert language_of(text, hint=code) == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("nl", "De vergadering is om drie uur."),
        ("cs", "Nemyslím, že to funguje."),
        ("da", "Selvfølgelig, her er svaret."),
        ("no", "Selvfølgelig, her er svaret."),
        ("de", "Morgen soll es regnen."),
        ("es", "Tu tren sale en diez minutos."),
        ("bg", "Добро утро, как си?"),
        ("ja", "了解"),
        ("de", "OK"),
        ("fr", "Hmm"),
    ],
)
def test_the_hint_decides_what_the_text_leaves_open(code: str, text: str) -> None:
    assert language_of(text, hint=code) == code


def test_the_hint_does_not_overrule_a_clear_text() -> None:
    assert language_of("Yes, please.", hint="de") == "en"
    assert language_of("Guten Morgen, wie geht es dir?", hint="en") == "de"
    assert language_of("Завтра будет дождь.", hint="de") == "ru"
    assert language_of("안녕하세요?", hint="ja") == "ko"
    assert language_of("OK", hint="ru") == ""


def test_what_has_no_language_has_none_whatever_the_hint() -> None:
    for text in ("", " ", "😀😀", "42", "3.14 %", "…", "https://example.com/the-answer-is-here"):
        assert language_of(text) == ""
        assert language_of(text, hint="de") == ""


def test_what_could_be_any_language_is_open() -> None:
    for text in ("OK", "Hmm", "GPT-4", "Danke", "Ja"):
        assert language_of(text) == ""


def test_mixed_text_is_in_the_language_of_its_most_words() -> None:
    assert language_of("Открой Visual Studio Code и запусти") == "ru"
    assert language_of("iPhone 15 Proは素晴らしい") == "ja"
    assert language_of("The word привет means hello.") == "en"
    assert language_of("Das ist 東京 auf Japanisch.") == "de"
    assert language_of("저는 漢字를 배웁니다") == "ko"
    assert language_of("Das habe ich gefunden: https://example.com/the-answer-to-it") == "de"


def test_codes_become_two_letters() -> None:
    codes = {"pt-BR": "pt", "zh_Hant": "zh", "nb": "no", "iw": "he", "EN": "en", "": "", "xyz": ""}
    assert {code: iso_639_1(code) for code in codes} == codes


def test_without_the_library_the_script_and_the_hint_still_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pycld2", None)
    monkeypatch.setattr(language, "_cld2", language._cld2.__wrapped__)
    assert language_of("Guten Morgen, wie geht es dir?") == ""
    assert language_of("Guten Morgen, wie geht es dir?", hint="de") == "de"
    assert language_of("Καλημέρα") == "el"


@given(text=st.text(max_size=200), hint=st.sampled_from(["", "de", "zh", "xx", "he", "no", "fa"]))
@settings(max_examples=300, deadline=None)
def test_any_text_has_a_code_or_none(text: str, hint: str) -> None:
    found = language_of(text, hint=hint)
    assert found == "" or (len(found) == 2 and found.isalpha() and found.islower())


@given(text=st.text(alphabet=st.characters(), min_size=1, max_size=80))
@settings(max_examples=100, deadline=None)
def test_surrogates_and_control_characters_are_harmless(text: str) -> None:
    assert language_of(f"\x00\x85\ud800 {text} \ufffe") == language_of(f"{text}")
