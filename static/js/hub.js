// What happens on a page of the dashboard? The pieces are joined here.

import { announce } from "./announcer.js";
import { cardOf, copy, showComing } from "./card.js";
import { Composer } from "./composer.js";
import { Desk, newId } from "./desk.js";
import { listen } from "./keys.js";
import { listenToFacts } from "./known.js";
import { Missed } from "./missed.js";
import { showMoments } from "./moments.js";
import { pane, place, toTheEnd } from "./place.js";
import { Line } from "./socket.js";

const STATES = { live: "Connected", down: "Reconnecting", out: "Signed out", connecting: "Connecting" };
const CLAUDE_WAIT = 10_000;

function cards() {
  return [...document.querySelectorAll("#thread .card:has(.feedback)")];
}

const current = () => cardOf(document.activeElement) ?? cards().at(-1) ?? null;

function showState(state) {
  const line = document.getElementById("line");
  if (!line) return;
  line.dataset.state = state;
  const text = line.querySelector(".line__text");
  text.textContent = STATES[state];
  if (state !== "out") return;
  const link = document.createElement("a");
  link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Signed out. Sign in again";
  text.replaceChildren(link);
}

function startDesk(line) {
  const missed = new Missed();
  const title = document.title;
  let unseen = 0;
  const show = (frame) => {
    for (const turn of frame.querySelectorAll(".turn")) desk.came(turn.dataset.client);
    const opinion = frame.querySelector(":scope > .feedback");
    if (opinion) desk.came(`feedback-${opinion.dataset.feedback}`);
    const known = frame.querySelector("[data-known]");
    if (known) desk.came(known.dataset.known);
    const queue = frame.querySelector("[data-queue]");
    if (queue) tellOfPlan(queue);
    const stopped = frame.querySelector("[data-notice]");
    if (stopped) tellOfTrial(stopped);
    const changed = frame.querySelector("[data-changed]");
    if (changed) tellOfMany(changed);
    const replayed = frame.dataset.missed !== undefined;
    const news = place(frame);
    if (!news) return;
    awaitClaude(news.card);
    if (document.hidden) document.title = `(${(unseen += 1)}) ${title}`;
    if (replayed && line?.dropped) missed.add(news, { dropped: true });
    else if (news.here && !news.following && !composer?.busy) missed.add(news, { dropped: false });
  };
  const desk = new Desk(line, show);
  const form = document.getElementById("composer");
  const composer = form ? new Composer(form, desk) : null;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) [unseen, document.title] = [0, title];
  });
  return { desk, composer, show };
}

// Whoever shows plans (Today, a lead's page) loads them anew; a new lead that waits is shown wherever one is.
function tellOfPlan(queue) {
  const lead = queue.dataset.queue;
  document.dispatchEvent(new CustomEvent("queue", { detail: lead }));
  document.dispatchEvent(new CustomEvent(`plan-${lead}`));
  const notice = document.getElementById("told");
  if (!notice || queue.dataset.urgent === undefined) return;
  notice.querySelector("a").href = `/leads/${lead}/`;
  notice.querySelector("a").textContent = queue.textContent.trim();
  notice.hidden = false;
}

// An experiment has stopped by itself: one line over every page, with a way to it.
function tellOfTrial(stopped) {
  const line = document.getElementById("told");
  if (!line) return;
  line.querySelector("a").href = stopped.dataset.notice;
  line.querySelector("a").textContent = stopped.textContent.trim();
  line.hidden = false;
}

// Many leads changed at once: Today and the plans load anew, a list that may show one of them offers to.
function tellOfMany(changed) {
  document.dispatchEvent(new CustomEvent("queue"));
  const ids = changed.dataset.changed.split(" ");
  for (const id of ids) document.dispatchEvent(new CustomEvent(`plan-${id}`));
  const notice = document.getElementById("told");
  const shown = document.querySelector("[data-leads]") ?? ids.find((id) => location.pathname.startsWith(`/leads/${id}/`));
  if (!notice || !shown) return;
  notice.querySelector("a").href = location.href;
  notice.querySelector("a").textContent = changed.textContent.trim();
  notice.hidden = false;
  announce(changed.textContent.trim());
}

// Says that the second wave is on its way, in a line that is there anyway.
function awaitClaude(card) {
  const full = document.querySelector("#mode.mode--full");
  if (!full || card.dataset.revision !== "0" || card.classList.contains("card--compliance")) return;
  const text = "Claude is reading this";
  showComing(card.dataset.card, text);
  setTimeout(() => {
    if (document.getElementById(`coming-${card.dataset.card}`)?.textContent === text) showComing(card.dataset.card, "");
  }, CLAUDE_WAIT);
}

