// Announces the end of the session three minutes before it, and keeps it alive when asked to.
const WARN_BEFORE_S = 180;
const note = document.getElementById("session-end");
let timer;

function arm(seconds) {
  clearTimeout(timer);
  note.hidden = true;
  timer = setTimeout(() => { note.hidden = false; }, Math.max(0, seconds - WARN_BEFORE_S) * 1000);
}

async function stay() {
  const answer = await fetch(note.dataset.ask, { redirect: "manual" });
  if (!answer.ok) {
    note.querySelector("p").textContent = note.dataset.ended; // what stands in a form comes back after log-in
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  arm(Number(page.getElementById("session-end")?.dataset.seconds ?? 0));
}

if (note) {
  arm(Number(note.dataset.seconds));
  note.querySelector("button").addEventListener("click", () => { stay().catch(() => {}); });
}
