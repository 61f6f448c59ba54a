"""How does a brokerage come to be that is joined to the sandbox? A child of the sweep: `python -m tests.load.brokerage LOCATION TOKEN`."""

from __future__ import annotations

import os
import sys
from typing import Final

ANSWER: Final = "Thank you for asking: "  # so it answers every message, with the words that it answers


def main(location: str, token: str) -> None:
    from enterprisehub.ghl.models import Connection, Kind
    from enterprisehub.privacy.crypto import seal_into
    from enterprisehub.tenants.access import Role
    from enterprisehub.tenants.models import Agent, Membership, Tenant, User
    from enterprisehub.tenants.scope import scope, unscoped
    from tests.leads.reach import OPEN

    with unscoped("a brokerage begins"):
        tenant = Tenant.objects.create(name=location, slug=location, location_id=location, settings=OPEN)
    user = User.objects.create_user(f"agent@{location}.example", "a long sentence for the tests", name="Alice")
    with scope(tenant.pk):
        Membership.objects.create(user=user, role=Role.OWNER)
        Agent.objects.create(user=user, display_name="Alice", languages=["en"])
        connection = Connection(kind=Kind.PIT, location_id=location)
        connection.claim()
        seal_into(connection, "access_sealed", token)
        connection.save()
    print(tenant.pk)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")
    django.setup()
    main(sys.argv[1], sys.argv[2])
