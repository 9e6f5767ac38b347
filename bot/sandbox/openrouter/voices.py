"""Which voices the speech models have, and which language each speaks."""

from __future__ import annotations

_KOKORO = """
    af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah
    af_sky am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa
    bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis
    ef_dora em_alex em_santa ff_siwis hf_alpha hf_beta hm_omega hm_psi if_sara im_nicola
    jf_alpha jf_gongitsune jf_nezumi jf_tebukuro jm_kumo pf_dora pm_alex pm_santa
    zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang
"""
_GEMINI = """
    Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus Umbriel
    Algieba Despina Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar Gacrux
    Pulcherrima Achird Zubenelgenubi Vindemiatrix Sadachbia Sadaltager Sulafat
"""
KOKORO_VOICES = tuple(_KOKORO.split())
GEMINI_VOICES = tuple(_GEMINI.split())
VOXTRAL_VOICES = ("en_paul_neutral", "en_jane_neutral", "fr_marie_neutral", "gb_oliver_neutral")
ELEVEN_VOICES = ("alloy", "Rachel", "Sarah", "George", "Brian")

LANGUAGE_OF_PREFIX = {
    "a": "en-us", "b": "en", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja",
    "p": "pt-br", "z": "cmn",
}  # fmt: skip


def espeak_voice(voice: str) -> str:
    """The espeak voice nearest to `voice`: `bf_emma` is British and female, others are American."""
    language, sex = "en-us", "m"
    if len(voice) > 2 and voice[2] == "_":
        language = LANGUAGE_OF_PREFIX.get(voice[0], language)
        sex = voice[1]
    return f"{language}+f2" if sex == "f" else language
