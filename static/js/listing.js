// Extras of the forms for lots and demands. Without this file everything works: the server answers the same questions.
// 1. The units and the hazards to declare follow the material that is chosen.
// 2. Photos show themselves before they are sent.

const form = document.querySelector("#listing, #demand");
const material = form?.querySelector("select[name=material]");

async function follow() {
  const address = new URL(form.action);
  address.search = new URLSearchParams({ material: material.value });
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["unit", "hazards"]) {
    const old = document.getElementById(id);
    const made = fresh.getElementById(id);
    if (!old || !made) continue;
    const [before, after] = [old.value, made.value];
    old.replaceChildren(...made.childNodes);
    if (id === "unit") {
      const stays = touched && [...old.options].some((option) => option.value === before);
      old.value = stays ? before : after;
    }
  }
}

let touched = false;
form?.querySelector("#unit")?.addEventListener("change", () => { touched = true; });
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
  });
}
