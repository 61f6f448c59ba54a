"""How does a test get a row of every model without knowing the models? It reads their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now

from enterprisehub.tenants.models import Tenant, User
from enterprisehub.tenants.scope import scope, unscoped

_number = count(1)
Known = dict[tuple[UUID, type[models.Model]], UUID]


@dataclass
class Everything:
    """Two tenants with a row of each model; `ids[tenant id, model]` is the row's id."""

    oakwood: Tenant
    elm: Tenant
    canaries: dict[UUID, str] = field(default_factory=dict)
    ids: Known = field(default_factory=dict)

    @classmethod
    def fill(cls, wanted: list[type[models.Model]]) -> Everything:
        with unscoped("the test makes two tenants"):
            pair = [Tenant.objects.create(name=f"{slug} canary", slug=slug) for slug in ("oakwood", "elm")]
        made = cls(*pair)
        for tenant in pair:
            made.canaries[tenant.pk] = f"canary-{uuid4().hex}"
            with scope(tenant.pk):
                for model in wanted:
                    made.row(model, tenant)
        return made

    def row(self, model: type[models.Model], tenant: Tenant, known: Known | None = None) -> UUID:
        """The tenant's row of this model, made (with everything it needs) if there is none yet."""
        known = self.ids if known is None else known
        if (tenant.pk, model) not in known:
            values = {f.name: self.value(f, tenant, known) for f in model._meta.concrete_fields if _needed(f)}
            row = model(**values)
            row.save(force_insert=True)
            known[tenant.pk, model] = row.pk
        return known[tenant.pk, model]

    def another(self, model: type[models.Model], tenant: Tenant) -> UUID:
        """One more row of this model, to which nothing points yet."""
        with scope(tenant.pk):
            return self.row(model, tenant, {})

    def value(self, field_: models.Field[Any, Any], tenant: Tenant, known: Known) -> Any:
        if isinstance(field_, models.ForeignKey):
            target = field_.related_model
            if target is Tenant:
                return tenant
            if target is User:
                return User.objects.create_user(f"p{next(_number)}@{tenant.slug}.example")
            return target._base_manager.get(pk=self.row(target, tenant, known))
        if field_.choices:
            return field_.flatchoices[0][0]
        return _plain(field_, self.canaries[tenant.pk])


def _needed(field_: models.Field[Any, Any]) -> bool:
    """Every pointer but the self-evident, every text, and whatever has no default."""
    if field_.primary_key or field_.generated:
        return False
    if isinstance(field_, models.ForeignKey | models.CharField | models.TextField):
        return True
    return not field_.has_default() and not field_.null


def _plain(field_: models.Field[Any, Any], canary: str) -> Any:
    """A value that fits; texts hold the tenant's canary, cut where the column is short."""
    if isinstance(field_, models.CharField | models.TextField):
        text = f"{next(_number)}-{canary}"
        return text[: field_.max_length] if field_.max_length else text
    plain: list[tuple[Any, Any]] = [
        (ArrayField, []),
        (models.JSONField, {"canary": canary}),
        (models.DateTimeField, now()),
        (models.DateField, date(2026, 1, 1)),
        (models.DecimalField, Decimal(1)),
        (models.BooleanField, False),
        (models.FloatField, 1.0),
        (models.IntegerField, next(_number)),
        (models.UUIDField, uuid4()),
        (models.GenericIPAddressField, "127.0.0.1"),
        (models.BinaryField, canary.encode()),
        (models.DurationField, datetime.max - datetime.max),
    ]
    return next(value for kind, value in plain if isinstance(field_, kind))


def a_row_of(model: type[models.Model], filled: Everything, tenant: Tenant) -> bool:
    """Whether the tenant's row can be seen with plain SQL's eyes here."""
    return model._base_manager.filter(pk=filled.ids[tenant.pk, model]).exists()
