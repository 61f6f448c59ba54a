"""The privacy app; it keeps the audit trail for the tenants app below it."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "enterprisehub.privacy"
    label = "privacy"

    def ready(self) -> None:
        from enterprisehub.privacy import audit  # models must be loaded first
        from enterprisehub.tenants import trail

        trail.kept_by(audit.keep)
