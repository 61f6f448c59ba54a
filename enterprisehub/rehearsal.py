"""Does the demo really do what it shows? Plays it fast through the real doors and checks every card."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from coaching.models import Improvement
from enterprisehub import demo, demo_highlevel
from enterprisehub.demo import CARD_WAIT, REFINED_WAIT, Played, Player, Stage, refined, told_about, until
from enterprisehub.tenants.scope import scope

DROPPED_AT = 5  # before this prospect line of the first tenant the connection is dropped, so that something is missed
IMPROVED_WAIT = 10.0  # seconds for the worker to look into a low score


def rehearse(url: str, write: Callable[[str], Any]) -> int:
    """Play once, print a table, return 0 when everything was as it should be, else 1."""
    players = demo.cast()
    stage = Stage(url, players)
    played = asyncio.run(_play(stage))
    problems = [f"line {one.number}: {problem}" for one in played for problem in one.problems]
    problems += [problem for player in players for problem in _stream(player)] + _apart(players) + _improved(players[0])
    problems += _in_highlevel(players)
    _table(played, write)
    for problem in problems:
        write(f"  WRONG {problem}")
    write(f"  {len(played)} prospect messages, {sum(1 for one in played if one.kind)} cards, {len(problems)} problems")
    return 1 if problems else 0


async def _play(stage: Stage) -> list[Played]:
    first, second = stage.players
    played: list[Played] = []
    lines = demo.script()["lines"]
    dropped = [i for i, line in enumerate(lines) if "say" in line and line["tenant"] == first.slug][DROPPED_AT]
    async with stage.screen(second) as other:
        async with stage.screen(first) as one:
            played += [
                await _line(stage, line, one if line["tenant"] == first.slug else other) for line in lines[:dropped]
            ]
            await _feedback(first, one)
        missed = lines[dropped] if lines[dropped]["door"] == "highlevel" else {**lines[dropped], "door": "api"}
        message = await stage.say(None, missed)  # nobody listens: the replay must bring it
        async with stage.screen(first) as one:
            result = Played(dropped + 1, first.slug, "replay", missed["say"], missed["expect"])
            played.append(await _judge(first, message, result, time.perf_counter()))
            rest = lines[dropped + 1 :]
            played += [await _line(stage, line, one if line["tenant"] == first.slug else other) for line in rest]
    said = [one for one in played if one.said]
    for number, row in enumerate(said, 1):
        row.number = number
    return said


async def _line(stage: Stage, line: dict[str, Any], socket: Any) -> Played:
    player = stage.of(line["tenant"])
    if "agent" in line:
        message = await stage.say(socket, line)
        await until(player, lambda: told_about(player, message), CARD_WAIT)
        return Played(0, player.slug, "", "", [])
    started = time.perf_counter()
    message = await stage.say(socket, line)
    result = Played(0, player.slug, line["door"], line["say"], line["expect"])
    return await _judge(player, message, result, started, language=line.get("language", ""))


async def _judge(player: Player, message: str, result: Played, started: float, *, language: str = "") -> Played:
    event = await until(player, lambda: told_about(player, message), CARD_WAIT)
    if event is None:
        result.problems.append("nothing was told")
        return result
    result.ms = (event["arrived"] - started) * 1000
    card = event["payload"].get("card")
    if card is None:
        if result.expected:
            result.problems.append(
                f"no card ({event['payload'].get('quiet')}), expected {' or '.join(result.expected)}"
            )
        return result
    result.kind, result.headline, result.source = card["kind"], card["headline"], card["source"]
    if card["kind"] not in result.expected:
        result.problems.append(f"card says {card['kind']}, expected {' or '.join(result.expected) or 'none'}")
    if card["why"] and card["why"] not in result.said and card["why_end"] != 0:
        result.problems.append("the card quotes what was not said")
    if language and card["language"] != language:
        result.problems.append(f"the line is in {card['language']}, the prospect spoke {language}")
    if not card["compliance"]:
        await _second_wave(player, card, result)
    return result


async def _second_wave(player: Player, card: dict[str, Any], result: Played) -> None:
    event = await until(player, lambda: refined(player, card["id"]), REFINED_WAIT)
    if event is None:
        result.problems.append("Claude's word on the card never came")
    elif event["type"] == "status":
        result.refined = f"- ({event['payload']['reason']})"
        result.problems.append(f"the card was not refined: {event['payload']['reason']}")
    else:
        better = event["payload"]["card"]
        result.refined = f"{better['change']}{' (stand-in)' if better['stand_in'] else ''} {better['refine_ms']:.0f} ms"


async def _feedback(player: Player, socket: Any) -> None:
    """Use the newest card, and score another one low with a reason."""
    cards = [e["payload"]["card"]["id"] for e in player.events if e["type"] == "suggestion"]
    for card, body in (
        (cards[-1], {"verdict": "used"}),
        (cards[0], {"score": 2, "comment": "Too stiff for this lead."}),
    ):
        await socket.send(json.dumps({"type": "feedback", "id": str(uuid4()), "suggestion_id": card, **body}))
    await until(player, lambda: _feedback_told(player), CARD_WAIT)


def _feedback_told(player: Player) -> bool | None:
    told = [event for event in player.events if event["payload"].get("state") == "feedback"]
    return True if len(told) >= 2 else None


def _stream(player: Player) -> list[str]:
    """Every numbered event exactly once and in order, over all connections."""
    seqs = [event["seq"] for event in player.events if event["seq"] is not None]
    errors = [event["payload"] for event in player.events if event["type"] == "error"]
    problems = [f"{player.slug}: error {error}" for error in errors]
    if seqs and seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        problems.append(f"{player.slug}: events lost, doubled or out of order")
    return problems


def _apart(players: list[Player]) -> list[str]:
    """No screen ever showed the other tenant's words."""
    seen = {player.slug: json.dumps(player.events) for player in players}
    return [
        f"{player.slug} saw something of {other.slug}"
        for player in players
        for other in players
        if other is not player
        and (str(other.lead_id) in seen[player.slug] or str(other.tenant_id) in seen[player.slug])
    ]


def _improved(player: Player) -> list[str]:
    end = time.monotonic() + IMPROVED_WAIT
    while time.monotonic() < end:
        with scope(player.tenant_id):
            if Improvement.objects.exists():
                return []
        time.sleep(0.3)
    return ["the low score was not looked into"]


def _in_highlevel(players: list[Player]) -> list[str]:
    """What was understood of the second prospect stands there; the first one, who wants to be left alone, is."""
    first, second = players
    problems = [f"{second.slug}: {one}" for one in demo_highlevel.missing_of(second.contact_id)]
    if demo_highlevel.is_disturbed(first.contact_id):
        problems.append(f"{first.slug}: HighLevel was not told to leave the prospect alone")
    return problems


def _table(played: list[Played], write: Callable[[str], Any]) -> None:
    write(f"  {'#':>2} {'door':<10}{'the prospect said':<44}{'kind':<20}{'source':<8}{'ms':>6}  {'Claude':<28}card")
    for one in played:
        said = one.said if len(one.said) <= 42 else one.said[:41] + "…"
        ms = f"{one.ms:.1f}" if one.ms and one.door != "replay" else "-"
        write(
            f"  {one.number:>2} {one.door:<10}{said:<44}{one.kind or '-':<20}{one.source or '-':<8}{ms:>6}  "
            f"{one.refined or '-':<28}{one.headline}"
        )
