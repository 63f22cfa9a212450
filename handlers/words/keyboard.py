"""The Thai standard keyboard (TIS 820-2538, "Kedmanee"), for words typed with the keyboard left in English."""

_KEYS = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
_THAI = "_ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ"
_KEYS_SHIFTED = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
_THAI_SHIFTED = '%+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ'
_TO_THAI = str.maketrans(_KEYS + _KEYS_SHIFTED, _THAI + _THAI_SHIFTED)


def from_english_keyboard(text: str) -> str:
    """Return what the same keys give on the Thai keyboard: "l5kot" is "สถานะ"."""
    return text.translate(_TO_THAI)


_ROWS = ((0, 13, 0.0), (13, 26, 1.5), (26, 37, 1.75), (37, 47, 2.25))  # from, to, how far from the left in keys
_PLACES = {
    letter: (row, left + at - start)
    for row, (start, end, left) in enumerate(_ROWS)
    for letters in (_THAI, _THAI_SHIFTED)
    for at, letter in enumerate(letters[start:end], start)
}


def near_keys(one: str, other: str) -> bool:
    """Tell whether two Thai letters lie on the same key or on keys that touch."""
    here, there = _PLACES.get(one), _PLACES.get(other)
    if here is None or there is None:
        return False
    return abs(here[0] - there[0]) <= 1 and abs(here[1] - there[1]) <= 1
