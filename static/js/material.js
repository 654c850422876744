// Finds a material by typing, in the place of the long list. The list stays in the form and carries the value; without this file it is what
// people use.

import { combobox, element, listOf, optionOf } from "./combobox.js";

for (const holder of document.querySelectorAll(".mp-material")) enhance(holder);

function enhance(holder) {
  const select = holder.querySelector("select");
  const words = holder.dataset;
  const input = element("input", { type: "text", id: select.id, class: "mp-input", spellcheck: "false" });
  const list = listOf(`${select.id}-found`, words.more.replace("#", "").trim()); // not the label: that is the name of the field
  const status = element("p", { role: "status", class: "mp-combo__found" });
  for (const name of ["aria-describedby", "aria-invalid", "aria-required", "autofocus"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    select.removeAttribute(name);
  }
  select.id = `${input.id}-list`;
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");
  select.classList.add("mp-combo__native");
  const hint = holder.querySelector(".mp-hint");
  if (hint && words.hint) hint.textContent = words.hint;
  const box = element("div", { class: "mp-combo" });
  select.before(box);
  box.append(input, list, select);
  box.after(status);

  const tiles = holder.closest("form")?.querySelectorAll("input[name=group]") ?? [];
  let group = ""; // the group whose picture was tapped last
  const name = () => (select.value ? select.selectedOptions[0].textContent.trim() : "");
  const typed = () => (input.value.trim() === name() ? "" : input.value.trim()); // what is chosen already asks for all
  const show = () => { input.value = name(); };
  show();

  function take(slug) {
    select.value = slug;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function find(_words, signal) {
    const answer = await fetch(`${words.ask}?${new URLSearchParams({ q: typed(), group: typed() ? "" : group })}`, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return null;
    const { items, meant } = await answer.json();
    words.meant = meant ?? "";
    const offered = new Set([...select.options].map((option) => option.value));
    return items.filter((one) => offered.has(one.slug))
      .map((one) => optionOf(one.name, one.usual ? `${one.group}, ${words.usual}` : one.group, { slug: one.slug }));
  }

  function tell(count) {
    if (count && words.meant) return words.meant;
    if (count) return count === 1 ? words.one : words.more.replace("#", count);
    return typed() ? words.none : "";
  }

  const { ask, isOpen } = combobox(input, list, status, { find, choose: (option) => take(option.dataset.slug), tell, takesFirst: true });
  for (const tile of tiles) {
    tile.addEventListener("change", (event) => {
      event.stopPropagation(); // the material that is chosen says it
      group = tile.value;
      input.value = "";
      input.focus({ preventScroll: true });
      input.scrollIntoView({ block: "start" });
      ask();
    });
  }
  input.addEventListener("focus", () => { input.select(); });
  input.addEventListener("click", () => { if (!isOpen()) ask(); });
  input.addEventListener("blur", () => {
    if (!input.value.trim() && select.value) take("");
    show(); // what is not in the list is not an answer
  });
  input.addEventListener("change", (event) => { event.stopPropagation(); });
  select.addEventListener("change", () => {
    show();
    const of = select.selectedOptions[0]?.closest("optgroup")?.label; // the picture of its group is the one that is chosen
    for (const tile of tiles) if (of) tile.checked = tile.closest("label").textContent.trim() === of;
  });
  window.addEventListener("pageshow", show);
}
