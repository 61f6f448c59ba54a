// Where on the page does each piece of an event belong?

import { announce } from "./announcer.js";
import { cardOf, dress, putCard, showComing, showOpinion } from "./card.js";
import { putKnown } from "./known.js";
import { putWhisper } from "./whispers.js";

const NEAR_THE_END = 160; // pixels from the end of the thread within which it follows what comes
const STILL_POINTING = 3_000; // milliseconds after which a resting pointer no longer holds the page

let pointedAt = 0;
let usualMode = null; // what the badge said before our own line was troubled
document.addEventListener("pointermove", (event) => {
  if (cardOf(event.target)) pointedAt = Date.now();
});

export const pane = () => document.getElementById("pane");

function scroller() {
  const thread = document.getElementById("thread-scroll");
  return thread && getComputedStyle(thread).overflowY === "auto" ? thread : document.scrollingElement;
}

export function toTheEnd() {
  const box = scroller();
  box.scrollTop = box.scrollHeight;
}

function atTheEnd() {
  const box = scroller();
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_THE_END;
}

const handsOn = () => Boolean(cardOf(document.activeElement)) || Date.now() - pointedAt < STILL_POINTING;

// Puts the frame's pieces in; returns the card that is new on this page, if there is one.
export function place(frame) {
  const follow = atTheEnd() && !handsOn();
  dress(frame);
  const turn = frame.querySelector(".turn");
  const card = frame.querySelector(".card");
  const news = card && !document.getElementById(card.id) ? card : null;
  const here = !turn || turn.dataset.conversation === pane()?.dataset.conversation;
  putTalk(frame.querySelector(".talk"), here);
  if (turn && here) putTurn(turn);
  else if (card && !turn) putCard(card);
  putPieces(frame);
  if (turn && here && follow) toTheEnd();
  return news ? { card: news, here, following: follow } : null;
}

function putTurn(turn) {
  if (document.getElementById(turn.id)) {
    const card = turn.querySelector(".card");
    if (card) putCard(card);
    return;
  }
  const list = document.getElementById("thread");
  if (!list) return;
  const position = Number(turn.dataset.position);
  const later = [...list.querySelectorAll(":scope > .turn")].find((other) => Number(other.dataset.position) > position);
  list.insertBefore(turn, later ?? null);
  const empty = document.getElementById("thread-empty");
  if (empty) empty.hidden = true;
}

function putTalk(talk, here) {
  const list = document.getElementById("talks");
  if (!talk || !list) return;
  const shown = document.getElementById(talk.id);
  if (shown) {
    for (const part of [".talk__words", ".talk__when"]) {
      shown.querySelector(part).replaceWith(talk.querySelector(part));
    }
  } else {
    list.prepend(talk);
  }
  if (!here) (shown ?? talk).querySelector(".talk__news").hidden = false;
}

function putPieces(frame) {
  const coming = frame.querySelector("[data-coming]");
  if (coming) showComing(coming.dataset.coming, coming.textContent);
  const settled = frame.querySelector("[data-settled]");
  if (settled) showComing(settled.dataset.settled, settled.textContent.trim());
  const opinion = frame.querySelector(":scope > .feedback");
  if (opinion) showOpinion(opinion);
  const known = frame.querySelector(":scope > .known");
  if (known) putKnown(known);
  putWhisper(frame);
  const shown = document.getElementById("mode");
  const mode = frame.querySelector("[data-trouble-over]") ? usualMode : frame.querySelector(":scope > .mode");
  if (mode && frame.dataset.seq === undefined) usualMode = mode === usualMode ? null : (usualMode ?? shown);
  if (mode && shown && mode.textContent !== shown.textContent) {
    shown.replaceWith(mode);
    announce(mode.textContent);
  }
  if (frame.dataset.missed === undefined) {
    for (const words of frame.querySelectorAll(".say-aloud")) announce(words.textContent);
  }
}
