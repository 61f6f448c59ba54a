"""Has this write been done already? A caller that repeats its Idempotency-Key gets the first answer again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enterprisehub.errors import Invalid
from enterprisehub.tenants import answers
from enterprisehub.tenants.api.callers import caller_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
USABLE = re.compile(r"[\x21-\x7e]{1,200}")

P = ParamSpec("P")
V = TypeVar("V", bound=APIView)
Action = Callable[Concatenate[V, Request, P], Response]


def once(action: Action[V, P]) -> Action[V, P]:
    """Run the write in a savepoint (an error leaves nothing behind), and only once per caller and Idempotency-Key.

    An error is not kept, so the same key may be tried again.
    """

    @wraps(action)
    def post(view: V, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        with transaction.atomic():
            if key is None:
                return action(view, request, *args, **kwargs)
            if not USABLE.fullmatch(key):
                raise Invalid("An Idempotency-Key has 1 to 200 visible ASCII characters.", field=HEADER)
            row, new = answers.claim(caller_of(request).id, key, fingerprint(request))
            if not new:
                return Response(row.body, status=row.status, headers={REPLAYED: "true"})
            response = action(view, request, *args, **kwargs)
            body = json.loads(JSONRenderer().render(response.data))
            answers.keep(row, status=response.status_code, body=body)
            return response

    return post


def fingerprint(request: Request) -> str:
    """The same for the same request: method, path and body."""
    told = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
