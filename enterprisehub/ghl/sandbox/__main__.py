"""Start the sandbox without the rest of the product: `python -m enterprisehub.ghl.sandbox --port 8788`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from enterprisehub.ghl.sandbox.faults import Fault
from enterprisehub.ghl.sandbox.house import APP, House
from enterprisehub.ghl.sandbox.keys import Signer
from enterprisehub.ghl.sandbox.options import Options
from enterprisehub.ghl.sandbox.running import listen, server
from enterprisehub.ghl.sandbox.world import App


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options that both ways to start it understand."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8788, help="0 chooses a free one")
    parser.add_argument("--key-file", default="", help="PEM of the Ed25519 key that signs webhooks; made when missing")
    parser.add_argument("--webhook-url", default="", help="where events are told; nowhere when it is empty")
    parser.add_argument(
        "--fault", action="append", default=[], help='such as "POST /contacts/*=500:3" or "cut"; may be repeated'
    )
    parser.add_argument("--client-id", default=APP.client_id)
    parser.add_argument("--client-secret", default=APP.client_secret)
    parser.add_argument("--location", default="loc-oakwood", help="id of the location that is there when it starts")
    parser.add_argument("--lag", type=float, default=2.0, help="seconds by which searches are behind")
    parser.add_argument("--token-seconds", type=float, default=86_399, help="how long an access token lives")
    parser.add_argument(
        "--retry", choices=("any", "429"), default="any", help="the published policy for failed webhooks"
    )
    parser.add_argument("--compress", type=float, default=600, help="how much faster than HighLevel it tries again")


def play(options: argparse.Namespace) -> int:
    """Serve until a signal ends it; the first line on stdout is the address, then comes the public key."""
    try:
        house = _house(options)
        line = listen(options.host, options.port)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"http://{options.host}:{line.getsockname()[1]} plays HighLevel", flush=True)
    print(house.signer.public_pem, end="", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(server(house).serve(sockets=[line]))
    return 0


def _house(options: argparse.Namespace) -> House:
    chosen = {
        "lag": options.lag, "token_seconds": options.token_seconds, "retry": options.retry,
        "compress": options.compress, "webhook_url": options.webhook_url,
    }  # fmt: skip
    house = House(
        app=App(options.client_id, options.client_secret, APP.version_id),
        signer=Signer.of_file(Path(options.key_file)) if options.key_file else Signer(),
        begin=Options().changed(chosen),
        location=options.location,
    )
    house.faults.waiting = [Fault.from_text(text) for text in options.fault]
    return house


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="enterprisehub.ghl.sandbox", description=__doc__)
    arguments(parser)
    return play(parser.parse_args(given))


if __name__ == "__main__":
    sys.exit(main())