function actionsFor({ desk, composer }) {
  const opine = async (card, opinion) => {
    const id = newId();
    const path = card.querySelector(".feedback form").getAttribute("action");
    const message = { type: "feedback", id, suggestion_id: card.dataset.card, ...opinion };
    try {
      await desk.tell(message, { path, awaits: `feedback-${card.dataset.card}` });
      announce(opinion.score ? `Scored ${opinion.score} of 5` : `Marked ${opinion.verdict}`);
    } catch (error) {
      showComing(card.dataset.card, error.message);
      announce(error.message);
    }
  };
  const judge = (card, verdict) => {
    if (!card?.querySelector(".feedback")) return;
    if (verdict === "edited" && composer) {
      composer.take(card, { edit: true });
      return;
    }
    if (verdict === "used") composer?.take(card, { edit: false });
    opine(card, { verdict });
  };
  if (composer) composer.opine = opine;
  return {
    judge,
    score: (card, form) => {
      const score = Number(new FormData(form).get("score"));
      opine(card, { score, comment: form.elements.comment.value });
      const details = form.closest("details");
      details.open = false;
      details.querySelector("summary").focus();
    },
    opine: (verdict) => judge(current(), verdict),
    openScore: () => {
      const details = current()?.querySelector(".score");
      if (!details) return;
      details.open = true;
      (details.querySelector("input:checked") ?? details.querySelector("input")).focus();
    },
    pick: (target, digit) => {
      const choice = target.closest(".score__form").querySelector(`input[name="score"][value="${digit}"]`);
      choice.checked = true;
      choice.focus();
    },
    step: (by) => {
      const all = cards();
      const at = all.indexOf(cardOf(document.activeElement));
      const next = all[at < 0 ? all.length - 1 : Math.min(Math.max(at + by, 0), all.length - 1)];
      next?.focus();
    },
    toBox: () => composer?.words.focus(),
    escape: (event) => {
      const menu = document.querySelector(".menu[open]");
      const details = event.target.closest?.(".score[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (details) {
        details.open = false;
        details.querySelector("summary").focus();
      } else if (event.target === composer?.words) {
        composer.letGo();
        cards().at(-1)?.focus();
      }
    },
  };
}

function listenToTouch(actions) {
  document.addEventListener("click", (event) => {
    const copyButton = event.target.closest("[data-copy]");
    if (copyButton) copy(copyButton);
    const menu = document.querySelector(".menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("submit", (event) => {
    const card = cardOf(event.target);
    if (!card) return;
    event.preventDefault();
    if (event.target.matches(".score__form")) actions.score(card, event.target);
    else actions.judge(card, event.submitter?.value);
  });
}

function startLine(path, seq) {
  const line = new Line(path, seq);
  const parts = startDesk(line);
  line.addEventListener("state", ({ detail }) => showState(detail));
  line.addEventListener("frame", ({ detail: frame }) => {
    const problem = frame.querySelector("[data-problem]");
    if (problem) {
      const sentence = problem.textContent.trim();
      if (!parts.desk.refused(problem.dataset.about, sentence)) parts.composer?.tell(sentence, true);
    } else if (frame.dataset.type === "resync") {
      startAfresh(parts.composer);
    } else {
      parts.show(frame);
    }
  });
  line.open();
  return parts;
}

// Too much happened for a replay. The page is loaded anew, unless that would lose words that are being typed.
function startAfresh(composer) {
  if (!composer?.words.value.trim()) location.reload();
  else composer.tell("Much happened while you were away. Add your words, then reload the page to see it all.", true);
}

document.getElementById("told")?.querySelector("button").addEventListener("click", () => (document.getElementById("told").hidden = true));

const offline = document.getElementById("offline");
const showOffline = () => offline && (offline.hidden = navigator.onLine);
addEventListener("online", showOffline);
addEventListener("offline", showOffline);
showOffline();
showMoments(document);
document.addEventListener("htmx:afterSwap", () => showMoments(document));
const desk = document.querySelector("[data-socket]");
const parts = desk ? startLine(desk.dataset.socket, Number(desk.dataset.seq)) : startDesk(null);
if (document.getElementById("pane")) {
  const actions = actionsFor(parts);
  listen(actions);
  listenToTouch(actions);
  listenToFacts();
  if (pane()?.dataset.conversation && !new URLSearchParams(location.search).has("before")) toTheEnd();
}
