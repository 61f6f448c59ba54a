// What time was it here? Rewrites the server's times in the browser's own zone, in the same shape and width.

const pad = (number) => String(number).padStart(2, "0");
const month = new Intl.DateTimeFormat("en", { month: "short" });

export function showMoments(root) {
  for (const element of root.querySelectorAll("time[data-moment]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const clock = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
    const today = at.toDateString() === new Date().toDateString();
    element.textContent = today ? clock : `${pad(at.getDate())} ${month.format(at)}, ${clock}`;
    element.title = at.toLocaleString("en", { dateStyle: "full", timeStyle: "medium" });
  }
}
