// How do events reach this page? One socket that comes back by itself, asks for what it missed and shows each event once.
//
// htmx's own ws extension is not used for this: it neither wakes at once when the network returns nor reconnects after
// a server's 1001 or 1011, and it swaps a frame before the page can see that the number was seen already.

const PROTOCOL = "ehub.html.v1";
const FIRST_WAIT = 400; // milliseconds before the first new attempt; doubled each time, with jitter
const LONGEST_WAIT = 20_000;
const SETTLED_AFTER = 5_000; // a line that held this long starts over with the short wait
const ACK_EVERY = 2_000;
const GONE_FOR_GOOD = new Set([4401, 4403]); // signed out, or no longer allowed

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".event");
}

export class Line extends EventTarget {
  constructor(path, seq) {
    super();
    this.address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    this.seq = seq; // the last event that this page shows
    this.state = "connecting";
    this.attempts = 0;
    this.dropped = false; // was there a line before this one
    addEventListener("online", () => this.retryNow());
    addEventListener("offline", () => this.socket?.close());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retryNow());
  }

  get live() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.address, [PROTOCOL]);
    this.socket = socket;
    socket.addEventListener("open", () => socket === this.socket && this.opened());
    socket.addEventListener("message", (event) => socket === this.socket && this.heard(event.data));
    socket.addEventListener("close", (event) => socket === this.socket && this.closed(event));
  }

  leave() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  retryNow() {
    if (this.state === "down" && !this.live && this.socket?.readyState !== WebSocket.CONNECTING) this.open();
  }

  send(message) {
    if (!this.live) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  opened() {
    this.send({ type: "resume", last_seq: this.seq });
    this.heldSince = Date.now();
    this.show("live");
  }

  heard(data) {
    const frame = parse(data);
    if (!frame) return;
    if (frame.dataset.seq !== undefined) {
      const seq = Number(frame.dataset.seq);
      if (seq <= this.seq) return; // seen already
      this.seq = seq;
      this.ack();
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  ack() {
    this.ackTimer ??= setTimeout(() => {
      this.ackTimer = undefined;
      this.send({ type: "ack", seq: this.seq });
    }, ACK_EVERY);
  }

  closed(event) {
    if (GONE_FOR_GOOD.has(event.code)) {
      this.show("out");
      return;
    }
    if (this.heldSince && Date.now() - this.heldSince > SETTLED_AFTER) this.attempts = 0;
    this.dropped ||= Boolean(this.heldSince);
    this.heldSince = 0;
    if (this.attempts === 2) this.askWhy();
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.attempts);
    this.attempts += 1;
    this.timer = setTimeout(() => this.open(), longest * (0.5 + Math.random() / 2));
    this.show("down");
  }

  // A handshake that is refused tells the browser nothing; a page that leads to the sign-in does.
  async askWhy() {
    try {
      const answer = await fetch("/sessions/", { method: "HEAD", redirect: "manual" });
      if (answer.type !== "opaqueredirect") return;
    } catch {
      return; // the network is down: that is another matter
    }
    this.leave();
    this.show("out");
  }

  show(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
