"""The Thai standard keyboard (TIS 820-2538, "Kedmanee"), for words typed with the keyboard left in English."""

_KEYS = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
_THAI = "_ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ"
_KEYS_SHIFTED = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
_THAI_SHIFTED = '%+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ'
_TO_THAI = str.maketrans(_KEYS + _KEYS_SHIFTED, _THAI + _THAI_SHIFTED)


def from_english_keyboard(text: str) -> str:
    """Return what the same keys give on the Thai keyboard: "l5kot" is "สถานะ"."""
    return text.translate(_TO_THAI)
