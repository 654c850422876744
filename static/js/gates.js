// Tells what the rules say of a lot while somebody answers. Without this file the next page tells it.

const gates = document.getElementById("gates");
const form = gates?.closest("form");
const ASKED = /^(material|field_set|asbestos_suspected|year_of_construction|field-.*|hazard-.*)$/;
let asked = 0;
let soon;

async function look() {
  const mine = ++asked;
  const said = [...new FormData(form)].filter(([name, value]) => ASKED.test(name) && typeof value === "string");
  const address = new URL(gates.dataset.ask, location.href);
  for (const [name, value] of said) address.searchParams.append(name, value);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok || mine !== asked) return;
  const { html } = await answer.json();
  const fresh = new DOMParser().parseFromString(html, "text/html");
  if (fresh.body.textContent.trim() === gates.textContent.trim()) return; // what is said already is not said again
  const isOpen = gates.querySelector("details")?.open ?? false;
  for (const fold of fresh.querySelectorAll("details")) fold.open = isOpen;
  gates.replaceChildren(...fresh.body.childNodes);
}

function later({ target }) {
  if (!ASKED.test(target.name) && target.name !== "unit") return; // the unit changes when the fields of another material have come
  clearTimeout(soon);
  soon = setTimeout(() => { look().catch(() => {}); }, 400);
}

form?.addEventListener("change", later);
