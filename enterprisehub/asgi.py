"""What answers a request or a socket? Django for HTTP, Channels for websockets, behind one front."""

from __future__ import annotations

import gc
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # loads the apps; the routing table needs them

from coaching.suggestions import COACH, CoachQuestion  # noqa: E402
from enterprisehub.capabilities import CAPABILITIES  # noqa: E402
from enterprisehub.ops.front import Front  # noqa: E402
from enterprisehub.routing import everything  # noqa: E402

# A socket's origin and login are looked at by its own door (realtime/door.py): once, and not on Channels' single thread.
application = Front(ProtocolTypeRouter({"http": pages, "websocket": URLRouter(everything)}))

# The first answer loads the tables of what a message goes through, which takes a second: before the first prospect speaks.
COACH.local(CoachQuestion("Hello. That is too expensive for us, under $450k by March. ¿Cuánto cuesta?"))
for name, words in {
    "leads.qualification": {},
    "leads.scoring": {},
    "coaching.fairhousing": {"text": "A safe area."},
}.items():
    warmed = CAPABILITIES[name]
    if warmed.parse is not None:
        warmed.local(warmed.parse(words))

# A card passes from a thread to the event loop and back: five milliseconds per change, Python's own, would be most of its time.
sys.setswitchinterval(0.0005)
# What was loaded up to here stays for good: the collector need not look through it again and again.
gc.collect()
gc.freeze()
