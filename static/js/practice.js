// The role-play by keyboard: Enter says it, Shift and Enter starts a line; after each answer the box is ready again.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-play] textarea");
  if (!box || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (box.value.trim()) box.form.querySelector('button[value="say"]').click();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest?.("#play") && event.target.id !== "play") return;
  const next = document.querySelector("[data-play] textarea") ?? document.querySelector("#verdict");
  next?.focus();
  document.querySelector("#play ol > li:last-child")?.scrollIntoView({ block: "nearest" });
  const words = document.querySelector("#play ol > li:last-child .words")?.textContent ?? "";
  const announcer = document.querySelector("#announcer");
  if (announcer) announcer.textContent = document.querySelector("#verdict h2")?.textContent ?? words;
});

// A better wording may arrive while the agent types: what was typed stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  const box = document.querySelector("[data-play] textarea");
  if (box && event.detail.requestConfig?.verb === "get") sessionStorage.setItem("answer", box.value);
});
document.addEventListener("htmx:afterSwap", () => {
  const kept = sessionStorage.getItem("answer");
  const box = document.querySelector("[data-play] textarea");
  if (box && kept) box.value = kept;
  sessionStorage.removeItem("answer");
});
