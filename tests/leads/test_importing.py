"""Is a file read as what it is, whatever program wrote it, and does every row that cannot be taken in say why?"""

from __future__ import annotations

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from enterprisehub.tenants.models import Vertical
from leads.importing import columns, csvfile
from leads.importing import rows as importing
from leads.importing.rows import Person, Problem, neutral, person
from leads.models import Side, Stage

HEAD = "Name,Email,Phone,Stage"
HERE = {0: "name", 1: "email", 2: "phone", 3: "stage"}


def rows(text: str | bytes) -> list[csvfile.Record]:
    return list(csvfile.records(csvfile.read(text.encode() if isinstance(text, str) else text)))


def one(line: str, head: str = HEAD) -> Person | list[Problem]:
    sheet = csvfile.read(f"{head}\n{line}\n".encode())
    (record,) = csvfile.records(sheet)
    return person(record, sheet.header, columns.guess(sheet.header))


def problems(line: str, head: str = HEAD) -> list[tuple[str, str]]:
    found = one(line, head)
    assert isinstance(found, list), found
    return [(problem.column, problem.problem) for problem in found]


def values(line: str, head: str = HEAD) -> dict[str, str]:
    found = one(line, head)
    assert isinstance(found, Person), found
    return found.values


# --- The file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_letters_and_delimiter_are_recognised(encoding: str, delimiter: str) -> None:
    content = f"Name{delimiter}Email\r\nJosé Núñez{delimiter}jose@mail.example\r\n".encode(encoding)
    sheet = csvfile.read(content)
    assert (sheet.encoding, sheet.delimiter, sheet.header) == (encoding, delimiter, ("Name", "Email"))
    assert [record.cells for record in csvfile.records(sheet)] == [("José Núñez", "jose@mail.example")]


def test_commas_in_words_do_not_make_a_semicolon_file_one_of_commas() -> None:
    sheet = csvfile.read(b"Name;Note\nPat Doe;likes it, a lot, really\nKim;yes, no, perhaps, later\n")
    assert sheet.delimiter == ";"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,,\n,,,\n", "name the columns"),
        (b"PK\x03\x04rest of a workbook", "Save it as CSV"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "not a file of text"),
        (b"\xff\xfeN\x00a\x00m\x00e\x00\x00\xd8", "utf-16"),
        (b"x" * (csvfile.MAX_BYTES + 1), "10 MB"),
        (",".join("abcdefghij" * 11).encode(), "100 columns"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        csvfile.read(content)
    assert refused.value.field == "file"


def test_the_row_after_the_last_that_is_allowed_is_too_many() -> None:
    enough = "Name\n" + "Pat\n" * csvfile.MAX_ROWS
    assert len(rows(enough)) == csvfile.MAX_ROWS
    with pytest.raises(Invalid, match="50,000 rows"):
        rows(enough + "One more\n")


def test_rows_are_numbered_as_a_spreadsheet_does_and_blank_ones_are_no_rows() -> None:
    assert [record.number for record in rows('Name,Note\nPat,"two\nlines"\n\n,\nKim,x\n')] == [2, 5]


def test_a_row_with_more_cells_than_columns_is_refused_and_a_shorter_one_is_not() -> None:
    ragged = rows("Name,Email\nPat,pat@mail.example,what is this\nKim\nLee,lee@mail.example,,\n")
    assert ["more cells" in record.problem for record in ragged] == [True, False, False]


def test_a_cell_as_large_as_a_book_spoils_its_own_row_only() -> None:
    read = rows("Name,Note\nPat," + "x" * 1_000_000 + "\nKim,short\n")
    assert "cannot be read" in read[0].problem
    assert read[1].cells == ("Kim", "short")


def test_a_missing_quotation_mark_is_noticed() -> None:
    found = rows('Name,Email\n"Pat,pat@mail.example\nKim,kim@mail.example\n')
    said = [person(record, ("Name", "Email"), {0: "name", 1: "email"}) for record in found]
    assert all(isinstance(one, list) and "quotation mark" in one[0].problem for one in said)


def test_empty_letters_are_left_out() -> None:
    assert rows(b"Name\nPa\x00t\n")[0].cells == ("Pat",)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_and_nothing_else(content: bytes) -> None:
    with suppress(Invalid):
        sheet = csvfile.read(content)
        for record in csvfile.records(sheet):
            assert person(record, sheet.header, columns.guess(sheet.header, [record.cells]))


# --- The columns


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("Full Name", "name"),
        ("E-Mail Address", "email"),
        ("MOBILE PHONE", "phone"),
        ("Teléfono", "phone"),
        ("Prénom", "first_name"),
        ("Nachname", "last_name"),
        ("Lead Source", "source"),
        ("Time zone", "timezone"),
        ("Agent's e-mail", "agent_email"),
        ("Notes", ""),
        ("", ""),
    ],
)
def test_a_column_tells_by_its_head_what_it_holds(head: str, field: str) -> None:
    assert columns.guess([head]).get(0, "") == field


def test_the_first_of_two_columns_of_one_name_is_taken() -> None:
    assert columns.guess(["Email", "Name", "Email"]) == {0: "email", 1: "name"}


