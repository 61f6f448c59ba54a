"""Which paths belong to leads?"""

from __future__ import annotations

from django.urls import path

from leads import contact_views, crm_views, import_views, lead_views, today_views, views

urlpatterns = [
    path("leads/", views.index, name="leads"),
    path("leads/<uuid:lead_id>/facts/", lead_views.facts, name="facts"),
    path("leads/<uuid:lead_id>/history/", lead_views.history, name="lead-history"),
    path("leads/<uuid:lead_id>/move/", lead_views.move, name="lead-move"),
    path("leads/<uuid:lead_id>/agreement/", lead_views.agreement, name="lead-agreement"),
    path("highlevel/gaps/", crm_views.gaps, name="highlevel-gaps"),
    path("leads/<uuid:lead_id>/highlevel/", crm_views.records, name="lead-records"),
    path("leads/<uuid:lead_id>/contact/", contact_views.contact, name="lead-contact"),
    path("leads/<uuid:lead_id>/plan/", today_views.plan, name="lead-plan"),
    path("today/", today_views.index, name="today"),
    path("today/<uuid:action_id>/", today_views.one, name="action"),
    path("today/<uuid:action_id>/approve/", today_views.approve, name="action-approve"),
    path("today/<uuid:action_id>/edit/", today_views.edit, name="action-edit"),
    path("today/<uuid:action_id>/snooze/", today_views.snooze, name="action-snooze"),
    path("today/<uuid:action_id>/complete/", today_views.complete, name="action-complete"),
    path("today/<uuid:action_id>/dismiss/", today_views.dismiss, name="action-dismiss"),
    path("leads/actions/", views.act, name="lead-actions"),
    path("leads/filters/", views.filter_save, name="lead-filters"),
    path("leads/filters/<uuid:filter_id>/delete/", views.filter_drop, name="lead-filter-delete"),
    path("leads/import/", import_views.bring, name="lead-imports"),
    path("leads/import/<uuid:import_id>/", import_views.one, name="lead-import"),
    path("leads/import/<uuid:import_id>/progress/", import_views.progress, name="lead-import-progress"),
    path("conversations/new/", views.begin, name="begin"),
]
