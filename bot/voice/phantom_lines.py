"""What speech models write where nobody speaks: lines of the subtitles they learned from.

All patterns are read against text as `phantoms.plain` leaves it: lower case, no punctuation, single
spaces. A line that is indented further continues the one before.
"""

from __future__ import annotations

# Whoever made the subtitles, in fixed words.
CREDITS = r"""
    (?:sub|capt|untertit|sous|legend|sottotit|ondertit|napis|titul|undert|tekst|altyaz|субтит|phụ)\w*
        (?: \w+){0,8} amara ?org(?: \w+){0,4}
    amara ?org
    (?:transcription|translation|transcript)(?: (?:outsourcing|by))+(?: (?:llc|castingwords|eso))*
    transcribed by https otter ai
    untertitel(?:ung)? im auftrag (?:des|der) (?:zdf|ard|wdr|ndr|swr|br|orf|mdr)(?: \w+){0,4}
    untertitel(?:ung)?(?: des| der)? (?:zdf|ard|wdr|ndr|swr|br|orf|mdr)(?: für funk)?(?: \d{4})?
    untertitelung aufgrund der audioqualität nicht möglich
    (?:copyright )?(?:zdf|ard|wdr|ndr|swr|br|orf|mdr) (?:19|20)\d\d
    sous titrage (?:société radio canada|st 501|mfp|fr(?: \d{4})?)
    sous titres réalisés par(?: la)? communauté d amara(?: org)?
    sottotitoli e revisione a cura di qtss
    sottotitoli a cura di qtss
    (?:tv|omroep) gelderland(?: \d{4})?
    scandinavian text service(?: \d{4})?
    altyazı m ?k
    ترجمة نانسي قنقر
    (?:中文)?字幕(?:志[愿願]者|由|提供|製作|制作|組|组).{1,20}
    (?:请不吝|請不吝)[点點][赞贊讚].*
    明[镜鏡](?:与|與|需要).*
    (?:优优|優優)[独獨]播[剧劇][场場].*
    한글 ?자막 (?:제공 )?by \w+(?: \w+)?
    mbc 뉴스 \w+입니다
"""

# The same with somebody's name behind it; what does not end with one is a sentence about subtitles.
NAMED_CREDITS = r"""
    (?:sub ?titles?|captions?|closed captions?|captioning|subtitled|captioned)
        (?: (?:made|created|provided|produced|done|edited))? by NAME
    transcri(?:bed|ption) by NAME
    untertitel(?:ung)? (?:von|durch) NAME
    sous titr(?:es|age)(?: (?:réalisée?s?|faits?))? (?:par|de) NAME
    subtítulos(?: (?:realizados|creados|hechos))? por NAME
    legendas(?: (?:realizadas|feitas))? (?:por|pela) NAME
    sottotitoli(?: (?:creati|realizzati))? (?:da|a cura di) NAME
    ondertitel(?:ing|s|d)(?: (?:ingediend|gemaakt|verzorgd))? door NAME
    napisy(?: (?:stworzone|wykonane|zrobione|opracowane))? przez NAME
    titulky(?: (?:vytvořil|vytvořila|od|přeložil|přeložila)) NAME
    undertext(?:er|ning)?(?: (?:från|av)) NAME
    (?:undertekster?|tekstet|danske tekster|norske tekster|teksting) (?:av|af|ved) NAME
    (?:suomenkieliset )?tekstit(?:ys)? NAME
    altyazı NAME
    субтитры (?:сделал|создавал|подогнал|добавил|делал|подготовил|предоставил)а?и? NAME
    редактор субтитров NAME
    субтитри (?:зробив|створив|від) NAME
    υπότιτλοι NAME
    phụ đề (?:bởi|của) NAME
""".replace("NAME", r"\w+(?: \w+){0,5}")

