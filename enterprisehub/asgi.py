"""What answers a request or a socket? Django for HTTP, Channels for websockets, behind one front."""

from __future__ import annotations

import gc
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # loads the apps; the routing table needs them

from enterprisehub.capabilities import warm  # noqa: E402
from enterprisehub.ghl.door import Door  # noqa: E402
from enterprisehub.ghl.figures import Look  # noqa: E402
from enterprisehub.ops.front import Front  # noqa: E402
from enterprisehub.routing import everything  # noqa: E402

# A socket's origin and login are looked at by its own door (realtime/door.py): once, and not on Channels' single thread.
# HighLevel's events are kept and answered in front of Django (ghl/door.py): a request through it costs ten times as much.
application = Front(Door(ProtocolTypeRouter({"http": pages, "websocket": URLRouter(everything)})), Look())

warm()

# A card passes from a thread to the event loop and back: five milliseconds per change, Python's own, would be most of its time.
sys.setswitchinterval(0.0005)
# What was loaded up to here stays for good: the collector need not look through it again and again.
gc.collect()
gc.freeze()
