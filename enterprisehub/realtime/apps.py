"""The realtime app: watches for the moments at which somebody's right to listen may have ended."""

from typing import Any

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "enterprisehub.realtime"
    label = "realtime"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out
        from django.db.models.signals import post_save

        from enterprisehub.realtime import push
        from enterprisehub.tenants.models import Agent, ApiKey, Membership, User

        # Only a hint, so that nothing more is told from this moment on: the sockets' own look every few seconds is the rule.
        def signed_out(user: Any = None, **_: Any) -> None:
            if user is not None:
                push.recheck(user.pk)

        def changed(instance: Any, created: bool, **_: Any) -> None:
            if not created:
                push.recheck(instance.user_id if isinstance(instance, Membership) else instance.pk)

        user_logged_out.connect(signed_out, weak=False, dispatch_uid="realtime.signed_out")
        for model in (User, Membership, Agent, ApiKey):
            post_save.connect(changed, sender=model, weak=False, dispatch_uid=f"realtime.{model.__name__}")
