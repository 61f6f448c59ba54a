"""Is a short message English or Spanish?"""

from __future__ import annotations

import re
from typing import Final

from coaching.text import words

_ENGLISH: Final = frozenset(
    "the and is are was were to of in on for with that this it its i im ive id you your youre we our they my me be do"
    " dont does did not have has had what how can cant could would will if but or so at as from about there just any"
    " an a too much really want need thanks hi hello yes looking how when where why think know get out up no us still".split()
)
_SPANISH: Final = frozenset(
    "el la los las un una unos unas de del que y en es son esta estan por para con no se me mi mis tu su sus lo le les"
    " pero como muy mas ya si yo nos nosotros al o porque cuando donde quien hay tengo tiene quiero puedo estoy soy era"
    " fue ser hola gracias casa precio tambien todavia solo eso esto este ahora usted ustedes bien creo nada".split()
)
_MARKS = re.compile(r"[¿¡ñáéíóúü]", re.IGNORECASE)


def guess(text: str, folded: str) -> str:
    """`en` or `es` by a vote of small words and Spanish marks; `en` when nothing speaks for either."""
    spoken = words(folded)
    english = sum(word in _ENGLISH for word in spoken)
    spanish = sum(word in _SPANISH for word in spoken) + 1.5 * len(_MARKS.findall(text))
    return "es" if spanish > english else "en"
