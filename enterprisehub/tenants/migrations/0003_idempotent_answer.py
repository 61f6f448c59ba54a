"""What a write was answered with, kept per caller and Idempotency-Key; hidden from other tenants like every row."""

import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

from enterprisehub.tenants.rls import EnableRLS


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_rls")]
    operations = [
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("caller", models.UUIDField()),
                ("key", models.CharField(max_length=200)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("body", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="answer_by_age")],
                "constraints": [models.UniqueConstraint(fields=("tenant", "caller", "key"), name="one_answer_per_key")],
            },
        ),
        EnableRLS("IdempotentAnswer"),
    ]
