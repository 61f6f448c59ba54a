// How are words added: theirs, which bring a card, or the agent's own?

import { lineOf } from "./card.js";
import { Care } from "./care.js";
import { newId } from "./desk.js";

const ASKS = { prospect: "Paste or type what they said", agent: "What you said or wrote to them" };

export class Composer {
  constructor(form, desk) {
    Object.assign(this, { form, desk, words: form.elements.text, note: form.querySelector(".composer__note") });
    this.editing = null;
    this.care = new Care(form, (flag) => this.warn(flag));
    this.words.addEventListener("input", () => this.care.weigh(this.words.value, this.speaker));
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("change", () => this.showMode());
    this.words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    this.showMode();
  }

  get speaker() {
    return this.form.elements.speaker.value;
  }

  showMode() {
    this.words.placeholder = ASKS[this.speaker];
    this.tell(this.speaker === "agent" ? this.note.dataset.noteAgent : this.note.dataset.note);
  }

  tell(sentence, wrong = false) {
    this.note.textContent = sentence;
    this.note.toggleAttribute("data-wrong", wrong);
  }

  // What fair housing has against the words so far, with a lawful line; without a flag the usual note again.
  warn(flag) {
    if (flag) this.tell(`Fair housing: “${flag.quote}”. Instead: ${flag.alternative}`, true);
    else this.showMode();
  }

  // The card's line goes into the box as the agent's own words; what they had typed there is never overwritten.
  take(card, { edit }) {
    const line = lineOf(card)?.textContent.trim() ?? "";
    if (this.words.value.trim() && !edit) return;
    this.form.elements.speaker.value = "agent";
    this.showMode();
    if (!this.words.value.trim()) this.words.value = line;
    if (!edit) return;
    this.letGo();
    this.editing = card;
    card.dataset.editing = "yes";
    this.words.focus();
    this.words.setSelectionRange(this.words.value.length, this.words.value.length);
  }

  letGo() {
    if (this.editing) delete this.editing.dataset.editing;
    this.editing = null;
  }

  async submit(event) {
    event.preventDefault();
    const text = this.words.value;
    if (!text.trim() || this.busy) return;
    const message = { type: "hear", id: newId(), lead: this.form.dataset.lead, text, speaker: this.speaker };
    message.medium = this.form.elements.medium.value;
    this.busy = true;
    this.form.setAttribute("aria-busy", "true");
    try {
      await this.desk.tell(message, { path: this.form.getAttribute("action") });
      this.sent(text, message.speaker);
    } catch (error) {
      this.tell(error.message, true);
    } finally {
      this.busy = false;
      this.form.removeAttribute("aria-busy");
    }
  }

  sent(text, speaker) {
    if (this.words.value === text) this.words.value = "";
    this.showMode();
    if (this.editing && speaker === "agent") this.opine?.(this.editing, { verdict: "edited", said: text.slice(0, 2000) });
    this.letGo();
  }
}
