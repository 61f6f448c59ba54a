"""How does an error look to a program? One shape for all of them: application/problem+json (RFC 9457)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from enterprisehub import errors
from enterprisehub.ops import away
from enterprisehub.ops.logs import request_id

CONTENT_TYPE = "application/problem+json"
STATUS: dict[type[errors.HubError], int] = {
    errors.Invalid: status.HTTP_400_BAD_REQUEST,
    errors.NotAllowed: status.HTTP_403_FORBIDDEN,
    errors.NotFound: status.HTTP_404_NOT_FOUND,
    errors.Conflict: status.HTTP_409_CONFLICT,
    errors.TooMany: status.HTTP_429_TOO_MANY_REQUESTS,
    errors.EngineDown: status.HTTP_503_SERVICE_UNAVAILABLE,
}


class Fault(serializers.Serializer[Any]):
    """One field that cannot be read as what it should be."""

    field = serializers.CharField(help_text="Dotted path into the body; empty for the body as a whole.")
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error (RFC 9457). `code` is stable; `detail` is a sentence for people; `request_id` finds it in the logs."""

    type = serializers.CharField(help_text="`urn:enterprisehub:problem:<code>`")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    errors = Fault(many=True, help_text="The fields at fault; empty when none is.")  # type: ignore[assignment]  # DRF takes declared fields out of the class


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "too_large"


class Away(exceptions.APIException):
    """The database cannot be reached; known, and no fault of the code."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = away.SENTENCE
    default_code = "unavailable"
    wait = away.RETRY_AFTER
    field = ""


class _Raised(exceptions.APIException):
    """What a service raised, as an HTTP error."""

    def __init__(self, error: errors.HubError) -> None:
        super().__init__(error.message, code=error.code)
        self.status_code = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        self.field = error.field
        if self.status_code in (429, 503):
            self.wait = 1


class Handler(ExceptionHandler):
    """Maps whatever was raised to a problem; what nobody foresaw becomes a 500 that tells nothing but its request id."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, errors.HubError):
            return _Raised(exc)
        if away.is_away(exc):
            return Away()
        known: Exception = super().convert_known_exceptions(exc)
        return known

    def format_exception(self, exc: exceptions.APIException) -> dict[str, Any]:
        return problem(exc)

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        return Response(data, status=exc.status_code, headers=self.get_headers(exc), content_type=CONTENT_TYPE)

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        if not isinstance(exc, _Raised | Away):  # an engine that is down is known; it is no fault of the code
            super().report_exception(exc, response)

    def get_headers(self, exc: exceptions.APIException) -> dict[str, str]:
        headers: dict[str, str] = super().get_headers(exc)
        if wait := getattr(exc, "wait", None):
            headers["Retry-After"] = str(math.ceil(wait))
        return headers


def handle(error: Exception, context: ExceptionHandlerContext) -> Response | None:
    """Django REST framework's door for exceptions."""
    response: Response | None = Handler(error, context).run()
    return response


def problem(exc: exceptions.APIException) -> dict[str, Any]:
    """The body of the answer to this error."""
    if isinstance(exc, exceptions.ValidationError):
        faults = list(_faults(exc.detail))
        code, detail = (
            "invalid",
            "; ".join(dict.fromkeys(f"{f['field'] or 'body'}: {f['detail']}" for f in faults))[:500],
        )
    elif exc.status_code >= 500 and not isinstance(exc, _Raised | Away):
        faults, code, detail = (
            [],
            "server_error",
            "Something went wrong on our side. The request id finds it in the logs.",
        )
    else:
        detail, code = str(exc.detail), str(exc.get_codes())
        named = getattr(exc, "field", "")
        faults = [{"field": named, "code": code, "detail": detail}] if named else []
    return {
        "type": f"urn:enterprisehub:problem:{code}",
        "title": HTTPStatus(exc.status_code).phrase,
        "status": exc.status_code,
        "code": code,
        "detail": detail,
        "request_id": request_id(),
        "errors": faults,
    }


def _faults(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Validation errors as a flat list: nested names become dotted paths."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            plain = name == "non_field_errors"
            yield from _faults(inner, path if plain else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            # A list of sentences is about `path` itself; a list of lists or mappings is about its members.
            nested = isinstance(inner, dict | list)
            yield from _faults(inner, f"{path}.{place}" if nested else path)
    else:
        yield {"field": path, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}
