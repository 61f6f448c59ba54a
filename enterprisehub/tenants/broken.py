"""What is answered when something broke that nobody foresaw, or the database is away? A problem, a sentence or a page."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from rest_framework.exceptions import APIException

from enterprisehub.ops import away
from enterprisehub.tenants.api.problems import CONTENT_TYPE, Away, problem
from enterprisehub.tenants.middleware import API_PREFIX

BROKEN = "Something broke on our side. Try again in a moment."


def answer(request: HttpRequest) -> HttpResponse:
    """Django's door for what no other door has caught; it touches neither the session nor the database."""
    gone = away.is_away(sys.exc_info()[1])
    response = _told(request, Away() if gone else APIException())
    response["Cache-Control"] = "no-store"
    if gone:
        response["Retry-After"] = str(away.RETRY_AFTER)
    return response


def _told(request: HttpRequest, error: APIException) -> HttpResponse:
    status = error.status_code
    if request.path.startswith(API_PREFIX):
        return JsonResponse(problem(error), status=status, content_type=CONTENT_TYPE)
    if request.headers.get("HX-Request"):
        sentence = away.SENTENCE if status == Away.status_code else BROKEN
        return HttpResponse(render_to_string("_problem.html", {"sentence": sentence}), status=status)
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
