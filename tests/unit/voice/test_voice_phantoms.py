"""Lines that nobody said, and sentences that must survive although they look alike."""

from __future__ import annotations

import pytest

from bot.voice.phantoms import is_phantom, without_phantom_tail

MADE_UP = [
    "Untertitel der Amara.org-Community",
    "Untertitel im Auftrag des ZDF für funk, 2017",
    "Untertitelung des ZDF, 2020",
    "SWR 2021",
    "Untertitel von Stephanie Geiges",
    "Vielen Dank für's Zuschauen!",
    "Subtitles by the Amara.org community",
    "Subtitles by John Smith",
    "Captions by GetTranscribed",
    "Transcription by CastingWords",
    "Thanks for watching!",
    "Thank you so much for watching this video.",
    "Please like and subscribe.",
    "Don't forget to subscribe to my channel",
    "See you in the next video. Bye!",
    "Sous-titres réalisés par la communauté d'Amara.org",
    "Sous-titrage ST' 501",
    "Sous-titrage Société Radio-Canada",
    "Merci d'avoir regardé cette vidéo !",
    "Subtítulos realizados por la comunidad de Amara.org",
    "¡Suscríbete al canal!",
    "Gracias por ver el video.",
    "Legendas pela comunidade Amara.org",
    "Obrigado por assistir!",
    "Sottotitoli creati dalla comunità Amara.org",
    "Sottotitoli e revisione a cura di QTSS",
    "Ondertiteld door TransIP",
    "Bedankt voor het kijken!",
    "Napisy stworzone przez społeczność Amara.org",
    "Dziękuję za oglądanie.",
    "Titulky vytvořil JohnyX",
    "Köszönöm, hogy megnézted a videót!",
    "Să vă mulțumim pentru vizionare!",
    "Undertexter från Amara.org-gemenskapen",
    "Tekstet av Nicolai Winther",
    "Danske tekster af Nicolai Winther",
    "Kiitos katsomisesta!",
    "Altyazı M.K.",
    "İzlediğiniz için teşekkür ederim.",
    "Terima kasih telah menonton",
    "Hãy subscribe cho kênh La La School Để không bỏ lỡ những video hấp dẫn",
    "Продолжение следует...",
    "Субтитры сделал DimaTorzok",
    "Редактор субтитров А.Семкин Корректор А.Егорова",
    "Спасибо за просмотр!",
    "Дякую за перегляд!",
    "Υπότιτλοι AUTHORWAVE",
    "ترجمة نانسي قنقر",
    "اشتركوا في القناة",
    "देखने के लिए धन्यवाद",
    "ご視聴ありがとうございました",
    "最後までご視聴いただきありがとうございました。",
    "チャンネル登録をお願いいたします",
    "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目",
    "请不吝点赞、订阅、转发、打赏支持明镜与点点栏目",
    "中文字幕志愿者 李宗盛",
    "字幕由Amara.org社区提供",
    "優優獨播劇場——YoYo Television Series Exclusive",
    "謝謝大家收看",
    "MBC 뉴스 이덕영입니다.",
    "시청해주셔서 감사합니다.",
    "ขอบคุณสำหรับการรับชม",
    "♪",
    "♪♪♪",
    "🎵 Music 🎵",
    "[Music]",
    "(music)",
    "*applause*",
    "[BLANK_AUDIO]",
    "[Musique] [Applaudissements]",
    "(upbeat music playing)",
    "...",
    "",
    "Ｔｈａｎｋｓ　ｆｏｒ　ｗａｔｃｈｉｎｇ！",
    "Thanks for watching! Subtitles by John Smith",
]


@pytest.mark.parametrize("text", MADE_UP)
def test_lines_of_subtitles_are_nothing_that_was_said(text: str) -> None:
    assert is_phantom(text, speech_s=3.0)


