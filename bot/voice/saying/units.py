"""Units of measure behind a number, spelled out where voices read their letters.

Languages whose case endings hang on the sentence (Russian, Polish, Ukrainian) keep their short
units: a wrong ending is worse than an abbreviation that every voice of that language knows.
"""

from __future__ import annotations

import re
from functools import cache

from bot.voice.saying.context import Saying
from bot.voice.saying.words import counted

UNITS = {
    "en": """km kilometer|kilometers; m meter|meters; cm centimeter|centimeters;
        mm millimeter|millimeters; kg kilogram|kilograms; g gram|grams; mg milligram|milligrams;
        l liter|liters; ml milliliter|milliliters; km/h kilometer per hour|kilometers per hour;
        m/s meter per second|meters per second; mph mile per hour|miles per hour;
        m² square meter|square meters; km² square kilometer|square kilometers;
        m³ cubic meter|cubic meters; ha hectare|hectares; h hour|hours; min minute|minutes;
        ms millisecond|milliseconds; kW kilowatt|kilowatts; kWh kilowatt hour|kilowatt hours;
        MW megawatt|megawatts; Hz hertz; kHz kilohertz; MHz megahertz; GHz gigahertz;
        kB kilobyte|kilobytes; KB kilobyte|kilobytes; MB megabyte|megabytes; GB gigabyte|gigabytes;
        TB terabyte|terabytes; kcal kilocalorie|kilocalories; hPa hectopascal|hectopascals;
        lb pound|pounds; lbs pounds; oz ounce|ounces; ft foot|feet; mi mile|miles""",
    "de": """km Kilometer; m Meter; cm Zentimeter; mm Millimeter; kg Kilogramm; g Gramm;
        mg Milligramm; l Liter; ml Milliliter; km/h Kilometer pro Stunde; m/s Meter pro Sekunde;
        m² Quadratmeter; km² Quadratkilometer; m³ Kubikmeter; ha Hektar; h Stunde|Stunden;
        min Minute|Minuten; ms Millisekunde|Millisekunden; kW Kilowatt;
        kWh Kilowattstunde|Kilowattstunden; MW Megawatt; Hz Hertz; kHz Kilohertz; MHz Megahertz;
        GHz Gigahertz; kB Kilobyte; KB Kilobyte; MB Megabyte; GB Gigabyte; TB Terabyte;
        kcal Kilokalorien; hPa Hektopascal""",
    "fr": """km kilomètre|kilomètres; m mètre|mètres; cm centimètre|centimètres;
        mm millimètre|millimètres; kg kilogramme|kilogrammes; g gramme|grammes;
        mg milligramme|milligrammes; l litre|litres; ml millilitre|millilitres;
        km/h kilomètre par heure|kilomètres par heure; m/s mètre par seconde|mètres par seconde;
        m² mètre carré|mètres carrés; km² kilomètre carré|kilomètres carrés;
        m³ mètre cube|mètres cubes; ha hectare|hectares; h heure|heures; min minute|minutes;
        kW kilowatt|kilowatts; kWh kilowattheure|kilowattheures; Hz hertz; GHz gigahertz;
        Mo mégaoctet|mégaoctets; Go gigaoctet|gigaoctets; kcal kilocalorie|kilocalories""",
    "es": """km kilómetro|kilómetros; m metro|metros; cm centímetro|centímetros;
        mm milímetro|milímetros; kg kilogramo|kilogramos; g gramo|gramos; mg miligramo|miligramos;
        l litro|litros; ml mililitro|mililitros; km/h kilómetro por hora|kilómetros por hora;
        m² metro cuadrado|metros cuadrados; km² kilómetro cuadrado|kilómetros cuadrados;
        m³ metro cúbico|metros cúbicos; h hora|horas; min minuto|minutos; kW kilovatio|kilovatios;
        kWh kilovatio hora|kilovatios hora; MB megabyte|megabytes; GB gigabyte|gigabytes;
        kcal kilocaloría|kilocalorías""",
    "it": """km chilometro|chilometri; m metro|metri; cm centimetro|centimetri;
        mm millimetro|millimetri; kg chilogrammo|chilogrammi; g grammo|grammi;
        mg milligrammo|milligrammi; l litro|litri; ml millilitro|millilitri;
        km/h chilometro all'ora|chilometri all'ora; m² metro quadrato|metri quadrati;
        km² chilometro quadrato|chilometri quadrati; m³ metro cubo|metri cubi; h ora|ore;
        min minuto|minuti; kWh chilowattora; MB megabyte; GB gigabyte;
        kcal chilocaloria|chilocalorie""",
    "pt": """km quilômetro|quilômetros; m metro|metros; cm centímetro|centímetros;
        mm milímetro|milímetros; kg quilograma|quilogramas; g grama|gramas; l litro|litros;
        ml mililitro|mililitros; km/h quilômetro por hora|quilômetros por hora;
        m² metro quadrado|metros quadrados; km² quilômetro quadrado|quilômetros quadrados;
        m³ metro cúbico|metros cúbicos; h hora|horas; min minuto|minutos;
        MB megabyte|megabytes; GB gigabyte|gigabytes; kcal quilocaloria|quilocalorias""",
    "nl": """km kilometer; m meter; cm centimeter; mm millimeter; kg kilogram; g gram;
        mg milligram; l liter; ml milliliter; km/h kilometer per uur; m² vierkante meter;
        km² vierkante kilometer; m³ kubieke meter; min minuut|minuten; kWh kilowattuur;
        MB megabyte; GB gigabyte; kcal kilocalorieën""",
    "ru": """м² квадратный метр|квадратных метра|квадратных метров|квадратного метра;
        км² квадратный километр|квадратных километра|квадратных километров|квадратного километра;
        м³ кубический метр|кубических метра|кубических метров|кубического метра;
        км/ч километр в час|километра в час|километров в час|километра в час""",
    "tr": """km kilometre; cm santimetre; mm milimetre; kg kilogram; ml mililitre; m² metrekare;
        km² kilometrekare; m³ metreküp; MB megabayt; GB gigabayt""",
    "hi": "km किलोमीटर; cm सेंटीमीटर; mm मिलीमीटर; kg किलोग्राम; km/h किलोमीटर प्रति घंटा; m² वर्ग मीटर",
    "ar": "km كيلومتر; cm سنتيمتر; mm مليمتر; kg كيلوغرام; m² متر مربع; km² كيلومتر مربع",
    "zh": """km {}公里; m {}米; cm {}厘米; mm {}毫米; kg {}公斤; g {}克; ml {}毫升;
        m² {}平方米; km² {}平方公里; km/h 每小时{}公里""",
    "ja": """km {}キロメートル; m {}メートル; cm {}センチメートル; mm {}ミリメートル;
        kg {}キログラム; g {}グラム; ml {}ミリリットル; m² {}平方メートル;
        km² {}平方キロメートル; km/h 時速{}キロメートル""",
    "ko": """km {}킬로미터; m {}미터; cm {}센티미터; mm {}밀리미터; kg {}킬로그램;
        g {}그램; ml {}밀리리터;
        m² {}제곱미터; km² {}제곱킬로미터; km/h 시속 {}킬로미터""",
}
# Letters that a unit or a symbol cannot touch; ideographs and Korean may stand right behind one.
LETTERS = "0-9A-Za-z_\u00c0-\u024f\u0370-\u052f"
NUMBER = r"\d+(?:[.,]\d+)*"
# A single letter needs its space: 5m may be a million, 5G a network.
SPACED_ONLY = frozenset({"m", "g", "l", "h"})


@cache
def _units(language: str) -> tuple[re.Pattern[str], dict[str, str]] | None:
    entries = (entry.strip().partition(" ") for entry in UNITS.get(language, "").split(";"))
    forms = {unit: form.strip() for unit, _, form in entries if unit}
    if not forms:
        return None
    longest = sorted(forms, key=len, reverse=True)
    alternatives = "|".join(re.escape(unit) for unit in longest)
    pattern = rf"(?<![{LETTERS}.,$€£#/])({NUMBER})([ \u00a0\u202f]?)({alternatives})"
    return re.compile(rf"{pattern}(?![{LETTERS}²³/'’^-])"), forms


def spell_units(text: str, saying: Saying) -> str:
    """`3.5 km` → `3.5 kilometers`, where the words of the language are known."""
    found = _units(saying.language)
    if found is None:
        return text
    pattern, forms = found

    def spelled(match: re.Match[str]) -> str:
        number, space, unit = match.groups()
        if unit in SPACED_ONLY and not space:
            return match[0]
        return counted(forms[unit], number, saying.language)

    return pattern.sub(spelled, text)
