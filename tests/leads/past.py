"""Past leads for the tests of scoring models: made up, the same each time."""

from __future__ import annotations

import random


def past_leads(count: int = 400, *, seed: int = 1) -> bytes:
    """A CSV in which visits and replies tell who converts, and `city` stands for where people live."""
    chance = random.Random(seed)
    rows = ["source,visits,replied,city,won"]
    for _ in range(count):
        visits, replied = chance.randrange(1, 30), chance.choice(["yes", "no"])
        won = chance.random() < 0.05 + 0.02 * visits + 0.2 * (replied == "yes")
        city = chance.choice(["Eastbrook", "Old Harbor", "Maple Heights"])
        rows.append(f"{chance.choice(['web', 'referral', 'ad'])},{visits},{replied},{city},{'won' if won else 'lost'}")
    return "\n".join(rows).encode()
