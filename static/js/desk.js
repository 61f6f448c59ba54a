// How does what the agent says and thinks get to the server? Over the socket; when that is down, by a plain POST.

import { parse } from "./socket.js";

const PATIENCE = 3_000; // milliseconds to wait for the socket's answer before the POST is tried with the same id

export const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

export class Desk {
  constructor(line, show) {
    this.line = line;
    this.show = show; // what to do with a frame that a POST answers with
    this.waiting = new Map();
  }

  // The same id counts once on the server, so trying the second way after the first is safe.
  async tell(message, { path, awaits = message.id }) {
    if (this.line?.live && (await this.overSocket(message, awaits))) return;
    await this.overPost(message, path);
  }

  overSocket(message, awaits) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(resolve, false), PATIENCE);
      const done = (how, what) => {
        clearTimeout(timer);
        for (const key of [awaits, message.id]) this.waiting.delete(key);
        how(what);
      };
      const both = { came: () => done(resolve, true), refused: (sentence) => done(reject, new Error(sentence)) };
      for (const key of [awaits, message.id]) this.waiting.set(key, both);
      this.line.addEventListener("state", () => !this.line.live && done(resolve, false), { once: true });
      if (!this.line.send(message)) done(resolve, false);
    });
  }

  came(key) {
    this.waiting.get(key)?.came();
  }

  refused(key, sentence) {
    const one = this.waiting.get(key);
    one?.refused(sentence);
    return Boolean(one);
  }

  async overPost(message, path) {
    const body = new FormData();
    for (const [name, value] of Object.entries(message)) if (name !== "type") body.set(name, value);
    const headers = { "HX-Request": "true", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" };
    let answer;
    try {
      answer = await fetch(path, { method: "POST", body, headers, credentials: "same-origin" });
    } catch {
      throw new Error("There is no way to the server just now. Your words are still here; try again.");
    }
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    const html = await answer.text();
    if (!answer.ok) throw new Error(sentenceIn(html) || "That was not taken. Your words are still here.");
    const frame = parse(html);
    if (frame) this.show(frame);
  }
}

function sentenceIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector(".problem, .lead-in")?.textContent.trim() ?? "";
}
