// A field with a list of what could be meant, as ARIA 1.2 describes it: typing asks, arrows walk, Enter or a click chooses, Escape closes.
// `find(words, signal)` gives what the list is to hold, `choose(option)` takes one, `tell(count)` is the sentence that is read out.

const WAIT_MS = 120;

export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function optionOf(text, note, data) {
  const option = element("div", { role: "option", "aria-selected": "false" }, text);
  if (note) option.append(element("small", {}, note));
  Object.assign(option.dataset, data);
  return option;
}

export function listOf(id, label) {
  return element("div", { role: "listbox", id, class: "mp-suggest", "aria-label": label });
}

export function combobox(input, list, status, { find, choose, tell, takesFirst = false }) {
  let options = [];
  let active = -1;
  let asking, timer;
  const about = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" };
  for (const [name, value] of Object.entries(about)) input.setAttribute(name, value);
  list.hidden = true;

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    status.textContent = "";
  }

  function light(number) {
    options[active]?.setAttribute("aria-selected", "false");
    active = number;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  function show(found) {
    list.replaceChildren(...found);
    options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, number) => { option.id = `${list.id}-${number}`; });
    active = -1;
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    status.textContent = tell(options.length);
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const found = await find(input.value.trim(), signal);
      if (signal.aborted) return;
      if (found) show(found);
      else close();
    } catch { /* the next letter came first, or the line is gone: the field is still a field */ }
  }

  function take(option) {
    close();
    choose(option);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("blur", close);
  input.form?.addEventListener("submit", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (list.hidden) ask();
      else light(active < 0 ? (step > 0 ? 0 : options.length - 1) : (active + step + options.length) % options.length);
    } else if (event.key === "Enter" && !list.hidden && (active >= 0 || takesFirst)) {
      event.preventDefault();
      take(options[Math.max(active, 0)]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  return { ask, isOpen: () => !list.hidden };
}
