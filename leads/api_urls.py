"""Which API path leads to which endpoint of leads?"""

from __future__ import annotations

from django.urls import path

from leads import api, api_actions, api_consents, api_qualification, api_semantic

urlpatterns = [
    path("semantic/intent", api_semantic.Intent.as_view(), name="api_intent"),
    path("semantic/preferences", api_semantic.Preferences.as_view(), name="api_preferences"),
    path("semantic/qualification", api_semantic.QualificationOf.as_view(), name="api_qualification"),
    path("semantic/questions", api_semantic.Questions.as_view(), name="api_questions"),
    path("qualification/start", api_qualification.Start.as_view(), name="api_flow_start"),
    path("qualification/<str:flow_id>", api_qualification.OneFlow.as_view(), name="api_flow"),
    path("qualification/<str:flow_id>/responses", api_qualification.Responses.as_view(), name="api_flow_responses"),
    path("qualification/<str:flow_id>/end", api_qualification.EndOf.as_view(), name="api_flow_end"),
    path("actions/plan", api_actions.PlanOf.as_view(), name="api_plan"),
    path("actions/urgency", api_actions.UrgencyOf.as_view(), name="api_urgency"),
    path("actions/follow-up", api_actions.FollowUpOf.as_view(), name="api_follow_up"),
    path("actions", api_actions.Actions.as_view(), name="api_actions"),
    path("actions/<str:action_id>", api_actions.OneAction.as_view(), name="api_action"),
    path("actions/<str:action_id>/approve", api_actions.Approve.as_view(), name="api_action_approve"),
    path("actions/<str:action_id>/snooze", api_actions.Snooze.as_view(), name="api_action_snooze"),
    path("actions/<str:action_id>/complete", api_actions.Complete.as_view(), name="api_action_complete"),
    path("actions/<str:action_id>/dismiss", api_actions.Dismiss.as_view(), name="api_action_dismiss"),
    path("leads", api.Leads.as_view(), name="api_leads"),
    path("leads/", api.Leads.as_view(schema=None), name="api_leads_slash"),
    path("leads/<str:lead_id>", api.OneLead.as_view(), name="api_lead"),
    path("leads/<str:lead_id>/may-contact", api_consents.MayContact.as_view(), name="api_lead_may_contact"),
    path("leads/<str:lead_id>/consents", api_consents.Consents.as_view(), name="api_lead_consents"),
    path("leads/<str:lead_id>/opt-out", api_consents.OptOut.as_view(), name="api_lead_opt_out"),
    path("leads/<str:lead_id>/facts", api.LeadFacts.as_view(), name="api_lead_facts"),
    path("leads/<str:lead_id>/score", api.LeadScore.as_view(), name="api_lead_score"),
]
