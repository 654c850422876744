// Keeps a step by itself when a field is left, and tells the weight and the saving while somebody types.
// Without this file every step is kept by its own button.

const form = document.querySelector("#listing[data-number]");
const told = document.getElementById("saved");
const wait = 400;
let timer;
let busy = Promise.resolve();
let pending = 0;

function tell(sentence, went) {
  told.textContent = sentence;
  told.classList.toggle("mp-saved--not", !went);
}

async function keep() {
  const said = new FormData(form);
  said.set("do", "auto");
  said.set("number", form.dataset.number);
  try {
    const answer = await fetch(form.action, { method: "POST", body: said, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const { saved, address } = await answer.json();
    tell(told.dataset.kept.replace("#", saved), true);
    if (form.getAttribute("action") !== address) {
      form.setAttribute("action", address); // a new lot has an address from its first answer on
      history.replaceState(null, "", address);
    }
  } catch {
    tell(told.dataset.not, false);
  }
}

form?.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    pending += 1;
    busy = busy.then(keep).finally(() => { pending -= 1; });
  }, wait);
});

form?.addEventListener("submit", async (event) => {
  clearTimeout(timer);
  if (pending === 0) return;
  event.preventDefault(); // an answer that is on its way decides where this one goes
  await busy;
  setTimeout(() => { form.requestSubmit(event.submitter); });
});

const estimate = document.getElementById("estimate");
const amount = form?.querySelector("#quantity");
let asked = 0;

async function weigh() {
  const mine = ++asked;
  const unit = form.querySelector("[name=unit]").value;
  const question = new URLSearchParams({ material: form.dataset.material ?? "", quantity: amount.value, unit });
  const answer = await fetch(`${estimate.dataset.ask}?${question}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || mine !== asked) return;
  const { sentence } = await answer.json();
  estimate.querySelector("span").textContent = sentence;
  estimate.hidden = !sentence;
}

if (estimate && amount) {
  let soon;
  const later = () => { clearTimeout(soon); soon = setTimeout(() => { weigh().catch(() => {}); }, 300); };
  amount.addEventListener("input", later);
  form.querySelector("[name=unit]").addEventListener("change", later);
}
