"""What did the writer of an e-mail say themselves?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprisehub.ghl.mail import words_of

GMAIL = (
    '<div dir="ltr">Yes, Saturday at 10 works.<br>See you then</div><br>'
    '<div class="gmail_quote"><div>On Mon, Nov 3 Maya wrote:</div><blockquote>Could you do Saturday?</blockquote></div>'
)
OUTLOOK = (
    "<html><head><style>p{color:red}</style></head><body><p>Is the HOA fee monthly?</p>"
    '<div id="divRplyFwdMsg"><b>From:</b> Maya<br><b>Sent:</b> Monday</div><p>On Mon, Nov 3, 2025 Maya wrote:</p></body></html>'
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Just words.", "Just words."),
        ("We want under 500k < 3 miles > downtown", "We want under 500k < 3 miles > downtown"),
        (GMAIL, "Yes, Saturday at 10 works.\nSee you then"),
        (OUTLOOK, "Is the HOA fee monthly?"),
        ("<p>One&nbsp;two</p>three<script>alert(1)</script>", "One two\nthree"),
        ("Yes.\n\nOn Mon, Nov 3, 2025 at 4:12 PM Maya <m@h.example> wrote:\n> Saturday?", "Yes."),
        ("Yes.\n\nOn Mon, Nov 3, 2025 at 4:12 PM Maya Harbor\n<m@h.example> wrote:\n> Saturday?", "Yes."),
        (
            "Sí, me interesa.\n\nEl lun, 3 nov 2025 a las 16:12, Maya (<m@h.example>) escribió:\n> ¿Sábado?",
            "Sí, me interesa.",
        ),
        ("Sounds good\n\n-----Original Message-----\nFrom: Maya", "Sounds good"),
        ("Sounds good\n\nFrom: Maya <m@h.example>\nSent: Monday\nTo: me\nold words", "Sounds good"),
        ("Sounds good\nSent from my iPhone", "Sounds good"),
        ("Sounds good\n-- \nAna Ruiz\n555-0100", "Sounds good"),
        ("", ""),
        ("<div></div>", ""),
    ],
)
def test_only_their_own_words_are_left(body: str, words: str) -> None:
    assert words_of(body) == words


def test_who_only_quotes_is_not_made_silent() -> None:
    assert words_of("> all of it is quoted") == "> all of it is quoted"


def test_words_that_begin_like_an_answer_are_kept() -> None:
    kept = "On Saturday we could look at it.\nFrom Monday on we are away.\nDe nada, gracias."
    assert words_of(kept) == kept


@given(st.text(alphabet="<>/div pOnwrote:\n>\x00\ud7ff&;-_", max_size=3_000))
@settings(max_examples=150, deadline=None)
def test_whatever_is_sent_gives_words(body: str) -> None:
    assert isinstance(words_of(body), str)
