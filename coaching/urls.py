"""Which paths belong to coaching?"""

from __future__ import annotations

from django.urls import path

from coaching import board_views, views

urlpatterns = [
    path("", views.live, name="live"),
    path("leads/<uuid:lead_id>/", views.lead, name="lead"),
    path("leads/<uuid:lead_id>/words/", views.words, name="words"),
    path("leads/<uuid:lead_id>/session/", views.session_start, name="session-start"),
    path("conversations/<uuid:conversation_id>/earlier/", views.earlier, name="earlier"),
    path("cards/<uuid:card_id>/feedback/", views.card_feedback, name="card-feedback"),
    path("board/", board_views.index, name="board"),
    path("board/<uuid:conversation_id>/", board_views.one, name="board-talk"),
    path("board/<uuid:conversation_id>/whisper/", board_views.whisper, name="board-whisper"),
    path("board/<uuid:conversation_id>/take/", board_views.take, name="board-take"),
    path("board/<uuid:conversation_id>/return/", board_views.give_back, name="board-return"),
    path("whispers/<uuid:whisper_id>/seen/", board_views.seen, name="whisper-seen"),
    path("sessions/", views.session_list, name="sessions"),
    path("sessions/<uuid:session_id>/", views.session_page, name="session"),
    path("sessions/<uuid:session_id>/end/", views.session_end, name="session-end"),
    path("sessions/<uuid:session_id>/feedback/", views.session_feedback, name="session-feedback"),
]
