"""What makes up one sandbox: its world, its gate, its post, its journal and its faults; and how does it begin anew?"""

from __future__ import annotations

from dataclasses import dataclass, field

from enterprisehub.ghl.sandbox import cast
from enterprisehub.ghl.sandbox.faults import Faults
from enterprisehub.ghl.sandbox.gate import Gate
from enterprisehub.ghl.sandbox.journal import Journal
from enterprisehub.ghl.sandbox.keys import Signer
from enterprisehub.ghl.sandbox.options import Options
from enterprisehub.ghl.sandbox.post import Post
from enterprisehub.ghl.sandbox.world import App, World

APP = App("66f0c0ffee5a4db0c5e0a001-sandbox", "sandbox-secret", "66f0c0ffee5a4db0c5e0a0v1")


@dataclass
class House:
    """One sandbox; `begin` is what the options go back to."""

    app: App = APP
    signer: Signer = field(default_factory=Signer)
    begin: Options = field(default_factory=Options)
    location: str = cast.LOCATION
    world: World = field(init=False)
    gate: Gate = field(init=False)
    post: Post = field(init=False)
    journal: Journal = field(init=False)
    faults: Faults = field(init=False)

    def __post_init__(self) -> None:
        self.post = Post(self.app, self.signer, self.begin)
        self._anew(peopled=True)

    @property
    def options(self) -> Options:
        return self.world.options

    @options.setter
    def options(self, options: Options) -> None:
        self.world.options = self.post.options = options
        self.world.revision += 1

    async def reset(self, *, peopled: bool = True) -> None:
        """As new; events that are on their way are forgotten, the key stays."""
        await self.post.forget()
        self.post.options = self.begin
        self._anew(peopled=peopled)

    def _anew(self, *, peopled: bool) -> None:
        former = self.world.revision if hasattr(self, "world") else 0
        self.world = World(self.app, self.begin, self.post.event)
        self.world.revision = former + 1
        self.gate, self.journal, self.faults = Gate(self.world), Journal(), Faults()
        if peopled:
            cast.people(self.world, self.location)
