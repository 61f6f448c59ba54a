"""What answers a request or a socket? Django for HTTP, Channels for websockets, behind one front."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # loads the apps; the routing table needs them

from enterprisehub.ops.front import Front  # noqa: E402
from enterprisehub.routing import websockets  # noqa: E402

application = Front(
    ProtocolTypeRouter(
        {"http": pages, "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websockets)))}
    )
)
