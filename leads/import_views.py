"""The pages on which a file of people is brought, looked through and taken in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from enterprisehub.errors import Invalid, NotFound
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page
from leads.importing import runs as imports
from leads.importing.columns import FIELDS
from leads.importing.csvfile import DELIMITERS, MAX_BYTES, MAX_ROWS
from leads.importing.runs import Look
from leads.importing.settling import POLICIES
from leads.models import LeadImport

SHOWN_PROBLEMS = 50


@page("leads.write", "GET", "HEAD", "POST")
def bring(request: MemberRequest) -> HttpResponse:
    """GET the form and the last imports; POST `file`: it is looked through, and its page opens."""
    problem = ""
    if request.method == "POST":
        try:
            return redirect("lead-import", _brought(request).pk)
        except Invalid as error:
            problem = error.message
    context = {
        "problem": problem,
        "imports": imports.latest(request.membership),
        "megabytes": MAX_BYTES // 1_000_000,
        "rows": MAX_ROWS,
        "whole": may(request.membership.role, "leads.import"),
    }
    return render(request, "leads/import.html", context, status=400 if problem else 200)


def _brought(request: MemberRequest) -> LeadImport:
    file = request.FILES.get("file")
    if file is None or not file.name:
        raise Invalid("Choose a file.", field="file")
    if (file.size or 0) > MAX_BYTES:
        raise Invalid(
            f"The file has more than {MAX_BYTES // 1_000_000} MB. Split it and import the parts.", field="file"
        )
    return imports.bring(request.membership, file.name, file.read())


@page("leads.write", "GET", "HEAD", "POST")
def one(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """GET: what is in the file, or how far it is. POST `do` (look, start, drop, go_on), `column-<n>`, `policy`."""
    row = imports.see(request.membership, import_id)
    problem = ""
    if request.method == "POST":
        try:
            return _done(request, row)
        except Invalid as error:
            problem = error.message
    look = _look(request, row)
    context = {**_context(row, request), "look": look, "problem": problem}
    if look is not None:
        context |= {"columns": _columns(look), "fields": FIELDS, "policies": POLICIES}
    return render(request, "leads/import_one.html", context, status=400 if problem else 200)


@page("leads.write")
def progress(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """GET: how far it is, as the piece of the page that asks again; without htmx the page itself."""
    row = imports.see(request.membership, import_id)
    if not request.htmx:
        return redirect("lead-import", row.pk)
    return render(request, "leads/_import_progress.html", _context(row, request))


def _done(request: MemberRequest, row: LeadImport) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "drop":
        imports.drop(row)
        return redirect("lead-imports")
    if do == "go_on":
        imports.go_on(row)
        return redirect("lead-import", row.pk)
    if do not in ("look", "start"):
        raise Invalid("Say what is to be done with the file.", field="do")
    changed = imports.plan(row, _wanted(request), request.POST.get("policy", ""), request.membership)
    if do == "start" and changed:
        messages.warning(
            request, "You changed how the file is read: these are the new figures. Take them in if they are right."
        )
    elif do == "start":
        imports.start(row)
    return redirect("lead-import", row.pk)


def _wanted(request: MemberRequest) -> dict[int, str]:
    given = {name.removeprefix("column-"): value for name, value in request.POST.items() if name.startswith("column-")}
    return {int(number): str(value) for number, value in given.items() if number.isascii() and number.isdigit()}


def _look(request: MemberRequest, row: LeadImport) -> Look | None:
    """None when there is nothing to decide (any more)."""
    if row.state != LeadImport.State.CHECKED:
        return None
    try:
        return imports.preview(imports.see(request.membership, row.pk), request.membership)
    except NotFound:
        return None


def _columns(look: Look) -> list[dict[str, Any]]:
    """Each column of the file: its place, its head, what it is taken for, and what stands in it first."""
    first = [record.cells for record, _ in look.rows]
    return [
        {
            "number": number,
            "head": head or f"Column {number + 1}",
            "field": look.plan.columns.get(number, ""),
            "cells": [cells[number][:60] for cells in first if len(cells) > number and cells[number].strip()][:2],
        }
        for number, head in enumerate(look.sheet.header)
    ]


def _context(row: LeadImport, request: MemberRequest) -> dict[str, Any]:
    return {
        "row": row,
        "delimiters": DELIMITERS,
        "problems": row.problems[:SHOWN_PROBLEMS] if isinstance(row.problems, list) else [],
        "whole": may(request.membership.role, "leads.import"),
    }
