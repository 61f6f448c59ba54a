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


def past_deals(count: int = 600, *, seed: int = 1) -> bytes:
    """A CSV of past leads of a broker: some columns tell what is known of a live lead too, `visits` does not, `stage` is the end itself."""
    chance = random.Random(seed)
    rows = ["Created,Purchase Timeline,Pre-approved,Replies,Visits,Stage,Won"]
    for place in range(count):
        soon, approved = chance.random() < 0.5, chance.random() < 0.4
        replies, visits = chance.randrange(9), chance.randrange(30)
        won = chance.random() < 0.05 + 0.25 * soon + 0.2 * approved + 0.02 * replies + 0.008 * visits
        timeline = "0-3 months" if soon else chance.choice(["6-12 months", "12+"])
        day = f"2025-{1 + place * 12 // count:02}-{1 + place % 28:02}"
        stage = "closed" if won else "engaged"
        rows.append(
            f"{day},{timeline},{'yes' if approved else 'no'},{replies},{visits},{stage},{'won' if won else 'lost'}"
        )
    return "\n".join(rows).encode()
