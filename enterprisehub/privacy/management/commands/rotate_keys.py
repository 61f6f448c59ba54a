"""Seal everything under the first of ENCRYPTION_KEYS; afterwards the other keys can be taken away."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enterprisehub.privacy.audit import record
from enterprisehub.privacy.rotation import rotate
from enterprisehub.tenants.scope import unscoped


class Command(BaseCommand):
    help = "Seal every sealed value under the first of ENCRYPTION_KEYS. May be stopped and started again."

    def handle(self, *args: Any, **options: Any) -> None:
        done: Counter[str] = Counter()
        lost: Counter[str] = Counter()
        for label, changed, broken in rotate():
            done[label] += changed
            lost[label] += broken
        for label in sorted(done):
            self.stdout.write(f"{label}: {done[label]} sealed anew, {lost[label]} cannot be opened")
        with unscoped("the change of keys concerns the whole installation"):
            record("keys.rotate", "", sealed=done.total(), lost=lost.total())
        if lost.total():
            raise CommandError("Some values were sealed with a key that is not in ENCRYPTION_KEYS; nothing was lost.")
