"""Which days and times does a message name, seen from now?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import example, given
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads.amounts.numbers import LANGUAGES
from leads.dates import DATES, When, find, parse, render

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday, the day before Thanksgiving


def only(text: str, language: str = "", now: datetime = NOW) -> When:
    (when,) = find(text, now=now, language=language)
    assert text[when.start : when.end] == when.quote
    return when


@pytest.mark.parametrize(
    ("text", "day", "quote"),
    [
        ("see you tomorrow", "2026-11-26", "tomorrow"),
        ("the day after tomorrow works", "2026-11-27", "the day after tomorrow"),
        ("Friday is good", "2026-11-27", "Friday"),
        ("Wednesday is good", "2026-11-25", "Wednesday"),
        ("this Friday", "2026-11-27", "this Friday"),
        ("next Friday", "2026-12-04", "next Friday"),
        ("on the 8th", "2026-12-08", "the 8th"),
        ("the 6th instead", "2026-12-06", "the 6th"),
        ("March 3rd", "2027-03-03", "March 3rd"),
        ("by the first of next month", "2026-12-01", "the first of next month"),
        ("the third of May, 2027", "2027-05-03", "third of May, 2027"),
        ("January fifth twenty twenty-seven", "2027-01-05", "January fifth twenty twenty-seven"),
        ("closing Dec 15", "2026-12-15", "Dec 15"),
        ("3/15 at the latest", "2027-03-15", "3/15"),
        ("11/30/26", "2026-11-30", "11/30/26"),
        ("2027-01-02", "2027-01-02", "2027-01-02"),
        ("Saturday the 28th", "2026-11-28", "Saturday the 28th"),
        ("in two weeks", "2026-12-09", "in two weeks"),
        ("in a couple of months", "2027-01-25", "in a couple of months"),
        ("3 weeks from now", "2026-12-16", "3 weeks from now"),
        ("10 days ago", "2026-11-15", "10 days ago"),
        ("two weeks before Christmas", "2026-12-11", "two weeks before Christmas"),
        ("by Thanksgiving", "2026-11-26", "Thanksgiving"),
        ("Labor Day", "2027-09-06", "Labor Day"),
        ("mañana", "2026-11-26", "mañana"),
        ("pasado mañana", "2026-11-27", "pasado mañana"),
        ("puedo el próximo viernes", "2026-12-04", "próximo viernes"),
        ("el 8 de marzo", "2027-03-08", "8 de marzo"),
        ("el día 8", "2026-12-08", "el día 8"),
        ("este martes", "2026-12-01", "este martes"),
        ("antes del 15/3", "2027-03-15", "15/3"),
        ("dentro de 60 días", "2027-01-24", "dentro de 60 días"),
        ("quiero verla next Friday", "2026-12-04", "next Friday"),
    ],
)
def test_a_day_is_found_however_it_is_said(text: str, day: str, quote: str) -> None:
    when = only(text)
    assert (str(when.on), when.quote, when.to) == (day, quote, None)


@pytest.mark.parametrize(
    ("text", "first", "last", "grain"),
    [
        ("this weekend", "2026-11-28", "2026-11-29", "day"),
        ("next week", "2026-11-30", "2026-12-06", "week"),
        ("within 60 days", "2026-11-25", "2027-01-24", "duration"),
        ("in the next 30 days", "2026-11-25", "2026-12-25", "duration"),
        ("in 3 to 6 months", "2027-02-25", "2027-05-25", "duration"),
        ("3-6 months", "2027-02-25", "2027-05-25", "duration"),
        ("by the end of the lease in March", "2027-03-01", "2027-03-31", "month"),
        ("end of the month", "2026-11-21", "2026-11-30", "month"),
        ("early June", "2027-06-01", "2027-06-10", "month"),
        ("in May", "2027-05-01", "2027-05-31", "month"),
        ("next spring", "2027-03-01", "2027-05-31", "season"),
        ("end of the year", "2026-10-01", "2026-12-31", "year"),
        ("Q2", "2027-04-01", "2027-06-30", "quarter"),
        ("30 to 60 days", "2026-12-25", "2027-01-24", "duration"),
        ("first week of January", "2027-01-01", "2027-01-07", "week"),
        ("the week of December 7th", "2026-12-07", "2026-12-13", "week"),
        ("end of Q1", "2027-03-02", "2027-03-31", "quarter"),
        ("a principios del próximo año", "2027-01-01", "2027-03-31", "year"),
        ("la primera semana de enero", "2027-01-01", "2027-01-07", "week"),
        ("2 o 3 semanas", "2026-12-09", "2026-12-16", "duration"),
        ("March 3-5", "2027-03-03", "2027-03-05", "duration"),
        ("sometime in 2027", "2027-01-01", "2027-12-31", "year"),
        ("este fin de semana", "2026-11-28", "2026-11-29", "day"),
        ("a fines de mes", "2026-11-21", "2026-11-30", "month"),
        ("el mes que viene", "2026-12-01", "2026-12-31", "month"),
        ("en los próximos 60 días", "2026-11-25", "2027-01-24", "duration"),
        ("nos mudamos en enero", "2027-01-01", "2027-01-31", "month"),
    ],
)
def test_a_stretch_has_a_first_and_a_last_day(text: str, first: str, last: str, grain: str) -> None:
    when = only(text)
    assert (str(when.on), str(when.to), when.grain) == (first, last, grain)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("5:30 pm", "17:30"),
        ("half past 4 in the evening", "16:30"),
        ("quarter to 2 in the afternoon", "13:45"),
        ("at 10am", "10:00"),
        ("noon", "12:00"),
        ("a las 5 y media de la tarde", "17:30"),
        ("a las 11", "11:00"),
        ("at 5", "17:00"),
    ],
)
def test_a_time_of_day_is_found(text: str, at: str) -> None:
    when = only(text)
    assert (when.at, when.on, when.grain) == (at, None, "time")


def test_hours_from_and_to_are_two_times() -> None:
    assert [each.at for each in find("4-6 pm", now=NOW)] == ["16:00", "18:00"]
    assert [each.at for each in find("between 11 and 1pm", now=NOW)] == ["11:00", "13:00"]


def test_a_day_and_its_time_are_two_finds_side_by_side() -> None:
    day, time = find("Tuesday, December 1st at 10am", now=NOW)
    assert (str(day.on), day.at, time.on, time.at) == ("2026-12-01", "", None, "10:00")


@pytest.mark.parametrize(
    "text",
    [
        "ASAP",
        "may I ask something",
        "I may come by, the sun is out",
        "we sat down on the bed",
        "Feb 30",
        "31/31",
        "29 de febrero de 2027",
        "the 2nd floor, the 3rd street",
        "it is our first house and the second offer",
        "a 3/2 house, open 24/7",
        "a 5/1 ARM at 5.25",
        "half bath, 1/2 acre",
        "score 3.5 of 5",
        "450k for 3 beds",
        "512-555-0142",
        "version 1.2.3",
        "every Monday, cada lunes",
        "lower it to 2000",
        "vista al mar",
        "",
    ],
)
def test_other_words_and_figures_are_no_dates(text: str) -> None:
    assert find(text, now=NOW) == ()


def test_month_or_day_first_is_by_language() -> None:
    assert only("4/5", "en").on == date(2027, 4, 5)
    assert only("4/5", "es").on == date(2027, 5, 4)
    assert only("25/12", "en").on == date(2026, 12, 25), "it can only be the other way round"


def test_now_is_that_of_the_leads_own_zone() -> None:
    late = datetime(2026, 11, 26, 3, tzinfo=UTC)
    assert only("today", now=late).on == date(2026, 11, 26)
    assert only("today", now=late.astimezone(ZoneInfo("America/Chicago"))).on == date(2026, 11, 25)


def test_what_has_passed_this_year_is_next_years() -> None:
    assert only("November 24").on == date(2027, 11, 24)
    assert only("November 25").on == date(2026, 11, 25)
    assert only("29 February").on == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("fr", "le 3 mars", "2027-03-03"),
        ("fr", "vendredi prochain", "2026-12-04"),
        ("fr", "dans trois semaines", "2026-12-16"),
        ("fr", "il y a deux mois", "2026-09-25"),
        ("pt", "depois de amanhã", "2026-11-27"),
        ("pt", "sexta-feira que vem", "2026-12-04"),
        ("pt", "12 de janeiro", "2027-01-12"),
        ("de", "übermorgen", "2026-11-27"),
        ("de", "nächsten Freitag", "2026-12-04"),
        ("de", "am 22.04.", "2027-04-22"),
        ("de", "in vierzehn Tagen", "2026-12-09"),
        ("it", "dopodomani", "2026-11-27"),
        ("it", "venerdì prossimo", "2026-12-04"),
        ("it", "fra tre settimane", "2026-12-16"),
        ("zh", "下周五", "2026-12-04"),
        ("zh", "二〇二七年三月八日", "2027-03-08"),
        ("zh", "三个月后", "2027-02-25"),
        ("zh", "12月8号", "2026-12-08"),
    ],
)
def test_other_languages_say_it_their_own_way(language: str, text: str, day: str) -> None:
    assert str(only(text, language).on) == day


@given(
    day=st.dates(date(1950, 1, 1), date(2090, 12, 31)),
    language=st.sampled_from(LANGUAGES),
    form=st.sampled_from(("long", "full", "medium")),
)
def test_a_date_written_by_the_locale_is_read_back(day: date, language: str, form: str) -> None:
    when = only(format_date(day, form, locale=language), language)
    assert (when.on, when.to) == (day, None)


@given(st.dates(date(2020, 1, 1), date(2080, 12, 31)), st.integers(1, 400))
def test_days_ahead_are_counted_from_now(today: date, days: int) -> None:
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    assert only(f"in {days} days", "en", now).on == today + timedelta(days=days)
    assert only(f"dentro de {days} días", "es", now).on == today + timedelta(days=days)


@given(
    st.text() | st.text("0123456789./:- ,nextfridaymarchin two wksd年月日下周el de", max_size=60),
    st.sampled_from(("", *LANGUAGES, "xx")),
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
@example("\x00 tomorrow \udcff", "", NOW)
@example("in 99999999999 years, 40000 days ago, week " + "9" * 30, "en", NOW)
@example("9999-12-31 0001-01-01 5 years after 31.12.9999", "en", NOW)
def test_any_text_is_survived_and_spans_hold(text: str, language: str, now: datetime) -> None:
    last = 0
    for when in find(text, now=now, language=language):
        assert text[when.start : when.end] == when.quote != ""
        assert when.start >= last
        assert when.on is not None or when.at
        assert when.to is None or (when.on is not None and when.on < when.to)
        last = when.end


def test_a_very_long_text_is_survived() -> None:
    assert find("next Friday " * 10_000, now=NOW)


def test_the_capability_reads_and_writes_json() -> None:
    asked = {
        "text": "this weekend or the 8th at 5pm",
        "now": "2026-11-25T23:30:00-06:00",
        "timezone": "America/Chicago",
    }
    assert render(DATES.local(parse(asked))) == {
        "values": [
            {"quote": "this weekend", "start": 0, "end": 12, "grain": "day", "from": "2026-11-28", "to": "2026-11-29"},
            {"quote": "the 8th", "start": 16, "end": 23, "grain": "day", "value": "2026-12-08"},
            {"quote": "5pm", "start": 27, "end": 30, "grain": "time", "time": "17:00"},
        ]
    }


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({}, "text"),
        ({"text": "x", "now": "yesterday"}, "now"),
        ({"text": "x", "now": 5}, "now"),
        ({"text": "x", "timezone": "Mars/Olympus"}, "timezone"),
        ({"text": "x", "timezone": "../../etc/passwd"}, "timezone"),
        ({"text": "x", "timezone": 5}, "timezone"),
        ({"text": "x", "language": []}, "language"),
    ],
)
def test_what_cannot_be_asked_is_named(given_: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(given_)
    assert error.value.field == field
