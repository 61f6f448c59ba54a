"""Which API path leads to which coaching endpoint?"""

from __future__ import annotations

from django.urls import path

from coaching import api, api_fairhousing

urlpatterns = [
    path("coaching/real-time", api.RealTime.as_view(), name="api_real_time"),
    path("coaching/objections", api.Objections.as_view(), name="api_objections"),
    path("coaching/fair-housing", api_fairhousing.FairHousing.as_view(), name="api_fair_housing"),
    path("coaching/next-question", api.NextQuestion.as_view(), name="api_next_question"),
    path("coaching/sessions", api.Sessions.as_view(), name="api_sessions"),
    path("coaching/sessions/<str:session_id>", api.OneSession.as_view(), name="api_session"),
    path("coaching/sessions/<str:session_id>/end", api.SessionEnd.as_view(), name="api_session_end"),
    path("coaching/feedback", api.FeedbackGiven.as_view(), name="api_feedback"),
    path("coaching/tickets", api.Tickets.as_view(), name="api_tickets"),
]
