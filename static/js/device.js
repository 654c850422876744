// On each page of somebody who is signed in: what works without a network is put on the device, and what waits there is sent.
import { listLots, remember, send } from "./waiting.js";

const told = document.getElementById("device-waiting");

function tell(sentence, href) {
  const line = told.querySelector("span");
  line.textContent = sentence;
  told.querySelector("a").href = href;
  told.hidden = false;
}

async function look() {
  if ((await listLots()).length === 0) return;
  const sent = await send(told.dataset.send) ?? [];
  const { length } = await listLots();
  if (length > 0) tell(told.dataset[length === 1 ? "one" : "more"].replace("#", length), told.dataset.send);
  else if (sent.length > 0) tell(told.dataset.sent.replace("#", sent.length), sent[0].address);
}

if (told) {
  remember(told.dataset.writer);
  navigator.serviceWorker?.register(told.dataset.worker, { updateViaCache: "all" }).catch(() => {});
  look().catch(() => {}); // a browser that keeps nothing
  window.addEventListener("online", () => { look().catch(() => {}); });
}
