"""The words for symbols, by ISO-639-1 language.

An entry is `symbol word`, or `symbol one|other` (Slavic: one|few|many|fraction) where the word
follows a number and changes with it; `{}` is the place of the number when it does not stand first.
"""

from __future__ import annotations

from functools import cache

WORDS = {
    "en": """% percent; ‰ per mille; ° degree|degrees; °C degree Celsius|degrees Celsius;
        °F degree Fahrenheit|degrees Fahrenheit; € euro|euros; $ dollar|dollars; £ pound|pounds;
        ¥ yen; & and; @ at; # number; § section; ~ about; – to; → then; ↑ up; ↓ down; × times;
        by by; ÷ divided by; ± plus or minus; ≠ is not equal to; ≤ at most; ≥ at least;
        < less than; > greater than; = equals; − minus; + plus; ² squared; ³ cubed;
        ^ to the power of; √ square root of; v version""",
    "de": """% Prozent; ‰ Promille; ° Grad; °C Grad Celsius; °F Grad Fahrenheit; € Euro; $ Dollar;
        £ Pfund; ¥ Yen; & und; @ at; # Nummer; § Paragraf; ~ etwa; – bis; → dann; ↑ hoch;
        ↓ runter; × mal; by mal; ÷ geteilt durch; ± plus minus; ≠ ungleich; ≤ höchstens;
        ≥ mindestens; < kleiner als; > größer als; = gleich; − minus; + plus; ² hoch 2; ³ hoch 3;
        ^ hoch; √ Wurzel aus; v Version""",
    "fr": """% pour cent; ‰ pour mille; ° degré|degrés; °C degré Celsius|degrés Celsius;
        °F degré Fahrenheit|degrés Fahrenheit; € euro|euros; $ dollar|dollars; £ livre|livres;
        ¥ yen|yens; & et; @ arobase; # numéro; § paragraphe; ~ environ; – à; → puis; ↑ en hausse;
        ↓ en baisse; × fois; by par; ÷ divisé par; ± plus ou moins; ≠ différent de; ≤ au plus;
        ≥ au moins; < inférieur à; > supérieur à; = égale; − moins; + plus; ² au carré; ³ au cube;
        ^ puissance; √ racine de; v version""",
    "es": """% por ciento; ‰ por mil; ° grado|grados; °C grado Celsius|grados Celsius;
        °F grado Fahrenheit|grados Fahrenheit; € euro|euros; $ dólar|dólares; £ libra|libras;
        ¥ yen|yenes; & y; @ arroba; # número; § sección; ~ unos; – a; → luego; ↑ sube; ↓ baja;
        × por; by por; ÷ dividido por; ± más menos; ≠ distinto de; ≤ como máximo; ≥ como mínimo;
        < menor que; > mayor que; = igual a; − menos; + más; ² al cuadrado; ³ al cubo;
        ^ elevado a; √ raíz de; v versión""",
    "it": """% per cento; ‰ per mille; ° grado|gradi; °C grado Celsius|gradi Celsius;
        °F grado Fahrenheit|gradi Fahrenheit; € euro; $ dollaro|dollari; £ sterlina|sterline;
        ¥ yen; & e; @ chiocciola; # numero; § paragrafo; ~ circa; – a; → poi; ↑ su; ↓ giù; × per;
        by per; ÷ diviso; ± più o meno; ≠ diverso da; ≤ al massimo; ≥ almeno; < minore di;
        > maggiore di; = uguale a; − meno; + più; ² al quadrato; ³ al cubo; ^ alla potenza di;
        √ radice di; v versione""",
    "pt": """% por cento; ‰ por mil; ° grau|graus; °C grau Celsius|graus Celsius;
        °F grau Fahrenheit|graus Fahrenheit; € euro|euros; $ dólar|dólares; £ libra|libras;
        ¥ iene|ienes; & e; @ arroba; # número; § seção; ~ cerca de; – a; → depois; ↑ sobe;
        ↓ desce; × vezes; by por; ÷ dividido por; ± mais ou menos; ≠ diferente de; ≤ no máximo;
        ≥ no mínimo; < menor que; > maior que; = igual a; − menos; + mais; ² ao quadrado;
        ³ ao cubo; ^ elevado a; √ raiz de; v versão""",
    "nl": """% procent; ‰ promille; ° graden; °C graden Celsius; °F graden Fahrenheit; € euro;
        $ dollar; £ pond; ¥ yen; & en; @ apenstaartje; # nummer; § paragraaf; ~ ongeveer; – tot;
        → dan; ↑ omhoog; ↓ omlaag; × keer; by bij; ÷ gedeeld door; ± plus of min;
        ≠ niet gelijk aan; ≤ hoogstens; ≥ minstens; < kleiner dan; > groter dan; = is gelijk aan;
        − min; + plus; ² kwadraat; ³ tot de derde; ^ tot de macht; √ wortel van; v versie""",
    "pl": """% procent|procent|procent|procent; ‰ promil|promile|promili|promila;
        ° stopień|stopnie|stopni|stopnia;
        °C stopień Celsjusza|stopnie Celsjusza|stopni Celsjusza|stopnia Celsjusza;
        °F stopień Fahrenheita|stopnie Fahrenheita|stopni Fahrenheita|stopnia Fahrenheita;
        € euro; $ dolar|dolary|dolarów|dolara; £ funt|funty|funtów|funta; ¥ jen|jeny|jenów|jena;
        & i; @ małpa; # numer; § paragraf; ~ około; – do; → potem; ↑ w górę; ↓ w dół; × razy;
        by na; ÷ podzielić przez; ± plus minus; ≠ nie równa się; ≤ najwyżej; ≥ co najmniej;
        < mniejsze niż; > większe niż; = równa się; − minus; + plus; ² do kwadratu;
        ³ do sześcianu; ^ do potęgi; √ pierwiastek z; v wersja""",
    "ru": """% процент|процента|процентов|процента; ‰ промилле; ° градус|градуса|градусов|градуса;
        °C градус Цельсия|градуса Цельсия|градусов Цельсия|градуса Цельсия;
        °F градус Фаренгейта|градуса Фаренгейта|градусов Фаренгейта|градуса Фаренгейта; € евро;
        $ доллар|доллара|долларов|доллара; £ фунт|фунта|фунтов|фунта; ¥ иена|иены|иен|иены;
        ₽ рубль|рубля|рублей|рубля; & и; @ собака; # номер; § параграф; ~ примерно; → затем;
        ↑ вверх; ↓ вниз; × умножить на; by на; ÷ разделить на; ± плюс-минус; ≠ не равно;
        ≤ не больше; ≥ не меньше; < меньше; > больше; = равно; − минус; + плюс; ² в квадрате;
        ³ в кубе; ^ в степени; √ корень из; v версия""",
    "uk": """% відсоток|відсотки|відсотків|відсотка; ‰ проміле; ° градус|градуси|градусів|градуса;
        °C градус Цельсія|градуси Цельсія|градусів Цельсія|градуса Цельсія;
        °F градус Фаренгейта|градуси Фаренгейта|градусів Фаренгейта|градуса Фаренгейта; € євро;
        $ долар|долари|доларів|долара; £ фунт|фунти|фунтів|фунта; ¥ єна|єни|єн|єни;
        ₴ гривня|гривні|гривень|гривні; & і; @ собака; # номер; § параграф; ~ приблизно; → потім;
        ↑ вгору; ↓ вниз; × помножити на; by на; ÷ поділити на; ± плюс-мінус; ≠ не дорівнює;
        ≤ не більше; ≥ не менше; < менше; > більше; = дорівнює; − мінус; + плюс; ² у квадраті;
        ³ у кубі; ^ у степені; √ корінь з; v версія""",
    "tr": """% yüzde {}; ‰ binde {}; ° derece; °C santigrat derece; °F fahrenhayt derece; € avro;
        $ dolar; £ sterlin; ¥ yen; ₺ lira; & ve; @ et; # numara; § paragraf; ~ yaklaşık; – ila;
        → sonra; ↑ yukarı; ↓ aşağı; × çarpı; by çarpı; ÷ bölü; ± artı eksi; ≠ eşit değil;
        ≤ en fazla; ≥ en az; < küçüktür; > büyüktür; = eşittir; − eksi; + artı; ² kare; ³ küp;
        ^ üzeri; √ karekök; v sürüm""",
    "ar": """% بالمئة; ‰ بالألف; ° درجة; °C درجة مئوية; °F درجة فهرنهايت; € يورو; $ دولار;
        £ جنيه; ¥ ين; & و; @ آت; # رقم; § القسم; ~ حوالي; – إلى; → ثم; ↑ صعودا; ↓ نزولا; × ضرب;
        by في; ÷ على; ± زائد أو ناقص; ≠ لا يساوي; ≤ على الأكثر; ≥ على الأقل; < أصغر من;
        > أكبر من; = يساوي; − ناقص; + زائد; ² تربيع; ³ تكعيب; ^ أس; √ جذر; v الإصدار""",
    "hi": """% प्रतिशत; ‰ प्रति हज़ार; ° डिग्री; °C डिग्री सेल्सियस; °F डिग्री फ़ारेनहाइट; € यूरो; $ डॉलर;
        £ पाउंड; ¥ येन; ₹ रुपये; & और; @ ऐट; # नंबर; § धारा; ~ लगभग; – से; → फिर; ↑ ऊपर; ↓ नीचे;
        × गुणा; by गुणा; ÷ भाग; ± प्लस माइनस; ≠ बराबर नहीं; ≤ अधिकतम; ≥ कम से कम; < से कम; > से अधिक;
        = बराबर; − माइनस; + प्लस; ² का वर्ग; ³ का घन; ^ की घात; √ वर्गमूल; v संस्करण""",
    "zh": """% 百分之{}; ‰ 千分之{}; ° {}度; °C {}摄氏度; °F {}华氏度; € {}欧元;
        $ {}美元; £ {}英镑;
        & 和; @ 艾特; # 第{}号; § 第{}节; ~ 大约; – 到; → 然后; ↑ 上升; ↓ 下降; × 乘以;
        by 乘; ÷ 除以; ± 正负; ≠ 不等于; ≤ 不超过; ≥ 不少于;
        < 小于; > 大于; = 等于; − 负; + 加; ² 的平方; ³ 的立方;
        √ 根号; v 版本""",
    "ja": """% {}パーセント; ‰ {}パーミル; ° {}度; °C {}度; °F 華氏{}度; € {}ユーロ;
        $ {}ドル; £ {}ポンド;
        ¥ {}円; & と; @ アットマーク; # {}番; § 第{}節; ~ およそ; – から; → 次に; ↑ 上; ↓ 下;
        × かける; by かける; ÷ 割る; ± プラスマイナス; ≠ ノットイコール; ≤ 以下; ≥ 以上;
        < 小なり; > 大なり; = イコール; − マイナス; + プラス; ² の2乗; ³ の3乗;
        √ ルート; v バージョン""",
    "ko": """% {} 퍼센트; ‰ {} 퍼밀; ° {}도; °C 섭씨 {}도; °F 화씨 {}도; € {}유로;
        $ {}달러; £ {}파운드;
        ¥ {}엔; ₩ {}원; & 및; @ 골뱅이; # {}번; § {}절; ~ 약; – 에서; → 그다음; ↑ 위로; ↓ 아래로;
        × 곱하기; by 곱하기; ÷ 나누기; ± 플러스마이너스; ≠ 같지 않음; ≤ 이하; ≥ 이상; < 미만;
        > 초과; = 는; − 마이너스; + 더하기; ² 제곱; ³ 세제곱; √ 루트; v 버전""",
}
UNSPACED = frozenset({"zh", "ja"})  # no space between words


@cache
def words(language: str) -> dict[str, str]:
    """Symbol → word in `language`; empty when no words of that language are known."""
    entries = (entry.strip().partition(" ") for entry in WORDS.get(language, "").split(";"))
    return {symbol: word.strip() for symbol, _, word in entries if symbol}


def counted(forms: str, number: str, language: str) -> str:
    """`number` with the form of the word that goes with it: `1 degree`, `5 degrees`."""
    form = _form(forms.split("|"), number, language)
    return form.replace("{}", number) if "{}" in form else f"{number} {form}"


def _form(forms: list[str], number: str, language: str) -> str:
    """The form after `number`, by the plural rules of the Unicode CLDR."""
    if len(forms) == 1:
        return forms[0]
    if len(forms) == 2:
        french = language == "fr" and (number == "0" or number.startswith(("0,", "1,")))
        return forms[0 if number == "1" or french else 1]
    if not number.isdecimal():
        return forms[3]
    count, last = int(number) % 100, int(number) % 10
    if int(number) == 1 or (last == 1 and count != 11 and language != "pl"):
        return forms[0]
    return forms[1 if 2 <= last <= 4 and not 12 <= count <= 14 else 2]
