// What a supervisor whispers: it stays until it is read, here or on another screen of the agent's.

import { announce } from "./announcer.js";

const list = () => document.getElementById("whispers");

export function putWhisper(frame) {
  const whisper = frame.querySelector(":scope > .whisper");
  if (whisper && list() && !document.getElementById(whisper.id)) list().append(whisper);
  const seen = frame.querySelector("[data-whisper-seen]");
  if (seen) document.getElementById(`whisper-${seen.dataset.whisperSeen}`)?.remove();
}

list()?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const whisper = event.target.closest(".whisper");
  const token = document.querySelector("[name=csrfmiddlewaretoken][value]:not([value=''])")?.value ?? "";
  try {
    const answer = await fetch(event.target.action, { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": token }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    whisper.remove();
  } catch {
    announce("That was not taken. Try again.");
  }
});
