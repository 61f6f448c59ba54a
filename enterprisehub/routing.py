"""Which websocket path leads to which consumer?"""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, path

websockets: list[URLPattern] = []

if find_spec("coaching.consumers"):
    from coaching.consumers import CoachingConsumer

    websockets.append(path("ws/coaching/", CoachingConsumer.as_asgi()))
