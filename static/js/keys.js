// Which keys do what? Single keys work outside of text fields and can be switched off; with Alt they work everywhere.

import { onFactKey } from "./known.js";

const VERDICTS = { Digit1: "used", Digit2: "edited", Digit3: "dismissed", Digit4: "wrong" };
const SETTING = "single-keys";

const isText = (element) => Boolean(element?.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"));

function allowed() {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    return true;
  }
}

export function listen(actions) {
  const box = document.getElementById("keys-on");
  const list = document.getElementById("keys");
  if (box) {
    box.checked = allowed();
    box.addEventListener("change", () => localStorage.setItem(SETTING, box.checked ? "on" : "off"));
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-open-keys]")) return;
    event.target.closest("details").open = false;
    list?.showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || list?.open) return;
    if (event.altKey && VERDICTS[event.code]) {
      event.preventDefault();
      actions.opine(VERDICTS[event.code]);
    } else if (event.key === "Escape") {
      actions.escape(event);
    } else if (!event.altKey && !isText(event.target) && !event.target.closest?.(".modes")) {
      single(event, actions, list);
    }
  });
}

function single(event, actions, list) {
  if (!allowed() || event.repeat) return;
  const inScore = Boolean(event.target.closest?.(".score__form"));
  const known = {
    "?": () => list?.showModal(),
    s: () => actions.openScore(),
    j: () => actions.step(1),
    k: () => actions.step(-1),
    r: () => actions.toBox(),
  };
  const digit = /^Digit([1-5])$/.exec(event.code)?.[1] ?? /^Numpad([1-5])$/.exec(event.code)?.[1];
  let act = known[event.key.toLowerCase()];
  if (digit) act = inScore ? () => actions.pick(event.target, digit) : verdictOf(digit, actions);
  if (onFactKey(event)) act = () => {};
  if (!act) return;
  event.preventDefault();
  act();
}

function verdictOf(digit, actions) {
  const verdict = VERDICTS[`Digit${digit}`];
  return verdict && (() => actions.opine(verdict));
}
