"""What is said in place of what nobody wants to hear, by ISO-639-1 language; English else."""

from __future__ import annotations

CODE_NOTES = {
    "en": "There is code in the text.",
    "de": "Im Text steht Code.",
    "fr": "Il y a du code dans le texte.",
    "es": "Hay código en el texto.",
    "it": "Nel testo c'è del codice.",
    "pt": "Há código no texto.",
    "nl": "Er staat code in de tekst.",
    "pl": "W tekście jest kod.",
    "ru": "В тексте есть код.",
    "uk": "У тексті є код.",
    "tr": "Metinde kod var.",
    "ar": "يوجد كود في النص.",
    "hi": "टेक्स्ट में कोड है।",
    "zh": "文本中有代码。",
    "ja": "テキストにコードがあります。",
    "ko": "텍스트에 코드가 있습니다.",
}
TABLE_NOTES = {
    "en": "There is a table in the text.",
    "de": "Im Text steht eine Tabelle.",
    "fr": "Il y a un tableau dans le texte.",
    "es": "Hay una tabla en el texto.",
    "it": "Nel testo c'è una tabella.",
    "pt": "Há uma tabela no texto.",
    "nl": "Er staat een tabel in de tekst.",
    "pl": "W tekście jest tabela.",
    "ru": "В тексте есть таблица.",
    "uk": "У тексті є таблиця.",
    "tr": "Metinde bir tablo var.",
    "ar": "يوجد جدول في النص.",
    "hi": "टेक्स्ट में एक तालिका है।",
    "zh": "文本中有一个表格。",
    "ja": "テキストに表があります。",
    "ko": "텍스트에 표가 있습니다.",
}
FORMULA_NOTES = {
    "en": "There is a formula in the text.",
    "de": "Im Text steht eine Formel.",
    "fr": "Il y a une formule dans le texte.",
    "es": "Hay una fórmula en el texto.",
    "it": "Nel testo c'è una formula.",
    "pt": "Há uma fórmula no texto.",
    "nl": "Er staat een formule in de tekst.",
    "pl": "W tekście jest wzór.",
    "ru": "В тексте есть формула.",
    "uk": "У тексті є формула.",
    "tr": "Metinde bir formül var.",
    "ar": "توجد معادلة في النص.",
    "hi": "टेक्स्ट में एक सूत्र है।",
    "zh": "文本中有一个公式。",
    "ja": "テキストに数式があります。",
    "ko": "텍스트에 수식이 있습니다.",
}
# Inside a sentence: a piece of code, a formula, a file path, a long code, a tick, a cross.
NOUNS = {
    "en": "some code|a formula|a file path|a long code|yes|no",
    "de": "etwas Code|eine Formel|ein Dateipfad|ein langer Code|ja|nein",
    "fr": "du code|une formule|un chemin de fichier|un long code|oui|non",
    "es": "código|una fórmula|una ruta de archivo|un código largo|sí|no",
    "it": "del codice|una formula|un percorso di file|un codice lungo|sì|no",
    "pt": "código|uma fórmula|um caminho de ficheiro|um código longo|sim|não",
    "nl": "code|een formule|een bestandspad|een lange code|ja|nee",
    "pl": "kod|wzór|ścieżka pliku|długi kod|tak|nie",
    "ru": "код|формула|путь к файлу|длинный код|да|нет",
    "uk": "код|формула|шлях до файлу|довгий код|так|ні",
    "tr": "kod|bir formül|bir dosya yolu|uzun bir kod|evet|hayır",
    "ar": "كود|معادلة|مسار ملف|رمز طويل|نعم|لا",
    "hi": "कोड|एक सूत्र|एक फ़ाइल पथ|एक लंबा कोड|हाँ|नहीं",
    "zh": "代码|公式|文件路径|一串长代码|是|否",
    "ja": "コード|数式|ファイルパス|長いコード|はい|いいえ",
    "ko": "코드|수식|파일 경로|긴 코드|예|아니요",
}
CODE, FORMULA, PATH, LONG_CODE, YES, NO = range(6)


def noun(index: int, language: str) -> str:
    """The noun `index` in `language`, in English when it is not known."""
    return NOUNS.get(language, NOUNS["en"]).split("|")[index]


def note(notes: dict[str, str], language: str) -> str:
    """The sentence of `notes` in `language`, in English when it is not known."""
    return notes.get(language, notes["en"])