# What the people in videos say to their viewers, and nobody says to a bot as a whole note.
FAREWELLS = r"""
    (?:thank you|thanks)(?: (?:so|very) much)? for (?:watching|viewing)
        (?: (?:this|the|my|our) videos?)?
    (?:please |don t forget to |be sure to |and |like |share )+subscribe
        (?: (?:and|to|for|like|share|my|our|the|this|channel|more|videos?))*
    subscribe to (?:my|our|the|this) channel
    (?:i ll |we ll )?see you (?:guys )?in the next (?:video|one|episode)(?: bye)?(?: bye)?
    vielen dank (?:für s|fürs|für das|für ihr) zuschauen(?: .{0,40})?
    danke (?:für s|fürs) zuschauen
    merci d avoir (?:regardé|visionné)(?: (?:cette|la|ma|notre) vidéo(?: .{0,40})?)?
    abonnez vous (?:à|a) (?:la|ma|notre|cette) chaîne
    (?:muchas )?gracias por ver(?: el| este| mi)?(?: v[ií]deo)?
    suscr[ií]b\w+ (?:al|a mi|a nuestro|a este) canal
    (?:muito )?obrigad[oa] por assistir(?: (?:ao|o|este|esse) vídeo)?
    (?:inscreva se|se inscreva) (?:no|em) (?:meu |nosso )?canal
    grazie (?:a tutti )?per (?:aver guardato|la visione)(?: (?:il|questo) video)?
    iscriviti al canale
    bedankt voor het kijken(?: naar .{0,30})?
    (?:dziękuję|dziękujemy|dzięki) za (?:oglądanie|obejrzenie(?: filmu)?)
    děkuji za (?:sledování|zhlédnutí)
    köszönöm(?: szépen)? hogy megnézt\w+(?: a videót)?
    (?:să )?vă mulțumi\w+ pentru vizionare
    nu uitați să vă abonați.{0,40}
    tack för att (?:du|ni) (?:har )?tittat.{0,20}
    tak (?:for at|fordi) (?:i|du) (?:kiggede|så) med
    takk for at (?:du|dere) så(?: på| med)?
    kiitos(?: kun)? kats(?:omisesta|oit)(?: videon)?
    (?:beni )?izlediğiniz için teşekkür(?:ler| ederim| ederiz)
    abone olmayı.{0,40}
    terima kasih (?:telah|sudah|untuk) menonton
    (?:cảm ơn (?:các )?bạn (?:đã )?(?:theo dõi|xem).{0,30})
    h[ãa]y (?:subscribe|đăng ký).{0,80}
    продолжение следует
    (?:всем )?спасибо за просмотр(?: .{0,20})?
    подпи(?:сывайтесь|шитесь) на (?:мой |наш |этот )?канал(?: .{0,40})?
    дяку(?:ю|ємо) за перегляд
    далі буде
    хвала што пратите.{0,20}
    hvala što pratite.{0,20}
    ευχαριστ(?:ώ|ούμε) (?:που παρακολουθήσατε|για την παρακολούθηση)
    اشتركوا في القناة(?: .{0,40})?
    شكرا (?:على|لكم على) المشاهدة
    با تشکر از (?:تماشای|دیدن) .{0,20}
    देखने के लिए धन्यवाद
    (?:最後まで)?ご(?:視聴|清聴|覧)(?:いただき|頂き)?ありがとうございま(?:した|す)
    チャンネル登録(?:を|と|よろしく|お願い|高評価).{0,30}
    (?:次|また次)の動画でお会いしましょう
    시청해 ?주셔서 감사합니다
    (?:구독과 좋아요|구독 좋아요|좋아요와 구독).{0,30}
    다음 영상에 (?:만나요|뵙겠습니다)
    (?:谢谢|謝謝|感谢|感謝)(?:大家|您|各位)?(?:的)?(?:收看|观看|觀看|收聽|收听)
    (?:请|請|欢迎|歡迎)?(?:订阅|訂閱|关注|關注)(?:我的|我们的|我們的|我)?(?:频道|頻道)
    ขอบคุณ(?:ที่|สำหรับการ)(?:รับชม|ติดตาม)(?:ครับ|ค่ะ)?
"""

# Real answers, unless next to nothing was said: then the model made them up. By language.
SHORT_LINES = {
    "en": "thank you|thank you very much|thank you so much|thanks|bye|bye bye|you|okay|ok|so|oh|hmm"
    "|the end|yeah|i m sorry|silence|music|good night|be right back",
    "de": "danke|vielen dank|tschüss|ja|das war s|bis zum nächsten mal|bis dann|musik",
    "fr": "merci|merci beaucoup|au revoir|oui|musique",
    "es": "gracias|muchas gracias|adiós|sí|música|suscríbete",
    "pt": "obrigado|obrigada|tchau|sim|música",
    "it": "grazie|grazie mille|ciao|sì|musica",
    "nl": "dank je|dank u wel|bedankt|ja|doei",
    "pl": "dziękuję|dziękuję za uwagę|tak|cześć",
    "cs": "děkuji|děkuji za pozornost|ano",
    "hu": "köszönöm|köszönöm a figyelmet|igen",
    "sv": "tack|tack så mycket|ja|musik",
    "da": "tak|ja",
    "no": "takk|takk for meg|ja",
    "fi": "kiitos|joo",
    "tr": "teşekkürler|teşekkür ederim|evet",
    "id": "terima kasih|ya",
    "vi": "cảm ơn|vâng",
    "ru": "спасибо|пока|да|угу|до свидания|музыка",
    "uk": "дякую|так",
    "bg": "благодаря|благодаря за вниманието",
    "el": "ευχαριστώ|ναι",
    "ar": "شكرا|نعم",
    "he": "תודה|תודה רבה",
    "hi": "धन्यवाद",
    "ja": "ありがとうございました|ありがとうございます|おやすみなさい|はい|バイバイ",
    "ko": "감사합니다|고맙습니다|네",
    "zh": "谢谢|謝謝|谢谢大家|謝謝大家|嗯|好|再见",
    "th": "ขอบคุณครับ|ขอบคุณค่ะ",
}

# Names of sounds, where a whole bracket holds nothing else.
SOUNDS = r"""
    (?:[\w ]{0,20} )?(?:music|musik|musique|música|musica|muzyka|müzik|музыка|музика)
        (?: (?:playing|plays|fades|continues|spielt))?
    音楽|音乐|音樂|음악
    (?:applause|applaus|applaudissements|aplausos|applausi|аплодисменты|拍手|掌声|박수)
    (?:laughter|laughs|laughing|gelächter|lachen|rires|risas|risos|смех|笑|웃음)
    (?:no )?(?:silence|stille|blank audio|blank|audio|speech|sound|inaudible|unintelligible|noise)
    (?:\w+ )?(?:coughing|coughs|sighs?|breathing|sneezes|clears throat|static|wind|beep|ringing)
"""
