// How many leads are ticked, and all of a page at once. Without this the boxes work one by one.

const form = document.querySelector("[data-many]");
if (form) {
  const all = form.querySelector("[data-tick-all]");
  const count = form.querySelector("[data-ticked]");
  const untouched = count.textContent;
  const boxes = () => [...form.querySelectorAll('input[name="lead"]')];
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
    count.textContent = ticked ? `${ticked} ticked` : untouched;
    form.toggleAttribute("data-some", ticked > 0);
  };
  all.disabled = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}
