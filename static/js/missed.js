// What came while nobody could see it? A quiet note that leads there; it takes no room from the page and no focus.

import { cardOf } from "./card.js";

const GATHER = 250; // milliseconds in which replayed cards are counted up

export class Missed {
  constructor() {
    this.box = document.getElementById("missed");
    this.cards = [];
    this.elsewhere = 0;
    if (!this.box) return;
    document.getElementById("missed-show").addEventListener("click", () => this.go());
    document.getElementById("missed-hide").addEventListener("click", () => this.clear());
  }

  add({ card, here }, { dropped }) {
    if (here) this.cards.push(card.id);
    else this.elsewhere += 1;
    this.dropped = dropped || (this.dropped && !this.box?.hidden);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), GATHER);
  }

  show() {
    if (!this.box) return;
    const count = this.cards.length + this.elsewhere;
    const cards = count === 1 ? "1 card" : `${count} cards`;
    const away = this.elsewhere ? ` (${this.elsewhere} in other conversations)` : "";
    document.getElementById("missed-text").textContent = this.dropped
      ? `You missed ${cards} while the line was down${away}.`
      : `${count === 1 ? "A new card is" : `${count} new cards are`} below.`;
    document.getElementById("missed-show").hidden = this.cards.length === 0;
    this.box.hidden = false;
  }

  go() {
    const first = document.getElementById(this.cards[0]);
    this.clear();
    cardOf(first)?.focus();
    first?.scrollIntoView({ block: "center" });
  }

  clear() {
    this.cards = [];
    this.elsewhere = 0;
    this.dropped = false;
    this.box.hidden = true;
  }
}