def test_a_whole_name_beside_its_parts_leaves_the_parts_out() -> None:
    assert columns.guess(["First name", "Last name", "Full name"]) == {2: "name"}


def test_addresses_and_numbers_are_found_under_any_head() -> None:
    under = [("a@mail.example", "305 555 0100", "hello"), ("b@mail.example", "+1 305 555 0101", "there")]
    assert columns.guess(["A", "B", "C"], under) == {0: "email", 1: "phone"}


def test_an_agents_name_is_no_address() -> None:
    assert columns.guess(["Name", "Agent"], [("Pat", "Bob"), ("Kim", "Alice")]) == {0: "name"}
    assert columns.guess(["Name", "Agent"], [("Pat", "bob@oak.example")]) == {0: "name", 1: "agent_email"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({0: "name", 1: "name"}, "Two columns"),
        ({0: "stage"}, "which column"),
        ({}, "which column"),
        ({0: "password"}, "there is not"),
        ({9: "name"}, "there is not"),
    ],
)
def test_a_choice_of_columns_that_makes_no_sense_is_refused(wanted: dict[int, str], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        columns.chosen(wanted, 3)


# --- One row


def test_a_row_is_read_into_our_own_words() -> None:
    line = "  Pat   Doe ,PAT@Mail.Example,(305) 555-0100,Under Contract"
    assert values(line) == {
        "name": "Pat Doe", "email": "pat@mail.example", "phone": "+13055550100", "stage": "under_contract",
    }  # fmt: skip


def test_first_and_last_name_become_one() -> None:
    assert values("Pat,Doe", "First name,Last name") == {"name": "Pat Doe"}
    assert values(",Doe", "First name,Last name") == {"name": "Doe"}


@pytest.mark.parametrize("nothing", ["", "N/A", "n/a", "-", "none", "NULL", "unknown"])
def test_what_people_write_for_nothing_is_nothing(nothing: str) -> None:
    assert values(f"Pat,{nothing},{nothing},{nothing}") == {"name": "Pat"}


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("Pat,not an address,,", "Email", "not an e-mail address"),
        ("Pat,pat@localhost,,", "Email", "not an e-mail address"),
        ("Pat,pat@@mail.example,,", "Email", "not an e-mail address"),
        ("Pat,,call me,", "Phone", "not a phone number"),
        ("Pat,,12,", "Phone", "too few or too many"),
        ("Pat,,,Somewhere", "Stage", "no stage of this name"),
        ("x" * 121 + ",,,", "Name", "at most 120"),
        ("x" * 2_001 + ",,,", "Name", "far too long"),
        (",,,New", "", "no name, e-mail address"),
    ],
)
def test_a_row_that_cannot_be_taken_in_says_why_and_in_which_column(line: str, column: str, said: str) -> None:
    ((where, why),) = problems(line)
    assert where == column
    assert said in why


def test_every_problem_of_a_row_is_told_and_none_of_its_words() -> None:
    told = problems("Pat,secret@@mail,secret,secret")
    assert [column for column, _ in told] == ["Email", "Phone", "Stage"]
    assert "secret" not in str(told)


@pytest.mark.parametrize("name", ["محمد علي", "李小龙", "Zoë 🏡", "O'Brien", "Nuñez-Ångström"])
def test_names_of_any_script_stay_as_they_are(name: str) -> None:
    assert values(f"{name},,,") == {"name": name}


def test_numbers_of_another_country_are_read_in_it() -> None:
    sheet = csvfile.read(b"Phone\n030 123456\n")
    (record,) = csvfile.records(sheet)
    found = person(record, sheet.header, {0: "phone"}, "DE")
    assert isinstance(found, Person)
    assert found.values == {"phone": "+4930123456"}


@pytest.mark.parametrize(("said", "code"), [("English", "en"), ("español", "es"), ("pt-BR", "pt"), ("Deutsch", "de")])
def test_a_language_is_known_by_name_and_by_code(said: str, code: str) -> None:
    assert values(f"Pat,{said}", "Name,Language") == {"name": "Pat", "language": code}


def test_a_time_zone_is_known_however_it_is_written() -> None:
    assert values("Pat,america/new york", "Name,Time zone")["timezone"] == "America/New_York"
    assert problems("Pat,EST5 something", "Name,Time zone")[0][0] == "Time zone"


@pytest.mark.parametrize(("field", "choices"), [("stage", Stage), ("side", Side), ("vertical", Vertical)])
def test_what_an_export_writes_an_import_reads(field: str, choices: type[Stage | Side | Vertical]) -> None:
    for value, label in choices.choices:
        for said in (value, str(label)):
            assert values(f'Pat,"{said}"', f"Name,{field}") == {"name": "Pat", field: value}


# --- What leaves


@pytest.mark.parametrize("cell", ["=1+1", "+13055550100", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_calculates_nothing_of_ours(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40))
def test_a_name_that_leaves_comes_back_as_it_was(name: str) -> None:
    plain = " ".join(name.split())
    if not plain or plain.startswith("'") or plain.lower() in importing._NOTHING:
        return
    out = io.StringIO(newline="")
    csv.writer(out).writerow([neutral(plain)])
    assert values(out.getvalue().strip("\r\n"), "Name") == {"name": plain}
