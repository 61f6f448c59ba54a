"""Is this reply a yes or a no, and does it take back what was said before?"""

from __future__ import annotations

import re
from typing import Final

_OPENING: Final = r"^\W*(?:(?:oh|hmm|well|um+|ok|okay|ah|hey|thanks|thank you|so|pues|bueno|and|uh)\b[ ,.!]*)*"
_NO: Final = re.compile(
    _OPENING
    + r"(?:no|nope|nah|not|negative|wrong|incorrect|never ?mind|wait|hold on|actually|on second thought|i'd rather|rather|neither|don't|do not|hmm no|todavia no|aun no|nein|non|nao)\b"
    r"|\b(?:not (?:right|correct|good|what i|yet|really|now)|isn't (?:right|correct|good)|change (?:it|that|the)|instead|rather not|doesn't work|won't work|can't make)\b"
    r"|^\W*不"
)
_YES: Final = re.compile(
    _OPENING
    + r"(?:y|yes|yea|yeah|yeahs|yep|yup|ya|yah|sure|correct|right|exactly|absolutely|definitely|certainly|of course|perfect|great|good|fine|cool|nice|super|excellent|awesome|wonderful|fantastic"
    r"|amazing|agreed?|confirmed?|indeed|alright|ok|okay|please do|please|go ahead|do (?:that|it)|i do|i am|we are|we do|it (?:is|does|works)|(?:that|this|it|everything)(?:'s| is| was| all)? ?\w* ?(?:right|correct|fine|good|great|perfect|ok|okay|works?|nice|cool|ideal|sounds?|it|suits?)"
    r"|(?:sounds?|looks?|seems?) |works|you(?:'ve| have)? (?:got|nailed)|very (?:good|nice|well)|lovely|true|i (?:like|love|want|would like|wanna|confirm)|let's do|si|claro|correcto|perfecto|exacto|de acuerdo|vale|por supuesto|asi es|esta bien|me parece|oui|sim|ja|genau|certo|esatto)\b"
    r"|\b(?:(?:that|this|it)(?:'s| is)? (?:sounds|right|correct|perfect|great|fine|good|works)|sounds (?:good|great|perfect|fine|nice)|works for me|go ahead|you got (?:it|that)|suena bien|me funciona|me queda bien)\b"
    r"|^\W*(?:是|好|对|可以|行)"
)
_TAKEN_BACK: Final = re.compile(
    r"\b(?:actually|instead|chang(?:e|ed|ing)|make (?:it|that)|rather|sorry|i mean|i meant|correction|on second thought|scratch that|switch|not anymore|no longer|now|wait"
    r"|en realidad|mejor|perdon|cambi\w+|ya no|quise decir|mas bien|plutot|eigentlich|lieber|na verdade|anzi)\b|^\W*(?:no|nope|nah)\b"
)


def verdict(plain: str) -> str:
    """`yes`, `no` or "" for a folded text that answers a question; a text that begins with no is no, whatever follows."""
    if _NO.search(plain):
        return "no"
    return "yes" if _YES.search(plain) else ""


def takes_back(plain: str) -> bool:
    """Whether a folded text says that it changes something."""
    return bool(_TAKEN_BACK.search(plain))
