"""How do shares and probabilities read on a page?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from leads.models import Overlay, SlotFact, Stage
from leads.values import shown, title

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """0.347 is 35 %."""
    return "" if share is None else f"{share * 100:.0f} %"


@register.filter
def hundred(share: float | None) -> str:
    """0.347 is 34.7, as drawings want it."""
    return f"{(share or 0) * 100:.1f}"


@register.filter
def hundredths(share: float) -> str:
    return f"{share:.2f}"


@register.filter
def stage_name(stage: str) -> str:
    """engaged is Engaged."""
    return dict(Stage.choices).get(stage, stage)


@register.filter
def fact_title(fact: SlotFact) -> str:
    """decision_makers is Decision makers."""
    return title(fact.name)


@register.filter
def fact_shown(fact: SlotFact) -> str:
    """A fact's value as a person reads it: 2027-01-31 is Jan 31, 2027."""
    return shown(fact.name, fact.value, fact.unit)


@register.filter
def overlay_name(overlay: str) -> str:
    """other_agent is With another agent; "" when nothing lies over the stage."""
    return "" if overlay == Overlay.NONE else dict(Overlay.choices).get(overlay, overlay)


@register.filter
def span_of(score: Mapping[str, Any]) -> str:
    """The width of a score's interval, in hundredths."""
    return hundred((score.get("high") or 0) - (score.get("low") or 0))
