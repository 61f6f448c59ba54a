"""Which API path leads to which coaching endpoint?"""

from __future__ import annotations

from django.urls import path

from coaching import api

urlpatterns = [
    path("coaching/real-time", api.RealTime.as_view()),
    path("coaching/objections", api.Objections.as_view()),
    path("coaching/next-question", api.NextQuestion.as_view()),
    path("coaching/sessions", api.Sessions.as_view()),
    path("coaching/sessions/<uuid:session_id>/end", api.SessionEnd.as_view()),
    path("coaching/feedback", api.FeedbackGiven.as_view()),
    path("coaching/tickets", api.Tickets.as_view()),
]
