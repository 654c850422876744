// Keeps by itself what was typed of a lot or a demand, whenever a field is left. Without this file its own button keeps it.

const form = document.querySelector("form[data-keep]");
const told = document.getElementById("saved");
const wait = 400;
let timer;
let busy = Promise.resolve();
let pending = 0;

function tell(word, went, saved = "") {
  if (!told) return; // a page without the line is kept all the same
  told.textContent = told.dataset[word].replace("#", saved);
  told.classList.toggle("mp-saved--not", !went);
}

async function keep() {
  const said = new FormData(form);
  for (const input of form.querySelectorAll("input[type=file]")) said.delete(input.name); // photos have a way of their own
  said.set("do", "auto");
  said.set("draft_version", told?.dataset.version ?? "");
  said.set("number", form.dataset.keep);
  try {
    const answer = await fetch(form.action, { method: "POST", body: said, headers: { Accept: "application/json" } });
    if (answer.status === 401) { tell("ended", false); return; }
    if (answer.status === 409) { tell("newer", false); return; }
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const { saved, address, version } = await answer.json();
    if (told) told.dataset.version = version;
    tell("kept", true, saved);
    if (form.getAttribute("action") !== address) {
      form.setAttribute("action", address); // a new lot has an address from its first answer on
      history.replaceState(null, "", address);
    }
  } catch {
    tell("not", false);
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
