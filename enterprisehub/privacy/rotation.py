"""How do sealed values get under the current key? Row by row, in batches that can be stopped and gone on with."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from enterprisehub.privacy.crypto import SUFFIX, SealBroken, is_current, seal_into, unseal_from
from enterprisehub.tenants.scope import unscoped

BATCH = 200


def sealed_fields() -> dict[type[models.Model], list[str]]:
    """Every model with sealed values, and their columns."""
    found = {
        model: [f.name for f in model._meta.concrete_fields if f.name.endswith(SUFFIX)] for model in apps.get_models()
    }
    return {model: names for model, names in found.items() if names}


def rotate() -> Iterator[tuple[str, int, int]]:
    """Seal everything anew that another key sealed; after each batch: the model, how many were, and how many cannot be.

    Rows under the current key are left alone, so a second run goes on where the first was stopped.
    """
    for model, names in sealed_fields().items():
        last = None
        while True:
            with unscoped("keys change for the sealed values of every tenant"):
                rows = list(_batch(model, last))
                outcomes = [_reseal(row, names) for row in rows]
            if not rows:
                break
            last = rows[-1].pk
            yield model._meta.label, outcomes.count(True), outcomes.count(None)


def _batch(model: type[models.Model], last: object) -> models.QuerySet[models.Model]:
    """Locked, so that nobody puts new tokens beneath our hands."""
    rows = model._default_manager.order_by("pk").select_for_update()
    return (rows.filter(pk__gt=last) if last else rows)[:BATCH]


def _reseal(row: models.Model, names: list[str]) -> bool | None:
    """Whether it was sealed anew; None when its key is gone."""
    changed = False
    try:
        for name in names:
            value = getattr(row, name)
            if value is not None and not is_current(value):
                seal_into(row, name, unseal_from(row, name))
                changed = True
    except SealBroken:
        return None
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})
    return changed
