// How does a fact show the words that say it, and how does a person's opinion on it reach the server?

import { announce } from "./announcer.js";
import { showMoments } from "./moments.js";

// A new panel takes the old one's place; what is open or in focus stays so.
export function putKnown(panel) {
  const shown = document.getElementById(panel.id);
  if (!shown) return;
  follow(panel);
  const busy = shown.contains(document.activeElement) && document.activeElement.matches("input, select");
  if (busy) {
    waitFor(shown, panel); // nothing is taken from under somebody's fingers
    return;
  }
  waiting = null;
  if ("readonly" in shown.dataset) keepReadOnly(panel);
  const open = [...shown.querySelectorAll("details[open]")].map((one) => one.querySelector("summary").textContent);
  const fact = document.activeElement?.closest?.("[data-fact]")?.dataset.fact;
  for (const details of panel.querySelectorAll("details")) {
    if (!details.closest("[data-fact]") && open.includes(details.querySelector("summary").textContent)) details.open = true;
  }
  shown.replaceWith(panel);
  showMoments(panel);
  if (fact) panel.querySelector(`[data-fact="${CSS.escape(fact)}"] button`)?.focus();
}

let waiting = null; // the panel that comes in when the field is left

function waitFor(shown, panel) {
  const listens = waiting !== null;
  waiting = panel;
  if (listens) return;
  const left = () => {
    if (shown.contains(document.activeElement)) return;
    document.removeEventListener("focusin", left);
    document.removeEventListener("focusout", later);
    if (waiting) putKnown(waiting);
  };
  const later = () => setTimeout(left);
  document.addEventListener("focusin", left);
  document.addEventListener("focusout", later);
}

// Who may only read keeps a panel without forms, whatever the event brought.
function keepReadOnly(panel) {
  panel.dataset.readonly = "";
  for (const form of panel.querySelectorAll("form")) (form.closest("details") ?? form).remove();
}

// What other places of the page say about the same lead.
function follow(panel) {
  const { known, stage, overlay, reason } = panel.dataset;
  const told = (name) => document.querySelectorAll(`[data-${name}-of="${CSS.escape(known)}"]`);
  const percent = panel.querySelector(".known__percent .figure")?.textContent;
  for (const one of told("percent")) one.textContent = percent;
  for (const one of told("stage")) one.textContent = stage;
  for (const one of told("overlay")) one.textContent = overlay;
  for (const one of told("flag")) one.hidden = !("handedOver" in panel.dataset);
  for (const one of told("because")) {
    one.hidden = !reason;
    one.querySelector("dd").textContent = reason;
  }
}

function dim() {
  for (const mark of document.querySelectorAll(".lit")) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
  for (const button of document.querySelectorAll("[data-light][aria-pressed=true]")) button.setAttribute("aria-pressed", "false");
}

// Marks the characters from start to end, across whatever marks are there already.
function light(words, start, end) {
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  const parts = [];
  for (let at = 0, node = walker.nextNode(); node; at += [...node.data].length, node = walker.nextNode()) {
    const letters = [...node.data];
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, letters.length);
    if (from < to) parts.push([node, letters.slice(0, from).join("").length, letters.slice(0, to).join("").length]);
  }
  for (const [node, from, to] of parts) {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    const mark = document.createElement("mark");
    mark.className = "lit";
    range.surroundContents(mark);
  }
}

function show(button) {
  const fact = button.closest("[data-fact]");
  const was = button.getAttribute("aria-pressed") === "true";
  dim();
  if (was) return;
  const words = document.querySelector(`#turn-${CSS.escape(fact.dataset.message)} .message__words`);
  if (!words) {
    announce("These words were said earlier, or in another conversation.");
    return;
  }
  light(words, Number(fact.dataset.start), Number(fact.dataset.end));
  button.setAttribute("aria-pressed", "true");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  words.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

async function send(form, submitter) {
  const body = new FormData(form, submitter);
  const token = document.querySelector("[name=csrfmiddlewaretoken][value]:not([value=''])")?.value ?? "";
  const panel = form.closest(".known");
  const problem = panel.querySelector(".known__problem");
  problem.hidden = true;
  try {
    const headers = { "HX-Request": "true", "X-CSRFToken": token };
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".known");
    if (answer.ok && fresh) {
      document.activeElement?.blur();
      putKnown(document.adoptNode(fresh));
      announce("What is known has changed.");
      return;
    }
    problem.textContent = page.querySelector(".problem, .lead-in")?.textContent.trim() || "That was not taken.";
  } catch {
    problem.textContent = "There is no way to the server just now. Try again.";
  }
  problem.hidden = false;
}

export function listenToFacts() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-light]");
    if (button) show(button);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-facts]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
}

const KEYS = { c: "confirm", e: "correct", x: "erase" };

// With a fact in focus: C confirms it, E corrects it, X erases it.
export function onFactKey(event) {
  const fact = event.target.closest?.("[data-fact]");
  const wish = KEYS[event.key.toLowerCase()];
  if (!fact || !wish || event.altKey || event.ctrlKey || event.metaKey) return false;
  if (wish === "correct") {
    const details = fact.querySelector(".act-more");
    if (!details) return false;
    details.open = true;
    details.querySelector("input[name=value]").select();
    return true;
  }
  const button = fact.querySelector(`button[value="${wish}"]`);
  button?.click();
  return Boolean(button);
}