SAID = [
    "Thanks for watching the kids yesterday",
    "Thank you for watching my cat, see you on Monday.",
    "I turned on subtitles by accident",
    "Subtitles by default are annoying",
    "Captions by tomorrow, please",
    "How do I make subtitles with amara.org?",
    "I met Amara at the station.",
    "Can you explain what subscribe means?",
    "Subscribe",
    "Put some music on",
    "Music",
    "[Music] Hello, can you hear me?",
    "Die Untertitel der Serie sind zu klein.",
    "Untertitel von Netflix herunterladen",
    "Vielen Dank für das Geschenk!",
    "Sous-titres en français s'il te plaît",
    "Merci d'avoir regardé mon dossier hier.",
    "Продолжение следует читать завтра утром.",
    "Субтитры не работают",
    "谢谢你帮我看孩子",
    "字幕怎么打开",
    "ありがとうございました、また明日。",
    "구독을 취소하고 싶어요.",
    "اشتركوا معنا غدا في الرحلة",
    "www.google.com",
    "Thank you.",
    "You",
    "Okay",
    "ご飯を食べましたか",
    "No no no no no!",
    "Hahahahahahahaha",
    "はははははは",
    "Happy birthday to you, happy birthday to you",
    "7 7 7 7 7 7 7 7 7 7 7 7 7 7",
    "very very very very very good",
]


@pytest.mark.parametrize("text", SAID)
def test_what_a_person_says_survives(text: str) -> None:
    assert not is_phantom(text, speech_s=3.0)


def test_thank_you_counts_when_there_was_time_to_say_it() -> None:
    assert is_phantom("Thank you.", speech_s=0.1)
    assert not is_phantom("Thank you.", speech_s=0.6)
    assert is_phantom("ありがとうございました", speech_s=0.3)
    assert not is_phantom("ありがとうございました", speech_s=1.5)
    assert not is_phantom("Call the doctor.", speech_s=0.1)


def test_a_short_line_in_another_language_needs_more_speech_behind_it() -> None:
    assert is_phantom("Thank you.", speech_s=0.5, language="de")
    assert not is_phantom("Thank you.", speech_s=0.5, language="en")
    assert not is_phantom("Thank you.", speech_s=1.0, language="de")


@pytest.mark.parametrize(
    "text",
    [
        "I'm going to go. " * 5,
        "and then we will see " * 9 + "and then",
        "you " * 20,
        "ありがとう" * 6,
        "我们 " * 12,
    ],
)
def test_a_phrase_over_and_over_is_a_loop_of_the_model(text: str) -> None:
    assert is_phantom(text, speech_s=30.0)


def test_a_few_repeated_words_are_a_loop_when_nobody_had_time_for_them() -> None:
    assert is_phantom("you you you you you", speech_s=0.2)
    assert not is_phantom("you you you you you", speech_s=2.0)
    assert not is_phantom("Go left. Go left. Go left. Go left.", speech_s=3.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Kauf bitte Milch. Untertitel der Amara.org-Community", "Kauf bitte Milch."),
        ("Kauf bitte Milch Untertitel der Amara.org-Community", "Kauf bitte Milch"),
        ("Wir sehen uns um acht. Untertitelung des ZDF, 2020", "Wir sehen uns um acht."),
        ("Call me later. Subtitles by John Smith", "Call me later."),
        ("Call me later.\nSubtitles by J. R. Smith", "Call me later."),
        ("Купи хлеба. Редактор субтитров А.Семкин Корректор А.Егорова", "Купи хлеба."),
        ("明天见。请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "明天见。"),
        ("Call me later. [Music] ♪", "Call me later."),
        ("Call me later ♪♪", "Call me later"),
        ("À demain. Sous-titrage ST' 501", "À demain."),
        ("Ready? (applause) Subtitles by the Amara.org community", "Ready?"),
    ],
)
def test_a_credit_line_is_cut_off_the_end_of_a_note(text: str, said: str) -> None:
    assert without_phantom_tail(text) == said


@pytest.mark.parametrize(
    "text",
    [
        *(text for text in SAID),
        "My favourite word is *music*",
        "He wrote: Subtitles by John Smith",
        "End the video with this. Thanks for watching.",
        "Nice. :)",
        "Untertitel der Amara.org-Community",
        "Wait. ...",
        "",
    ],
)
def test_everything_else_stays_whole(text: str) -> None:
    assert without_phantom_tail(text) == text
