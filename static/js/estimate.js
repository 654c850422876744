// Tells the weight and the saving of a quantity while somebody types. Without this file the next page tells it.

const estimate = document.getElementById("estimate");
const form = estimate?.closest("form");
let asked = 0;
let soon;

async function weigh() {
  const mine = ++asked;
  const said = new FormData(form);
  const question = new URLSearchParams({
    material: said.get("material") ?? form.dataset.material ?? "",
    quantity: said.get("quantity"),
    unit: said.get("unit"),
  });
  const answer = await fetch(`${estimate.dataset.ask}?${question}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || mine !== asked) return;
  const { sentence, mass, saving } = await answer.json();
  const weight = estimate.querySelector("b"); // beside the quantity: the weight, and what it saves
  if (weight) weight.textContent = mass ?? "";
  estimate.querySelector("span").textContent = weight ? saving ?? "" : sentence;
  estimate.hidden = !sentence;
}

function later({ target }) {
  if (!["material", "quantity", "unit"].includes(target.name)) return;
  clearTimeout(soon);
  soon = setTimeout(() => { weigh().catch(() => {}); }, 300);
}

form?.addEventListener("input", later);
form?.addEventListener("change", later);
