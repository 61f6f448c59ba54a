"""Audit rows are seen by their tenant alone, and nobody changes them."""

from django.db import migrations

from enterprisehub.tenants.rls import EnableRLS

REFUSE = """
CREATE FUNCTION privacy_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit rows are only ever added'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON privacy_auditevent
FOR EACH ROW EXECUTE FUNCTION privacy_audit_is_append_only();
CREATE VIEW v_audit WITH (security_invoker = true) AS
SELECT id, tenant_id, verb, target, actor_id, via, at, request_id FROM privacy_auditevent;
"""
ALLOW = """
DROP VIEW v_audit;
DROP TRIGGER audit_append_only ON privacy_auditevent;
DROP FUNCTION privacy_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]
    operations = [EnableRLS("AuditEvent"), migrations.RunSQL(REFUSE, ALLOW)]
