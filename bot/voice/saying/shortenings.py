"""Abbreviations that voices spell or misread, in full. Titles and `etc.` stay: voices know them."""

from __future__ import annotations

import re
from functools import cache

from bot.voice.saying.context import Saying

# `short = long`; a space in `short` may be missing or not break. `#` needs a number behind it.
SHORTENINGS = {
    "en": "e.g.=for example; i.e.=that is; vs.=versus; approx.=approximately; No. #=number; "
    "Nos. #=numbers; w/o=without; pp. #=pages; Fig. #=figure; Vol. #=volume; Ch. #=chapter",
    "de": "z. B.=zum Beispiel; d. h.=das heißt; u. a.=unter anderem; u. U.=unter Umständen; "
    "i. d. R.=in der Regel; o. Ä.=oder Ähnliches; v. Chr.=vor Christus; n. Chr.=nach Christus; "
    "bzw.=beziehungsweise; usw.=und so weiter; ca.=circa; evtl.=eventuell; "
    "ggf.=gegebenenfalls; inkl.=inklusive; zzgl.=zuzüglich; vgl.=vergleiche; sog.=sogenannte; "
    "Nr. #=Nummer; Abb. #=Abbildung; Kap. #=Kapitel; S. #=Seite",
    "fr": "p. ex.=par exemple; c.-à-d.=c'est-à-dire; env.=environ; n° #=numéro; Mme=Madame; "
    "Mmes=Mesdames; Mlle=Mademoiselle; MM.=Messieurs; av. J.-C.=avant Jésus-Christ; "
    "apr. J.-C.=après Jésus-Christ",
    "es": "p. ej.=por ejemplo; EE. UU.=Estados Unidos; n.º #=número; núm. #=número; "
    "pág. #=página; aprox.=aproximadamente; a. C.=antes de Cristo; d. C.=después de Cristo; "
    "Sr.=señor; Sra.=señora; Srta.=señorita",
    "it": "p. es.=per esempio; ad es.=ad esempio; ecc.=eccetera; n. #=numero; pag. #=pagina; "
    "a. C.=avanti Cristo; d. C.=dopo Cristo; Sig.=signor; Dott.=dottor",
    "pt": "p. ex.=por exemplo; n.º #=número; pág. #=página; aprox.=aproximadamente; "
    "a. C.=antes de Cristo; d. C.=depois de Cristo; Sr.=senhor; Sra.=senhora",
    "nl": "bijv.=bijvoorbeeld; d.w.z.=dat wil zeggen; enz.=enzovoort; m.b.t.=met betrekking tot; "
    "o.a.=onder andere; t.o.v.=ten opzichte van; i.p.v.=in plaats van; nr. #=nummer; "
    "blz. #=bladzijde; ca.=circa",
    "pl": "np.=na przykład; m. in.=między innymi; tzn.=to znaczy; tj.=to jest; "
    "itd.=i tak dalej; itp.=i tym podobne; tzw.=tak zwany; ok. #=około; nr #=numer; str. #=strona",
    "ru": "т. е.=то есть; и т. д.=и так далее; и т. п.=и тому подобное; т. к.=так как; "
    "т. н.=так называемый; напр.=например; № #=номер; ул.=улица; стр. #=страница; "
    "до н. э.=до нашей эры; н. э.=нашей эры",
    "uk": "і т. д.=і так далі; та ін.=та інші; напр.=наприклад; № #=номер; "
    "вул.=вулиця; с. #=сторінка",
    "tr": "örn.=örneğin; vb.=ve benzeri; vs.=vesaire; yy.=yüzyıl; bkz.=bakınız; No. #=numara",
}
FINAL = re.compile(r"[\s\"'”’»)]*$")


@cache
def _table(language: str) -> tuple[re.Pattern[str], dict[str, str]] | None:
    entries = [entry.strip().partition("=") for entry in SHORTENINGS.get(language, "").split(";")]
    longs = {_key(short): long for short, _, long in entries if short}
    if not longs:
        return None
    shorts = sorted((short for short, _, _ in entries if short), key=len, reverse=True)
    alternatives = "|".join(_pattern(short) for short in shorts)
    return re.compile(rf"(?<![\w.])(?:{alternatives})"), longs


def _pattern(short: str) -> str:
    """`z. B.` also as `z.B.`, and with a capital at the start of a sentence."""
    number = short.endswith(" #")
    parts = [re.escape(part) for part in short.removesuffix(" #").split(" ")]
    first = parts[0][0]
    if first.islower():
        parts[0] = f"[{first}{first.upper()}]{parts[0][1:]}"
    pattern = r"[ \u00a0\u202f]?".join(parts)
    return pattern + (r"[ \u00a0\u202f]?(?=\d)" if number else r"(?!\w)")


def _key(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f#]", "", text).lower()


def spell_shortenings(text: str, saying: Saying) -> str:
    """`e.g. tea` → `for example tea`. A full stop that also ends the sentence stays."""
    found = _table(saying.language)
    if found is None:
        return text
    pattern, longs = found

    def spelled(match: re.Match[str]) -> str:
        long = longs.get(_key(match[0]))
        if long is None:
            return match[0]
        if match[0][0].isupper() and _starts(text, match.start()):
            long = long[0].upper() + long[1:]
        if match[0][-1].isspace() or match[0][-1] in "°º№" or text[match.end() :][:1].isdigit():
            return f"{long} "
        last = match[0].endswith(".") and FINAL.fullmatch(text, match.end())
        return long + ("." if last else "")

    return pattern.sub(spelled, text)


def _starts(text: str, at: int) -> bool:
    return not any(char.isalnum() for char in text[:at])
