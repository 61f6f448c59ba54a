"""Has this write been done already? A caller that repeats its Idempotency-Key gets the first answer again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enterprisehub.errors import Conflict, Invalid
from enterprisehub.tenants.api.callers import caller_of
from enterprisehub.tenants.models import IdempotentAnswer
from enterprisehub.tenants.scope import unscoped

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_FOR = timedelta(hours=24)
USABLE = re.compile(r"[\x21-\x7e]{1,200}")

P = ParamSpec("P")
V = TypeVar("V", bound=APIView)
Action = Callable[Concatenate[V, Request, P], Response]


def once(action: Action[V, P]) -> Action[V, P]:
    """Run the write in a savepoint (an error leaves nothing behind), and only once per caller and Idempotency-Key.

    Two at the same time: the second waits in Postgres for the first and then gets its answer. An error is not kept, so the
    same key may be tried again.
    """

    @wraps(action)
    def post(view: V, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        with transaction.atomic():
            if key is None:
                return action(view, request, *args, **kwargs)
            row, new = _claim(request, key)
            if not new:
                return Response(row.body, status=row.status, headers={REPLAYED: "true"})
            response = action(view, request, *args, **kwargs)
            row.status, row.body = response.status_code, json.loads(JSONRenderer().render(response.data))
            row.save(update_fields=["status", "body"])
            return response

    return post


def _claim(request: Request, key: str) -> tuple[IdempotentAnswer, bool]:
    """The row of this key, and whether the work is still to be done."""
    if not USABLE.fullmatch(key):
        raise Invalid("An Idempotency-Key has 1 to 200 visible ASCII characters.", field=HEADER)
    mine = {"caller": caller_of(request).id, "key": key}
    asked = fingerprint(request)
    try:
        with transaction.atomic():
            return IdempotentAnswer.objects.create(**mine, fingerprint=asked), True
    except IntegrityError:
        row = IdempotentAnswer.objects.select_for_update().get(**mine)
    if row.created_at < now() - KEPT_FOR:
        row.fingerprint, row.created_at = asked, now()
        row.save(update_fields=["fingerprint", "created_at"])
        return row, True
    if row.fingerprint != asked:
        raise Conflict("This Idempotency-Key belongs to another request.", field=HEADER)
    return row, False


def fingerprint(request: Request) -> str:
    """The same for the same request: method, path and body."""
    told = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def forget() -> int:
    """Take kept answers away once they are a day old; how many went."""
    with unscoped("kept answers of every tenant grow old"):
        gone: int = IdempotentAnswer.objects.filter(created_at__lt=now() - KEPT_FOR).delete()[0]
        return gone
