// Shows how far a training is without loading the page again; without scripts there is a link that does.
"use strict";

const EVERY = 2000; // milliseconds

async function look() {
  const box = document.querySelector("[data-underway]");
  if (!box) return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const news = page.querySelector("[data-underway]");
      if (!news) return location.reload();
      const bar = box.querySelector("progress");
      const next = news.querySelector("progress");
      bar.value = next.value;
      box.querySelector("[data-words]").textContent = news.querySelector("[data-words]").textContent;
    }
  } catch {
    // the next look will tell
  }
  setTimeout(look, EVERY);
}

document.addEventListener("DOMContentLoaded", () => setTimeout(look, EVERY));
