"""The dashboard's subprotocol tells the same events as the page's own pieces."""

from __future__ import annotations

import re

from enterprisehub.realtime.threads import in_thread
from leads.models import Lead
from tests.realtime.screens import WAIT, Screen, cookie_of, socket
from tests.world import World


async def test_a_card_comes_as_the_pages_own_piece_with_its_number(world: World, lead: Lead) -> None:
    line = socket(cookie=await in_thread(cookie_of, world.alice), protocol="ehub.html.v1")
    accepted, protocol = await line.connect(WAIT)
    assert (accepted, protocol) == (True, "ehub.html.v1")
    try:
        hello = await line.receive_from(WAIT)
        assert 'data-type="status"' in hello
        assert "data-seq" not in hello
        await Screen(line).hears(lead, "Honestly that is too expensive <script>for</script> us.")
        drawn = await line.receive_from(WAIT)
        assert 'data-type="suggestion"' in drawn
        assert 'data-seq="1"' in drawn
        assert re.search(r'id="card-[0-9a-f-]{36}"', drawn)
        assert "<script>" not in drawn
        assert "data-missed" not in drawn
    finally:
        await line.disconnect(timeout=WAIT)
    again = socket("?last_seq=0", cookie=await in_thread(cookie_of, world.alice), protocol="ehub.html.v1")
    await again.connect(WAIT)
    await again.receive_from(WAIT)
    assert "data-missed" in await again.receive_from(WAIT)
    await again.disconnect(timeout=WAIT)
