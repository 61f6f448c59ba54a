// What does a screen reader hear? One polite region; what comes at the same moment is said in one breath.

let waiting = [];
let timer = 0;

export function announce(text) {
  waiting.push(text.trim());
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.getElementById("announcer");
    if (region) region.textContent = waiting.join(". ");
    waiting = [];
  }, 150);
}
