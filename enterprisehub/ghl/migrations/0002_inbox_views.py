"""What operators look at: both boxes without a word of what was said, dead letters found without reading the rest."""

from django.db import migrations, models

VIEWS = """
CREATE VIEW v_inbox WITH (security_invoker = true) AS
SELECT id, tenant_id, source, external_id, type, state, reason, attempts, occurred_at, received_at, next_at, processed_at
FROM ghl_inboundevent;
CREATE VIEW v_outbox WITH (security_invoker = true) AS
SELECT id, tenant_id, operation, key AS external_id, state, reason, attempts, created_at, next_at, begun_at, done_at
FROM ghl_outboundcall;
"""
NO_VIEWS = """
DROP VIEW v_outbox;
DROP VIEW v_inbox;
"""


class Migration(migrations.Migration):
    dependencies = [("ghl", "0001_initial")]
    operations = [
        migrations.AddField("unmappedevent", "subject", models.CharField(blank=True, max_length=64, default=""), False),
        migrations.AddIndex(
            "inboundevent",
            models.Index(condition=models.Q(("state", "dead")), fields=["tenant"], name="inbound_dead"),
        ),
        migrations.AddIndex(
            "outboundcall",
            models.Index(condition=models.Q(("state", "dead")), fields=["tenant"], name="outbound_dead"),
        ),
        migrations.RunSQL(VIEWS, NO_VIEWS),
    ]
