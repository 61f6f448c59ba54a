// How is the day worked through? Rows are decided by key or by click; what changes elsewhere comes in without taking the focus.

import { announce } from "./announcer.js";
import { showMoments } from "./moments.js";

const SETTING = "single-keys"; // the same switch as on the live page
const SETTLE = 300; // milliseconds in which several events become one refresh
const list = document.getElementById("today-keys");
const day = () => document.getElementById("day");
const rows = () => [...document.querySelectorAll("#queue > .do")];
const rowOf = (element) => element?.closest?.(".do[data-action]") ?? null;
const isText = (element) => Boolean(element?.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"));

const stateOfKeys = () => {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    return true;
  }
};

function focusRow(row) {
  const box = row?.querySelector("[data-row]");
  if (!box) return;
  box.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(rowOf(document.activeElement));
  focusRow(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

// The row in focus, else the first one: a key never acts on a row that nobody chose.
function chosen() {
  const row = rowOf(document.activeElement);
  if (!row) step(1);
  return row;
}

function open(row, name) {
  const details = row.querySelector(`details[data-more="${name}"]`);
  if (!details) return;
  closeOthers(row, details);
  details.open = true;
  (details.querySelector("textarea, .do__sheet button, .do__sheet input:not([type=hidden])") ?? details.querySelector("summary")).focus();
}

function closeOthers(row, kept) {
  for (const one of row.querySelectorAll("details[open]")) if (one !== kept) one.open = false;
}

function problem(row, sentence) {
  const place = row.querySelector(".do__problem");
  if (!place) return;
  place.textContent = sentence;
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

async function send(form, submitter) {
  const row = rowOf(form);
  const body = new FormData(form);
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const path = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const buttons = [...row.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "HX-Request": "true" }, credentials: "same-origin" });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) throw new Error(page.querySelector(".problem, .lead-in")?.textContent.trim() || "That was not taken. Nothing has changed.");
    settle(row, page.querySelector(".do"));
  } catch (error) {
    const sentence = error instanceof TypeError ? "There is no way to the server just now. Nothing has changed; try again." : error.message;
    problem(row, sentence);
    for (const button of buttons) button.disabled = false;
    (submitter ?? row.querySelector("[data-row]")).focus?.();
  }
}

function settle(row, answer) {
  if (!answer) {
    refresh();
    return;
  }
  if (answer.dataset.gone === undefined) {
    row.replaceWith(answer);
    showMoments(answer);
    focusRow(answer);
    const denied = answer.querySelector(".do__denied");
    announce(denied ? denied.textContent : "The words are kept");
    return;
  }
  const all = rows();
  const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
  announce(answer.textContent);
  row.remove();
  if (next) focusRow(next);
  else refresh().then(() => document.getElementById("main")?.focus());
}

// Takes in what the server shows now. A row that somebody works on stays as it is, and where it is.
async function refresh() {
  let html;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) return;
    html = await answer.text();
  } catch {
    return; // the line says that it is down; the next event tries again
  }
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("day");
  const shown = day();
  if (!fresh || !shown) return;
  const busy = rowOf(document.activeElement) ?? document.querySelector("#queue > .do:has(details[open])");
  if (!busy) {
    const inside = shown.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : "";
    shown.replaceWith(fresh);
    if (inside) document.getElementById(inside)?.querySelector("a, button")?.focus();
  } else {
    takeClocks(shown, fresh);
    takeRows(busy, fresh);
  }
  showMoments(day());
  tick();
}

function takeClocks(shown, fresh) {
  const before = shown.querySelector(".clocks");
  const after = fresh.querySelector(".clocks");
  if (before && after) before.replaceWith(after);
  else if (after) shown.prepend(after);
  else before?.remove();
}

function takeRows(busy, fresh) {
  const queue = busy.parentElement;
  const wanted = [...fresh.querySelectorAll("#queue > .do")];
  const ids = new Set(wanted.map((row) => row.id));
  for (const row of rows()) if (row !== busy && !ids.has(row.id)) row.remove();
  wanted.forEach((row, place) => {
    const old = document.getElementById(row.id);
    if (old === busy) return;
    if (old) {
      old.replaceWith(row);
      return;
    }
    const after = wanted.slice(place + 1).map((one) => document.getElementById(one.id)).find(Boolean);
    queue.insertBefore(row, after ?? null);
  });
}

function tick() {
  for (const place of document.querySelectorAll("[data-due]")) {
    const left = Math.round((new Date(place.dataset.due) - Date.now()) / 1000);
    if (Number.isNaN(left)) continue;
    const whole = Math.abs(left);
    if (whole > 6 * 3600) continue; // the day and the hour say more than a countdown
    const shown = whole >= 3600 ? `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    place.textContent = left >= 0 ? `${shown} left` : `${shown} late`;
    place.closest(".clock")?.classList.toggle("clock--late", left < 0);
  }
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  a: (row) => row.querySelector('form[data-do="approve"]')?.requestSubmit(),
  e: (row) => open(row, "edit"),
  s: (row) => open(row, "snooze"),
  d: (row) => open(row, "complete"),
  x: (row) => row.querySelector('form[data-do="dismiss"]')?.requestSubmit(),
  o: (row) => row.querySelector("[data-open]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || list?.open) return;
  if (event.key === "Escape") {
    const row = rowOf(document.activeElement);
    if (!row) return;
    closeOthers(row, null);
    focusRow(row);
    return;
  }
  if (isText(event.target) || event.repeat || !stateOfKeys()) return;
  if (event.key === "?") {
    event.preventDefault();
    list?.showModal();
    return;
  }
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  if (act.length === 0) act();
  else {
    const row = chosen();
    if (row) act(row);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-do]");
  if (!form) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-today-keys], [data-open-keys]")) list?.showModal();
  const summary = event.target.closest(".do__more > summary");
  if (summary) closeOthers(rowOf(summary), summary.parentElement);
});

let waiting = 0;
document.addEventListener("queue", () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, SETTLE);
});

const box = document.getElementById("today-keys-on");
if (box) {
  box.checked = stateOfKeys();
  box.addEventListener("change", () => localStorage.setItem(SETTING, box.checked ? "on" : "off"));
}
tick();
setInterval(tick, 1000);
// What becomes due by the clock alone, and what happens to a team's leads, is told by no event of this agent's.
setInterval(() => document.visibilityState === "visible" && refresh(), 60_000);
