// May the words in the box be said? Asked while the agent writes, before anything is added or sent.

const PAUSE = 500; // milliseconds without a key until it is asked

export class Care {
  constructor(form, tell) {
    Object.assign(this, { form, tell, waiting: 0 });
  }

  // Asks about the agent's own words once the keys rest; only the newest text is told about.
  weigh(text, speaker) {
    clearTimeout(this.waiting);
    if (speaker !== "agent" || !text.trim() || !this.form.dataset.care) return;
    this.waiting = setTimeout(() => this.ask(text), PAUSE);
  }

  async ask(text) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value };
    try {
      const body = JSON.stringify({ text, speaker: "agent" });
      const answer = await fetch(this.form.dataset.care, { method: "POST", body, headers, credentials: "same-origin" });
      const { flags = [] } = answer.ok ? await answer.json() : {};
      if (this.form.elements.text.value === text) this.tell(flags[0]);
    } catch {
      // No way to the server: adding the words will say so, and the guard reads them again then.
    }
  }
}
