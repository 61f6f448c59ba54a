"""What does an agent tell us when a conversation begins?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from leads.models import Medium, Side
from leads.services import NewLead

LANGUAGES = (("", "From their words"), ("en", "English"), ("es", "Spanish"))


class Price(forms.DecimalField):
    """An amount as people type it: $485,000 is 485000."""

    def to_python(self, value: object) -> Any:
        return super().to_python(value.replace(",", "").replace("$", "").strip() if isinstance(value, str) else value)


class BeginForm(forms.Form):
    """A new prospect and the conversation with them; only the name is needed."""

    name = forms.CharField(
        max_length=120, label="Name of the prospect", widget=forms.TextInput({"autocomplete": "off"})
    )
    medium = forms.ChoiceField(choices=Medium.choices, label="Spoken over")
    side = forms.ChoiceField(choices=Side.choices, label="They come as a")
    listing = forms.CharField(
        max_length=160,
        required=False,
        label="Property talked about",
        help_text="An address or a short name, if there is one.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    listing_price = Price(
        required=False,
        min_value=Decimal(1),
        max_digits=12,
        decimal_places=2,
        label="Its price in dollars",
        help_text="Tells a low offer from any number.",
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(choices=LANGUAGES, required=False, label="Their language")

    def lead(self) -> NewLead:
        """What was entered, as the service takes it; only after is_valid()."""
        known = self.cleaned_data
        return NewLead(
            name=known["name"],
            medium=known["medium"],
            side=known["side"],
            listing=known["listing"],
            listing_price=known["listing_price"],
            language=known["language"],
        )
