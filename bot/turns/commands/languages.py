"""Languages by code and English name, and a sentence in each to try a voice with.

The codes are what transcription models take as a hint (facts/openrouter-wire.md §16).
"""

from __future__ import annotations

from bot.voice.language import iso_639_1

# The most spoken in notes first: this is the order of the buttons.
NAMES = {
    "en": "English", "es": "Spanish", "de": "German", "fr": "French", "pt": "Portuguese",
    "it": "Italian", "ru": "Russian", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
    "ar": "Arabic", "hi": "Hindi", "tr": "Turkish", "pl": "Polish", "nl": "Dutch",
    "uk": "Ukrainian", "fa": "Persian", "id": "Indonesian", "vi": "Vietnamese", "th": "Thai",
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech",
    "sk": "Slovak", "hu": "Hungarian", "ro": "Romanian", "bg": "Bulgarian", "el": "Greek",
    "he": "Hebrew", "hr": "Croatian", "sr": "Serbian", "sl": "Slovenian", "ca": "Catalan",
    "bn": "Bengali", "ur": "Urdu", "ta": "Tamil", "mr": "Marathi", "ms": "Malay",
    "tl": "Tagalog", "sw": "Swahili", "et": "Estonian", "lv": "Latvian", "lt": "Lithuanian",
    "be": "Belarusian", "kk": "Kazakh", "az": "Azerbaijani", "hy": "Armenian", "bs": "Bosnian",
    "mk": "Macedonian", "gl": "Galician", "is": "Icelandic", "af": "Afrikaans", "cy": "Welsh",
    "kn": "Kannada", "ne": "Nepali", "mi": "Maori",
}  # fmt: skip
BY_NAME = {name.lower(): code for code, name in NAMES.items()}
SAMPLES = {
    "en": "Hello! This is how I sound.",
    "es": "¡Hola! Así suena mi voz.",
    "de": "Hallo! So klinge ich.",
    "fr": "Bonjour ! Voici ma voix.",
    "pt": "Olá! Esta é a minha voz.",
    "it": "Ciao! Questa è la mia voce.",
    "ru": "Привет! Вот так звучит мой голос.",
    "zh": "你好！这就是我的声音。",
    "ja": "こんにちは。これが私の声です。",
    "ko": "안녕하세요! 제 목소리는 이렇습니다.",
    "ar": "مرحبا! هذا هو صوتي.",
    "hi": "नमस्ते! मेरी आवाज़ ऐसी है।",
    "tr": "Merhaba! Sesim böyle.",
    "pl": "Cześć! Tak brzmi mój głos.",
    "nl": "Hallo! Zo klink ik.",
    "uk": "Привіт! Ось так звучить мій голос.",
    "id": "Halo! Beginilah suara saya.",
    "vi": "Xin chào! Đây là giọng nói của tôi.",
    "th": "สวัสดี นี่คือเสียงของฉัน",
    "sv": "Hej! Så här låter jag.",
    "da": "Hej! Sådan lyder jeg.",
    "no": "Hei! Slik høres jeg ut.",
    "fi": "Hei! Tältä ääneni kuulostaa.",
    "cs": "Ahoj! Takhle zní můj hlas.",
    "hu": "Szia! Így szól a hangom.",
    "ro": "Bună! Așa sună vocea mea.",
    "el": "Γεια σου! Έτσι ακούγεται η φωνή μου.",
    "he": "שלום! ככה נשמע הקול שלי.",
}


def language_named(words: str) -> str:
    """The code for `de`, `pt-BR` or `German`; "" for what is no language known here."""
    code = iso_639_1(words)
    return code if code in NAMES else BY_NAME.get(words.strip().lower(), "")


def sample_in(*languages: str) -> str:
    """A sentence in the first of `languages` (codes, "" for unknown) that there is one in."""
    return next((SAMPLES[code] for code in languages if code in SAMPLES), SAMPLES["en"])
