"""What can be said on which websocket? Routes, client messages and server events, for people and for programs."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from enterprisehub.realtime import events
from enterprisehub.routing import websockets


def described() -> dict[str, Any]:
    """Every route with the messages that its consumer takes (as JSON schemas) and the events that it sends."""
    routes = []
    for route in websockets:
        consumer = route.callback.consumer_class  # type: ignore[attr-defined]  # set by Channels' as_asgi()
        routes.append(
            {
                "path": f"/{route.pattern}",
                "consumer": consumer.__name__,
                "subprotocols": [events.JSON_PROTOCOL, events.HTML_PROTOCOL],
                "client_messages": {name: model.model_json_schema() for name, model in consumer.messages.items()},
                "server_events": events.SERVER_EVENTS,
            }
        )
    return {"routes": routes}


class Command(BaseCommand):
    help = "List websocket routes, client messages and server events."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        found = described()
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for route in found["routes"]:
            self.stdout.write(f"{route['path']}  ({', '.join(route['subprotocols'])})")
            for name, schema in route["client_messages"].items():
                needed = set(schema.get("required", ()))
                fields = ", ".join(f if f in needed else f"{f}?" for f in schema.get("properties", {}))
                self.stdout.write(f"  in   {name:<18} {fields}")
            for name, meaning in route["server_events"].items():
                self.stdout.write(f"  out  {name:<18} {meaning}")
