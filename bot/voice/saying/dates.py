"""Dates as computers write them: `2026-11-21` becomes the twenty-first of November."""

from __future__ import annotations

import re

from bot.voice.saying.context import Saying

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "zh": "1 2 3 4 5 6 7 8 9 10 11 12",
    "ja": "1 2 3 4 5 6 7 8 9 10 11 12",
    "ko": "1 2 3 4 5 6 7 8 9 10 11 12",
}
FORMS = {
    "en": "{month} {day}, {year}",
    "de": "{day}. {month} {year}",
    "es": "{day} de {month} de {year}",
    "pt": "{day} de {month} de {year}",
    "ru": "{day} {month} {year} года",
    "uk": "{day} {month} {year} року",
    "zh": "{year}年{month}月{day}日",
    "ja": "{year}年{month}月{day}日",
    "ko": "{year}년 {month}월 {day}일",
}
PLAIN_FORM = "{day} {month} {year}"
DATE = re.compile(
    r"(?<![\w/.-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"(?:T(\d\d:\d\d)(?::00(?:\.0+)?(?=Z))?(Z?))?(?![\w/:-]|\.\d)",
    re.ASCII,
)


def say_dates(text: str, saying: Saying) -> str:
    """Dates of ISO 8601 in the words of the language; a time behind them stays."""
    if saying.language not in MONTHS or "-" not in text:
        return text
    months = MONTHS[saying.language].split()
    form = FORMS.get(saying.language, PLAIN_FORM)

    def said(match: re.Match[str]) -> str:
        year, month, day, time, zone = match.groups()
        date = form.format(year=year, month=months[int(month) - 1], day=int(day))
        if time is None:
            return date
        return f"{date}, {time}" + (" UTC" if zone else "")

    return DATE.sub(said, text)
