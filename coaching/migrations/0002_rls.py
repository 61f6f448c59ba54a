"""Postgres hides the rows of other tenants in this app's tables."""

from django.db import migrations

from enterprisehub.tenants.rls import EnableRLS


class Migration(migrations.Migration):
    dependencies = [("coaching", "0001_initial")]
    operations = [
        EnableRLS("Session"),
        EnableRLS("Suggestion"),
        EnableRLS("Feedback"),
        EnableRLS("Improvement"),
        EnableRLS("Playbook"),
        EnableRLS("PlaybookVersion"),
    ]
