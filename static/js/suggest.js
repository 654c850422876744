// Suggestions while typing, for every <input data-suggest="materials places">. The field stays an ordinary field: what is typed can always be sent as
// it is, and without this file nothing is missing but the list.
// In a field of words a material that is chosen is searched for; a place that is chosen becomes the place to search from.

import { combobox, element, listOf, optionOf } from "./combobox.js";

const SHORTEST = 2;
const MOST = 6;
let lists = 0;

const sources = {
  materials: (found) => {
    const groups = new Map((found.groups ?? []).map((group) => [group.slug, group.name]));
    return found.items.map((one) => ({ text: one.name, note: groups.get(one.group) ?? "", meant: found.correctedQuery ?? "" }));
  },
  places: (found) => found.items.map((one) => ({ text: one.label, note: "" })),
};

async function ask(kind, words, signal) {
  const address = `/api/v1/${kind}?${new URLSearchParams({ q: words, pageSize: MOST })}`;
  const answer = await fetch(address, { signal, credentials: "omit", headers: { "Accept-Language": document.documentElement.lang } });
  return answer.ok ? sources[kind](await answer.json()).slice(0, MOST) : [];
}

function enhance(input) {
  const kinds = input.dataset.suggest.split(" ");
  const list = listOf(`suggestions-${++lists}`, input.dataset.suggestLabel);
  const status = element("p", { role: "status", class: "mp-sr" });
  input.parentElement.classList.add("mp-suggested");
  input.after(list, status);

  async function find(words, signal) {
    if (words.length < SHORTEST) return null;
    const found = await Promise.all(kinds.map((kind) => ask(kind, words, signal)));
    const isPlace = found.some((options, which) => kinds[which] === "places" && options.length > 0);
    return kinds.flatMap((kind, which) => {
      const meant = found[which][0]?.meant;
      if (meant && isPlace) return []; // a place is no mistyped material
      const options = found[which].map((one) => optionOf(one.text, one.note, { kind, text: one.text }));
      if (kinds.length === 1 || !options.length) return options;
      const heading = meant ? input.dataset.suggestMeant.replace("{meant}", meant) : input.dataset[`suggest${kind[0].toUpperCase()}${kind.slice(1)}`];
      const name = element("span", { id: `${list.id}-${kind}`, role: "presentation" }, heading);
      return [element("div", { role: "group", "aria-labelledby": name.id }, name, ...options)];
    });
  }

  function choose(option) {
    const { kind, text } = option.dataset;
    const { form } = input;
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

  combobox(input, list, status, { find, choose, tell: (count) => (count ? input.dataset.suggestTold.replace("{count}", count) : "") });
}

function enhanceAll() {
  for (const input of document.querySelectorAll("input[data-suggest]:not([role=combobox])")) enhance(input);
}

document.addEventListener("page-part-replaced", enhanceAll);
enhanceAll();
