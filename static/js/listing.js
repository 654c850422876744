// Extras of the forms for lots and demands. Without this file everything works: the server answers the same questions.
// 1. The units, the fields and the hazards to declare follow the material that is chosen.
// 2. Photos show themselves before they are sent, and the place where one was taken is offered.

import { offer, placeOf } from "./photo_place.js";

const form = document.querySelector("form[data-follow]");
const follows = form?.dataset.follow;
const material = form?.querySelector("select[name=material]");

async function follow() {
  const address = new URL(follows, location.href);
  address.search = new URLSearchParams({ material: material.value });
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const before = form.elements.unit.value;
  for (const id of ["unit-of", "hazards", "material-fields"]) {
    const old = document.getElementById(id);
    const made = fresh.getElementById(id);
    if (!old || !made) continue;
    if (id === "material-fields") carry(old, made);
    old.replaceChildren(...made.childNodes);
  }
  const unit = form.elements.unit;
  if (touched && [...(unit.options ?? [])].some((option) => option.value === before)) unit.value = before;
  unit.dispatchEvent(new Event("change", { bubbles: true }));
}

// What was answered already stays where the other material asks the same.
function carry(old, made) {
  for (const input of made.querySelectorAll("input:not([type=hidden]), select")) {
    const same = [...old.querySelectorAll("input, select")].filter((one) => one.name === input.name && one.type === input.type);
    if (["radio", "checkbox"].includes(input.type)) {
      if (same.some((one) => one.checked && one.value === input.value)) input.checked = true;
      continue;
    }
    const said = same[0]?.value ?? "";
    if (said && (!input.options || [...input.options].some((option) => option.value === said))) input.value = said;
  }
  for (const fold of made.querySelectorAll("details")) fold.open ||= [...fold.querySelectorAll("input")].some((one) => one.checked || (one.type === "text" && one.value));
}

let touched = false;
form?.addEventListener("change", ({ target, isTrusted }) => { if (isTrusted && target.name === "unit") touched = true; });
material?.addEventListener("change", () => { follow().catch(() => {}); });

for (const input of document.querySelectorAll("[data-photos] input[type=file]")) {
  input.addEventListener("change", () => {
    const holder = input.closest("[data-photos]");
    let list = holder.querySelector(`[data-preview-of="${input.id}"]`);
    if (!list) {
      list = document.createElement("ul");
      list.className = "mp-photos";
      list.dataset.previewOf = input.id;
      holder.append(list);
    }
    for (const shown of list.querySelectorAll("img")) URL.revokeObjectURL(shown.src);
    list.replaceChildren(...[...input.files].slice(0, 12).map((file) => {
      const item = document.createElement("li");
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("error", () => picture.remove());
      item.append(picture, document.createTextNode(file.name));
      return item;
    }));
    offerPlace([...input.files], holder).catch(() => {});
  });
}

async function offerPlace(files, holder) {
  const box = document.querySelector("[data-photo-place]");
  if (!box) return;
  box.hidden = true;
  const before = holder.closest("form").querySelectorAll(".mp-photos img").length - files.length; // those that have arrived already
  for (const [index, file] of files.entries()) {
    const place = await placeOf(file);
    if (place) { await offer(box, place, before + index + 1); return; }
  }
}
