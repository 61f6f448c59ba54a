"""What does every endpoint do alike? JSON in and out, who calls, how often, and never a page that a browser keeps."""

from __future__ import annotations

import math
from time import perf_counter
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from enterprisehub.errors import NotFound
from enterprisehub.tenants.api.callers import (
    Caller,
    KeyAuthentication,
    MayDoThis,
    MemberAuthentication,
    Operations,
    caller_of,
)
from enterprisehub.tenants.api.fields import Json
from enterprisehub.tenants.api.pace import Pace


class AlwaysJson(BaseContentNegotiation):
    """There is one representation, whatever the caller says it would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        given = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == given), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Door(APIView):
    """One path. `operations` says per HTTP method what the caller must be allowed to do (see tenants/access.py)."""

    operations: Operations = {}
    authentication_classes = [KeyAuthentication, MemberAuthentication]
    permission_classes = [MayDoThis]
    throttle_classes = [Pace]
    parser_classes = [Json]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJson

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        self.started = perf_counter()
        return super().initialize_request(request, *args, **kwargs)

    @property
    def caller(self) -> Caller:
        return caller_of(self.request)

    @property
    def ms(self) -> float:
        """Milliseconds since this endpoint got the request, measured."""
        return round((perf_counter() - self.started) * 1000, 3)

    def given(self, takes: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
        """The checked body, or a ValidationError that names the fields."""
        form = takes(data=request.data)
        form.is_valid(raise_exception=True)
        found: dict[str, Any] = form.validated_data
        return found

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Only the `Allow` header: the schema tells the rest."""
        return Response(status=204)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        if pace := getattr(request, "pace", None):
            limit, left, reset = pace
            final["RateLimit-Limit"], final["RateLimit-Remaining"] = str(limit), str(left)
            final["RateLimit-Reset"] = str(math.ceil(reset))
        return final


class Nowhere(Door):
    """A path under /api/ that leads nowhere, told as a problem and not as a page."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is nothing at this address.")
