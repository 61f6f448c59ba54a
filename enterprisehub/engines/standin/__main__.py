"""Start the stand-in without the rest of the product: `python -m enterprisehub.engines.standin --port 8787`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence

from enterprisehub.engines.standin.faults import Faults
from enterprisehub.engines.standin.server import Pace, StandIn


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options that both ways to start it understand."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8787, help="0 chooses a free one")
    parser.add_argument("--first-text-ms", type=float, default=400.0, help="from the request to the first word")
    parser.add_argument("--tokens-per-second", type=float, default=160.0)
    parser.add_argument("--faults", default="", help='shares by name, such as "529:0.1,stall:0.05"')
    parser.add_argument("--seed", type=int, default=0, help="of the dice that the shares are played with")


def play(options: argparse.Namespace) -> int:
    """Serve until a signal ends it; the first line on stdout is the address."""
    try:
        faults = Faults.from_text(options.faults, seed=options.seed)
    except ValueError as error:
        print(f"--faults: {error}", file=sys.stderr)
        return 2
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(StandIn(Pace(options.first_text_ms, options.tokens_per_second), faults), options))
    return 0


async def _serve(standin: StandIn, options: argparse.Namespace) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with await standin.listen(options.host, options.port) as server:
        print(f"http://{options.host}:{server.sockets[0].getsockname()[1]} plays Claude", flush=True)
        await over.wait()
        await standin.hang_up()


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="enterprisehub.engines.standin", description=__doc__)
    arguments(parser)
    return play(parser.parse_args(given))


if __name__ == "__main__":
    sys.exit(main())
