"""Postgres hides the rows of other tenants in this app's tables."""

from django.db import migrations

from enterprisehub.tenants.rls import EnableRLS


class Migration(migrations.Migration):
    dependencies = [("engines", "0001_initial")]
    operations = [EnableRLS("EngineCall")]
