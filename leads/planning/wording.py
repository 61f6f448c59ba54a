"""Does a text say a figure, a date or an address that was not given to it?"""

from __future__ import annotations

import re
from typing import Final

from leads.words import folded

_FIGURE: Final = re.compile(r"\d[\d.,:/]*\d|\d")
_ADDRESS: Final = re.compile(r"https?://|www\.|\S+@\S+|\b[\w-]+\.(?:com|net|org|io|co|info|me|app|us)\b")
# Words that name a day, a month, or an amount in letters. "May", "mar" and "sat" are also other words: they count all the same.
_TELLING: Final = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b"
    r"|\b(?:today|tonight|tomorrow|hoy|esta noche|next week|this week|this weekend|esta semana|la proxima semana)\b"
    r"|\b(?:thousand|million|hundred|percent|per cent|mil|millon(?:es)?|por ciento|dollars|dolares)\b"
    r"|\b(?:four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|cuatro|cinco|seis|siete|ocho|nueve|diez|veinte|treinta)\b"
)


def loose(text: str, *, allowed: str) -> str:
    """The first figure, date word or address in the text that `allowed` does not have; "" when there is none."""
    plain, given = folded(text), folded(allowed)
    if found := next((hit[0] for hit in _ADDRESS.finditer(plain) if hit[0] not in given), ""):
        return found
    figures = set(_FIGURE.findall(given))
    if found := next((one for one in _FIGURE.findall(plain) if one not in figures), ""):
        return str(found)
    return next((hit[0] for hit in _TELLING.finditer(plain) if hit[0] not in given), "")
