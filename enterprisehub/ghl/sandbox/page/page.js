// What does the sandbox know, and what does the prospect say next? Looks again every second, draws only what changed.
"use strict";

const at = (id) => document.getElementById(id);
const place = { location: "", contact: "", state: null, revision: "", drawn: {} };
const MEDIA = { sms: "text", email: "e-mail", chat: "live chat", whatsapp: "WhatsApp", facebook: "Facebook", instagram: "Instagram", call: "call", voicemail: "voicemail", comment: "internal comment" };

function make(tag, text = "", more = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  return Object.assign(made, more);
}

function clock(text) {
  return new Date(text).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

function moment(text) {
  return new Date(text).toLocaleString([], { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
}

function plain(html) {
  return new DOMParser().parseFromString(html.replace(/<(br|\/p|\/div)[^>]*>/gi, "\n"), "text/html").body.textContent.trim();
}

function called(contact) {
  return contact.name || contact.email || contact.phone || "Nameless";
}

// Draw a part again only when what it shows is another.
function part(id, value, draw) {
  const key = JSON.stringify(value);
  if (place.drawn[id] === key) return;
  place.drawn[id] = key;
  at(id).replaceChildren(...draw(value));
  const empty = document.querySelector(`[data-for="${id}"]`);
  if (empty) empty.hidden = at(id).childElementCount > 0;
}

function here() {
  return place.state.locations.find((one) => one.id === place.location) || place.state.locations.find((one) => one.contacts.length) || place.state.locations[0];
}

function chosen() {
  const contacts = here() ? here().contacts : [];
  return contacts.find((one) => one.id === place.contact) || newestFirst(contacts)[0];
}

function newestFirst(contacts) {
  const last = (one) => one.messages.length ? one.messages[one.messages.length - 1].dateAdded : one.dateAdded;
  return [...contacts].sort((one, other) => last(other).localeCompare(last(one)));
}

function drawPeople() {
  const contacts = here() ? here().contacts : [];
  const current = chosen();
  at("people-count").textContent = contacts.length || "";
  at("nobody").hidden = contacts.length > 0;
  if (!contacts.length && !place.drawn.people) at("new").open = true;
  const rows = newestFirst(contacts).map((one) => {
    const last = one.messages[one.messages.length - 1];
    return { id: one.id, name: called(one), said: last ? saidIn(last) : one.phone || one.email || "nothing said yet", current: one === current };
  });
  const focused = document.activeElement && document.activeElement.dataset.contact;
  part("people", rows, () => rows.map((row) => {
    const button = make("button", "", { type: "button" });
    button.dataset.contact = row.id;
    button.setAttribute("aria-current", String(row.current));
    button.append(make("b", row.name), make("span", row.said));
    button.addEventListener("click", () => { place.contact = row.id; place.drawn.thread = ""; draw(); });
    const item = make("li");
    item.append(button);
    return item;
  }));
  if (focused) document.querySelector(`[data-contact="${focused}"]`)?.focus();
}

function saidIn(message) {
  if (message.transcript) return message.transcript.map((one) => one.transcript).join(" ");
  return message.medium === "email" ? plain(message.body || "") : message.body || "";
}

function drawPerson() {
  const contact = chosen();
  at("say").hidden = !contact;
  at("person-name").textContent = contact ? called(contact) : "Nobody chosen";
  at("person-ways").textContent = contact ? [contact.phone, contact.email].filter(Boolean).join(" · ") : "Make a contact, then speak as that person.";
  at("say-label").textContent = contact ? `Say something as ${called(contact)}` : "";
  part("person-marks", contact ? [contact.tags, contact.dnd, contact.dndSettings] : [], () => contact ? marks(contact) : []);
  const users = here() ? here().users : {};
  part("thread", contact ? [contact.id, contact.messages] : [], () => thread(contact, users));
}

function marks(contact) {
  const stops = contact.dnd ? ["Do not disturb"] : Object.entries(contact.dndSettings).filter(([, one]) => one.status !== "inactive").map(([medium]) => `No ${medium}`);
  return [...stops.map((text) => make("li", text, { className: "stop" })), ...contact.tags.map((tag) => make("li", tag))];
}

function thread(contact, users) {
  if (!contact || !contact.messages.length) return [make("p", contact ? "Nothing has been said yet. Write below as the prospect; EnterpriseHub hears it as a signed webhook." : "", { className: "empty" })];
  requestAnimationFrame(() => { at("thread").scrollTop = at("thread").scrollHeight; });
  return contact.messages.map((message) => {
    const box = make("article", "", { className: message.medium === "comment" ? "comment" : message.direction });
    if (message.subject) box.append(make("p", message.subject, { className: "subject" }));
    box.append(make("p", saidIn(message)));
    const sender = message.direction === "inbound" ? called(contact) : message.userId ? users[message.userId] || "An agent" : "EnterpriseHub, through the API";
    const outcome = ["delivered", "completed", "voicemail"].includes(message.status) ? "" : ` · ${message.status}`;
    box.append(make("small", `${sender} · ${MEDIA[message.medium] || message.medium} · ${clock(message.dateAdded)}${outcome}`));
    return box;
  });
}

function fact(text, small, done = false) {
  const item = make("li", "", { className: done ? "done" : "" });
  item.append(make("p", text, { className: text.length > 400 ? "long" : "" }));
  if (text.length > 400) item.firstChild.tabIndex = 0;
  if (small) item.append(make("small", small));
  return item;
}

function drawFacts() {
  const contact = chosen() || { custom: [], notes: [], tasks: [], opportunities: [], appointments: [] };
  const { stages = {}, users = {} } = here() || {};
  part("fields", contact.custom, (rows) => rows.map((row) => {
    const box = make("div");
    box.append(make("dt", row.name), make("dd", row.value));
    return box;
  }));
  part("notes", contact.notes, (rows) => [...rows].reverse().map((row) => fact(plain(row.body), moment(row.dateAdded))));
  part("tasks", contact.tasks, (rows) => rows.map((row) => fact(row.title, [`due ${moment(row.dueDate)}`, users[row.assignedTo], row.completed ? "done" : ""].filter(Boolean).join(" · "), row.completed)));
  part("opportunities", contact.opportunities, (rows) => rows.map((row) => fact(row.name || "Opportunity", [stages[row.pipelineStageId], row.status, row.monetaryValue ? `$${row.monetaryValue.toLocaleString()}` : ""].filter(Boolean).join(" · "))));
  part("appointments", contact.appointments, (rows) => rows.map((row) => fact(row.title, `${moment(row.startTime)} · ${row.appointmentStatus}`)));
}

function drawEvents() {
  const names = Object.fromEntries((here() ? here().contacts : []).map((one) => [one.id, called(one)]));
  const rows = [...place.state.deliveries].reverse().map((row) => ({ ...row, about: names[row.subject] || "" }));
  at("events-count").textContent = rows.length || "";
  at("no-events").hidden = rows.length > 0;
  document.querySelector(".events .scroll").hidden = rows.length === 0;
  part("events", rows, () => rows.map((row) => {
    const last = row.attempts[row.attempts.length - 1];
    const answer = last ? ` (${last.status || last.trouble}, ${Math.round(last.ms)} ms)` : "";
    const line = make("tr");
    const tone = row.state === "delivered" ? "good" : row.state === "given up" || row.state === "lost" ? "bad" : "";
    line.append(make("td", clock(row.at)), make("td", row.type), make("td", row.about, { className: "wide" }), make("td", row.state + answer, { className: tone }), make("td", String(row.attempts.length), { className: "wide" }));
    return line;
  }));
  at("target").textContent = place.state.webhook_url ? `Webhooks go to ${new URL(place.state.webhook_url).host}` : "Webhooks go nowhere";
}

function drawPlaces() {
  part("location", place.state.locations.map((one) => [one.id, one.name, one.active]), (rows) => rows.map(([id, name, active]) => make("option", active ? name : `${name} (paused)`, { value: id })));
  if (here()) at("location").value = here().id;
}

function draw() {
  drawPlaces();
  drawPeople();
  drawPerson();
  drawFacts();
  drawEvents();
}

async function look() {
  try {
    const answer = await fetch(`/_sandbox/state?since=${place.revision}`);
    at("offline").hidden = true;
    if (answer.status === 200) {
      place.state = await answer.json();
      place.revision = place.state.revision;
      draw();
    }
  } catch {
    at("offline").hidden = false;
  }
}

async function order(path, body, trouble) {
  const answer = await fetch(`/_sandbox/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }).catch(() => null);
  const value = answer ? await answer.json() : { message: "The sandbox does not answer." };
  const failed = !answer || answer.status >= 400;
  at(trouble).hidden = !failed;
  at(trouble).textContent = failed ? [].concat(value.message).join(". ") : "";
  await look();
  return failed ? null : value;
}

at("new-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value.trim()));
  const made = await order("contacts", { ...given, location: place.location || here().id }, "new-trouble");
  if (!made) return;
  place.contact = made.id;
  event.target.reset();
  at("new").open = false;
  draw();
  at("words").focus();
});

at("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const contact = chosen();
  const text = at("words").value.trim();
  if (!contact || !text) return;
  at("send").disabled = true;
  place.contact = contact.id;
  if (await order("say", { contact: contact.id, medium: at("medium").value, text }, "say-trouble")) at("words").value = "";
  at("send").disabled = false;
  at("words").focus();
});

at("words").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("say").requestSubmit();
});

at("location").addEventListener("change", (event) => { place.location = event.target.value; place.contact = ""; draw(); });

at("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

look();
setInterval(() => { if (!document.hidden) look(); }, 1000);
