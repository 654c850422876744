// Finds a material by typing: an ARIA 1.2 combobox in the place of the long list. The list stays in the form and carries the value;
// without this file it is what people use.

for (const holder of document.querySelectorAll(".mp-material")) {
  const select = holder.querySelector("select");
  const words = holder.dataset;
  const box = document.createElement("div");
  box.className = "mp-combo";
  const input = document.createElement("input");
  Object.assign(input, { type: "text", id: select.id, className: "mp-input", autocomplete: "off", spellcheck: false });
  const list = document.createElement("ul");
  Object.assign(list, { id: `${select.id}-found`, className: "mp-combo__list", hidden: true });
  const count = document.createElement("p");
  count.className = "mp-combo__none";
  count.setAttribute("role", "status");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.more.replace("#", "").trim()); // not the label: that is the name of the field
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
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
  select.before(box);
  box.append(input, list, select);
  box.after(count);

  let options = [];
  let at = -1;
  let turn = 0;
  const name = () => (select.value ? select.selectedOptions[0].textContent.trim() : "");
  const show = () => { input.value = name(); };
  show();

  function close() {
    turn += 1;
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    at = index;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    if (at < 0) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    select.value = options[index].slug;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    show();
    close();
    count.textContent = "";
  }

  async function find(typed) {
    const mine = ++turn;
    const answer = await fetch(`${words.ask}?${new URLSearchParams({ q: typed })}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || mine !== turn) return;
    const { items } = await answer.json();
    if (mine !== turn) return;
    options = items.filter((one) => [...select.options].some((option) => option.value === one.slug));
    list.replaceChildren(...options.map((one, number) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${number}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.append(one.name);
      const more = document.createElement("small");
      more.textContent = one.usual ? `${one.group}, ${words.usual}` : one.group;
      item.append(more);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); });
      item.addEventListener("click", () => { choose(number); });
      return item;
    }));
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    const found = options.length === 1 ? words.one : words.more.replace("#", options.length);
    count.textContent = options.length ? found : typed.trim() ? words.none : "";
  }

  const ask = () => { find(input.value === name() ? "" : input.value).catch(() => {}); };
  let soon;
  input.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(ask, 120);
  });
  input.addEventListener("focus", () => { input.select(); });
  input.addEventListener("click", () => { if (list.hidden) ask(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { ask(); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      choose(Math.max(at, 0));
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", () => {
    clearTimeout(soon);
    close();
    count.textContent = "";
    if (!input.value.trim() && select.value) {
      select.value = "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    show(); // what is not in the list is not an answer
  });
  input.addEventListener("change", (event) => { event.stopPropagation(); });
  select.addEventListener("change", show);
  window.addEventListener("pageshow", show);
}
