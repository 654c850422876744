// Suggestions while typing, for every <input data-suggest="materials places">: a combobox with a list, as ARIA 1.2 describes it. The field stays an
// ordinary field: what is typed can always be sent as it is, and without this file nothing is missing but the list.
// In a field of words a material that is chosen is searched for; a place that is chosen becomes the place to search from.

const WAIT_MS = 120;
const SHORTEST = 2;
const MOST = 6;
let lists = 0;

const sources = {
  materials: (found) => {
    const groups = new Map((found.groups ?? []).map((group) => [group.slug, group.name]));
    return found.items.map((one) => ({ text: one.name, note: groups.get(one.group) ?? "" }));
  },
  places: (found) => found.items.map((one) => ({ text: one.label, note: "" })),
};

async function ask(kind, words, signal) {
  const address = `/api/v1/${kind}?${new URLSearchParams({ q: words, pageSize: MOST })}`;
  const answer = await fetch(address, { signal, credentials: "omit", headers: { "Accept-Language": document.documentElement.lang } });
  return answer.ok ? sources[kind](await answer.json()).slice(0, MOST) : [];
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function enhance(input) {
  const kinds = input.dataset.suggest.split(" ");
  const id = `suggestions-${++lists}`;
  const list = element("div", { role: "listbox", id, class: "mp-suggest", "aria-label": input.dataset.suggestLabel });
  const told = element("p", { role: "status", class: "mp-sr" });
  let options = [];
  let active = -1;
  let asking, timer;
  list.hidden = true;
  input.parentElement.classList.add("mp-suggested");
  input.after(list, told);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", id], ["autocomplete", "off"]]) input.setAttribute(name, value);

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    told.textContent = "";
  }

  function light(number) {
    options[active]?.setAttribute("aria-selected", "false");
    active = number;
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  function choose(option) {
    const { kind, text } = option.dataset;
    const form = input.form;
    close();
    if (kind === "places" && input.name !== "place" && form) {
      let place = form.elements.namedItem("place");
      if (!place) form.append(place = element("input", { type: "hidden", name: "place" }));
      place.value = text;
      input.value = "";
    } else {
      input.value = text;
    }
    if (kinds.length > 1) form?.requestSubmit();
    else input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show(found) {
    options = [];
    const groups = kinds.map((kind, which) => {
      const shown = found[which].map((one) => {
        const option = element("div", { role: "option", id: `${id}-${options.length}`, "aria-selected": "false", "data-kind": kind, "data-text": one.text }, one.text);
        if (one.note) option.append(element("small", {}, one.note));
        options.push(option);
        return option;
      });
      if (kinds.length === 1 || !shown.length) return shown;
      const name = element("span", { id: `${id}-${kind}`, role: "presentation" }, input.dataset[`suggest${kind[0].toUpperCase()}${kind.slice(1)}`]);
      return [element("div", { role: "group", "aria-labelledby": name.id }, name, ...shown)];
    });
    list.replaceChildren(...groups.flat());
    active = -1;
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    told.textContent = options.length ? input.dataset.suggestTold.replace("{count}", options.length) : "";
  }

  async function look() {
    const words = input.value.trim();
    asking?.abort();
    if (words.length < SHORTEST) return close();
    asking = new AbortController();
    try {
      const found = await Promise.all(kinds.map((kind) => ask(kind, words, asking.signal)));
      if (document.activeElement === input) show(found);
    } catch { /* the next letter came first, or the line is gone: the field is still a field */ }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  input.addEventListener("blur", close);
  input.form?.addEventListener("submit", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (list.hidden) {
      if (step === 1) look();
      return;
    }
    if (step) {
      event.preventDefault();
      light(active < 0 ? (step > 0 ? 0 : options.length - 1) : (active + step + options.length) % options.length);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options[active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
}

function enhanceAll() {
  for (const input of document.querySelectorAll("input[data-suggest]:not([role=combobox])")) enhance(input);
}

document.addEventListener("page-part-replaced", enhanceAll);
enhanceAll();
