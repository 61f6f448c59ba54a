"""In which order do words about time make up a date?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# One letter per word, see calendar_words.Word; besides: n a number up to 31, N another one, Y a year, D a date in figures, T a time of day,
# q a quarter, ? an unknown word, and the signs , ; / -
_F: Final = "[fA,/;-]"
_W: Final = "[wW]"
_K: Final = "[mM]"
_U: Final = "[uZL]"
_COUNT: Final = rf"[naN]f?{_U}(?:[ft,]?[naN]f?{_U})*"
_BEFORE_WEAK: Final = "(?:(?<=[PiBCjxp])|(?<=[mM]t))"


@lru_cache(maxsize=4)
def grammar(*, month_first: bool, year_first: bool) -> re.Pattern[str]:
    """The rules as one pattern over the letters; the name of the group that matched is the rule."""
    number = "o" if month_first else "[on]"
    months_place = "" if month_first else "|(?:n[;f]|o)(?:o|n[;f])"  # "7. vierter", "27. 11."
    behind = rf"(?:X|x(?!{_F}?[wWuZLhsmM]))"
    year = rf"(?:{_F}{{0,2}}(?:Y|N(?![uZL])))?"
    # a bare "the 2nd" may be a floor, a bare "the 8" anything: what follows must not be what it counts
    alone = rf"(?![?nNuZLhmM!]|[/-][nNYo]|{_F}{{1,3}}[mM]|[;f]n[;f]|[;f]o)"
    date = (
        rf"(?:x?{_W}{_F}{{0,3}})?(?:{_K}{_F}{{0,2}}[on](?!{_U}){year}|{_K}{_F}Y{_F}[on]|Y{_F}{{0,2}}{_K}{_F}{{0,2}}[on](?!{_U})"
        rf"|Y{_F}[on]{_F}{_K}|[on]{_F}Y{_F}{_K}|[on]u?{_F}{{0,3}}{_K}{year}|[on]f[on]fY{months_place})"
        rf"|(?:(?:[YnN]Z|xZ){_F}?)?(?:nL|m|xL){_F}?o(?:,?w)?"
        rf"|(?:x?{_W}{_F}{{0,3}})?D(?:,?{_W})?"
    )
    on = number if month_first else f"u?{_F}?{number}"
    bare = "|o" if year_first else "" if month_first else rf"(?:{_F}?{_W})?"  # "29日", "le 25 mardi"
    before = "fPwWt" if month_first else "PwWt"  # "on sat", not "vista de mar"
    weekday = rf"o?f?x{_U}{_F}{{0,2}}{_W}|{_W}{_F}{{0,2}}x{_U}|{_W}{_F}{{0,2}}A?{_U}{behind}|x{_F}?{_W}{behind}?|{_W}{behind}|{_W}{_F}{{0,2}}{on}{alone}|{_W}f?n(?=;|$)|w|W(?=P?T)|(?<=[{before}])W(?![?nN])"
    own_month = "" if month_first else rf"|A?[on]{_F}{{1,2}}x{_U}"  # "20 de este mes"
    the = "A" if month_first else "(?:Au?|u)"
    numbered = rf"A?o{_F}{{0,2}}x{_U}|A{number}{_F}{{0,2}}{_U}{behind}|{the}{number}{alone}{bare}{own_month}"
    holiday = rf"(?:x{_F}?)?h{behind}?(?:{_F}{{0,2}}Y)?"
    single = {"date": date, "weekday": weekday, "numbered": numbered, "holiday": holiday, "relative": "r"}
    anchor = "|".join(single.values())
    rules = {
        "set": rf"S{_F}?(?:{_W}|{_U}|[onr])",
        "week_of_month": rf"[ox]u{_F}{{1,2}}{_K}(?:{_F}{{0,2}}Y)?",
        "week_of_day": rf"u{_F}{{1,2}}(?:{date}|{numbered})",
        "offset": rf"(?:[naN]f?{_U}[ft,]{{0,2}})+[BC]{_F}{{0,2}}(?:{anchor})",
        "within": rf"jf?(?:[naN]?f?{_U})|x[nN]{_U}|{_COUNT}J",
        "span": rf"(?:[ij]f?)?[nN][t-][nN]{_U}g?",
        "ahead": rf"(?:i{_COUNT}|{_COUNT}g)(?!{_F}?[BC]{_F}{{0,2}}(?:{anchor}))",
        "ago": rf"k{_COUNT}|{_COUNT}b",
        "days": rf"{_K}{_F}{{0,2}}[on][t-]A?[on](?!{_U})(?:{_F}{{0,2}}Y)?|[on][t-]A?[on]{_F}{{0,3}}{_K}(?:{_F}{{0,2}}Y)?",
        **single,
        "quarter": rf"Y?{_F}?q(?:{_F}{{0,2}}Y)?|o{_F}?u(?:{_F}{{0,2}}(?:Y|x{_U}))?",
        "part": rf"p{_F}{{0,2}}(?:x?{_U}{behind}?|{_K}(?:{_F}{{0,2}}Y)?|x?s{behind}?|Y?q|Y)|gx{_U}|E|[nx]v|v",
        "season": rf"x{_F}?s|s{behind}|(?<=[PiAtfj])s(?:{_F}{{0,2}}Y)?|s{_F}{{0,2}}Y",
        "month": rf"x{_F}?{_K}|{_K}{behind}|m(?:{_F}{{0,2}}Y)?|{_BEFORE_WEAK}M(?:{_F}{{0,2}}Y)?|M{_F}{{0,2}}Y|[YN]ZnL|nL(?!o)",
        "period": rf"x{_F}?{_U}|A?{_U}{behind}",
        "year": rf"(?<=[PtiBC])Y|u{_F}?Y|YZ",
        "time": "T",
    }
    return re.compile("|".join(f"(?P<{name}>{rule})" for name, rule in rules.items()))
