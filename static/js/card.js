// What becomes of a card on the screen: it is copied, improved in place or beneath, and told what it was worth.

import { announce } from "./announcer.js";
import { showMoments } from "./moments.js";

const COPIED_FOR = 2_000;

export const cardOf = (element) => element?.closest?.(".card[data-card]") ?? null;
export const lineOf = (card) => card.querySelector(".card__refined:not([hidden]) [data-say]") ?? card.querySelector("[data-say]");

// Whoever reads, touches or edits a card must not have its words changed underneath.
export function isBusy(card) {
  const selection = getSelection();
  return (
    card.matches(":hover") ||
    card.contains(document.activeElement) ||
    Boolean(card.dataset.copied || card.dataset.editing) ||
    (!selection.isCollapsed && card.contains(selection.anchorNode))
  );
}

export function putCard(card) {
  const shown = document.getElementById(card.id);
  if (!shown) {
    document.getElementById(`slot-${card.dataset.message}`)?.replaceChildren(card);
    return;
  }
  if (Number(card.dataset.revision) <= Number(shown.dataset.revision)) return;
  if (card.dataset.change === "confirms") confirm(shown, card);
  else if (isBusy(shown)) showBeneath(shown, card);
  else replaceInPlace(shown, card);
}

function confirm(shown, better) {
  replaceMeta(shown, better);
  shown.dataset.revision = better.dataset.revision;
  shown.dataset.change = better.dataset.change;
}

function replaceMeta(shown, better) {
  const open = shown.querySelector(".card__details")?.open;
  const meta = better.querySelector(".card__meta");
  if (shown.querySelector(".card__meta").contains(document.activeElement)) return; // the next page load shows it
  shown.querySelector(".card__meta").replaceWith(meta);
  if (open) meta.querySelector(".card__details").open = true;
}

function showBeneath(shown, better) {
  const place = shown.querySelector(".card__refined");
  const note = document.createElement("p");
  note.className = "card__refined-note";
  note.textContent = `Refined: ${better.querySelector(".card__headline").textContent}`;
  place.replaceChildren(note, better.querySelector(".card__words"));
  place.hidden = false;
  confirm(shown, better);
  announce("A refined line is beneath the first one");
}

function replaceInPlace(shown, better) {
  const height = shown.getBoundingClientRect().height;
  const feedback = shown.querySelector(".feedback");
  if (feedback) better.querySelector(".feedback")?.replaceWith(feedback);
  shown.replaceWith(better);
  better.style.minBlockSize = `${height}px`; // a shorter text leaves the page where it is
  markEvidence(better);
}

// The quote may have changed with the card; offsets count characters, not UTF-16 units.
function markEvidence(card) {
  const words = document.getElementById(`turn-${card.dataset.message}`)?.querySelector(".message__words");
  if (!words) return;
  const letters = Array.from(words.textContent);
  const start = Number(card.dataset.whyStart);
  const end = Number(card.dataset.whyEnd);
  if (!(start >= 0 && start < end && end <= letters.length)) return;
  const mark = document.createElement("mark");
  mark.className = "evidence";
  mark.textContent = letters.slice(start, end).join("");
  words.replaceChildren(letters.slice(0, start).join(""), mark, letters.slice(end).join(""));
}

export function showComing(cardId, text) {
  const line = document.getElementById(`coming-${cardId}`);
  if (!line) return;
  const words = document.createElement("span");
  words.textContent = text;
  line.replaceChildren(words);
}

export function showOpinion(fragment) {
  const shown = document.getElementById(fragment.id);
  if (!shown) return;
  const { verdict, score } = fragment.dataset;
  if (verdict) {
    shown.dataset.verdict = verdict;
    for (const button of shown.querySelectorAll(".verdict")) {
      button.setAttribute("aria-pressed", String(button.value === verdict));
    }
  }
  if (!score) return;
  shown.querySelector(".score summary").firstChild.textContent = `${score} of 5`;
  const choice = shown.querySelector(`input[name="score"][value="${score}"]`);
  if (choice) choice.checked = true;
}

export async function copy(button) {
  const card = cardOf(button);
  const line = button.closest(".card__words").querySelector("[data-say]");
  card.dataset.copied = "yes";
  try {
    await navigator.clipboard.writeText(line.textContent.trim());
  } catch {
    getSelection().selectAllChildren(line); // no clipboard here: at least it is selected
    announce("The line is selected");
    return;
  }
  const label = button.firstChild;
  label.textContent = "Copied";
  announce("Copied");
  setTimeout(() => (label.textContent = "Copy"), COPIED_FOR);
}

export function dress(root) {
  showMoments(root);
  globalThis.htmx?.process(root);
}
