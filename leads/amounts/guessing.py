"""Which of seven languages is this message most likely written in, told by its script and its small words?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from leads.amounts.numbers import LANGUAGES, is_glued, spelled
from leads.amounts.tokens import split

# Words that carry no meaning of their own, and a few that every message about a home has; the words of numbers are added.
_SMALL: Final[Mapping[str, str]] = {
    "en": "a an no more than under over up max budget per around like just do does what when how has had looking home house move so if or but us me want need see monthly next last this monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december weeks months years days day tomorrow today half million thousand month year week the and is are i we to of in for my you it that with on at be this have can would our by from about not don't",
    "es": "el la los las y o es son yo nos que de en para mi por con un una lo se no su hasta hay mas al del pero quiero millones manana hoy semana proximo proxima dias mes ano dolares a dentro hace mensuales mensual anuales nomas lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre este esta estos antes despues meses semanas anos pasado casa primera",
    "fr": "le les et est je nous que de des du dans pour mon avec un une ce ne pas sur au aux plus il elle d l j mois jours semaine prochain prochaine demain hier aujourd vous euros jusqu a lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre semaines jour ans avant apres",
    "pt": "o os as e eu nos que do da dos das em no na para meu com um uma nao mais ao ate ele milhoes amanha hoje semana proximo proxima dia dias mes ano reais de segunda terca quarta quinta sexta feira sabado domingo janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro este esta antes depois meses semanas anos",
    "de": "der die das und ist ich wir zu von in fur mein mit ein eine den dem nicht auf am im bis um uhr morgen heute nachste nachsten woche tag tage tagen monat monate monaten wochen jahre jahren es sie montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz april mai juni juli august oktober dezember vor nach kommenden",
    "it": "il lo gli e sono io noi che di del della nel per mio con un una non al alla fino ci domani oggi settimana prossimo prossima giorni mese anno tra fra da dollari lunedi martedi mercoledi giovedi venerdi sabato domenica gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre settimane mesi anni prima dopo",
}


def language(text: str) -> str:
    """One of `LANGUAGES`: Chinese by its characters, the others by small words, English when nothing tells."""
    words = [token.folded for token in split(text)]
    if any("\u4e00" <= word[0] <= "\u9fff" for word in words):
        return "zh"
    known, seen = _small(), dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        owners = known.get(word) or tuple(each for each in ("de", "it") if is_glued(word, each))
        for each in owners:
            seen[each] += 1 / len(owners)  # a word that four languages share tells little
    best = max(LANGUAGES, key=lambda each: seen[each])
    return best if seen[best] else "en"


@lru_cache(maxsize=1)
def _small() -> Mapping[str, tuple[str, ...]]:
    owned = {each: {*words.split(), *spelled(each)} for each, words in _SMALL.items()}
    return {word: tuple(each for each in owned if word in owned[each]) for words in owned.values() for word in words}
