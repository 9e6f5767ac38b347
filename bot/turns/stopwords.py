"""Words that stop the bot when they are all that was said (facts/behaviour.md F, Abort)."""

from __future__ import annotations

import unicodedata

STOP_WORDS = frozenset(
    """
    stop|stop it|stop that|stop talking|please stop|stop please|abort|cancel|halt|quit|enough
    |shut up|be quiet|never mind|nevermind
    |detente|detén|para|basta|alto|cancela|arrête|arrete|arrêter|annule|stopp|halt|aufhören
    |abbrechen|schluss|ferma|fermati|smettila|annulla|pare|pára|parar|cancelar|стоп|хватит|отмена
    |остановись|перестань|停|停止|停下|取消|止めて|やめて|ストップ|停止して|멈춰|그만|정지
    |توقف|قف|إلغاء|रुको|बंद करो|dur|iptal|zatrzymaj|przestań|stopp bitte|bitte stopp
    """.replace("\n", "").split("|")
)
NORMALISED = frozenset(" ".join(word.split()) for word in STOP_WORDS)
LONGEST = max(map(len, NORMALISED)) + 10


def is_stop(text: str) -> bool:
    """Whether `text`, punctuation and case aside, is nothing but a wish to stop."""
    if len(text) > LONGEST:
        return False
    letters = "".join(
        " " if unicodedata.category(character)[0] in "PSZ" else character
        for character in unicodedata.normalize("NFC", text).casefold()
    )
    return " ".join(letters.split()) in NORMALISED
