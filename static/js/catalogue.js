// The catalogue without reloading: a filter, chip, order or page that is chosen asks the server for the same address and puts its parts in place. The address
// changes along, the back button goes back, the focus stays where it was, and the number of lots is told. Without this file every link and form does
// the same by loading the page.

const PARTS = ["main .mp-page", "form.mp-search", ".mp-header__tools"];
const TYPING_MS = 200;
const path = location.pathname;
const told = document.createElement("p");
let asking, timer;
let here = location.pathname + location.search;

told.className = "mp-sr";
told.setAttribute("role", "status");
document.querySelector("main").append(told);

const isHere = (address) => address.origin === location.origin && address.pathname === path && address.searchParams.get("weergave") !== "kaart";

function addressOf(form) {
  const address = new URL(form.action);
  const chosen = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value.trim());
  address.search = new URLSearchParams(chosen);
  return address;
}

const FIELDS = "input[id]:not([type=hidden], [type=checkbox], [type=radio])";
const written = () => new Map([...document.querySelectorAll(FIELDS)].map((one) => [one.id, one.value]));

// What is typed while the answer is on its way is kept: every field that says something else than when the page was asked for.
function keep(before) {
  const kept = [...written()].filter(([id, value]) => before.has(id) && before.get(id) !== value);
  return () => {
    for (const [id, value] of kept) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
  };
}

// Where the focus is, in words that still hold on the new page.
function whereabouts() {
  const now = document.activeElement;
  if (!now || !now.closest("main, .mp-header__tools") || now.id === "content") return null;
  if (now.name && ["checkbox", "radio"].includes(now.type)) return () => [...document.getElementsByName(now.name)].find((one) => one.type === now.type && one.value === now.value);
  if (now.id && now.matches("input, select")) {
    const caret = Number.isInteger(now.selectionStart) ? [now.selectionStart, now.selectionEnd, now.selectionDirection] : null;
    return () => {
      const again = document.getElementById(now.id);
      if (again && caret && again !== now) again.setSelectionRange(...caret);
      return again;
    };
  }
  if (now.closest(".mp-sort")) return () => [...document.querySelectorAll(".mp-sort a")].find((one) => one.textContent === now.textContent);
  if (now.closest(".mp-chips")) {
    const number = [...now.closest("ul").querySelectorAll("a")].indexOf(now);
    return () => { const left = document.querySelectorAll(".mp-chips a:not(.mp-chip--all)"); return left[Math.min(number, left.length - 1)]; };
  }
  return null;
}

const keyOf = (details) => details.closest("fieldset")?.querySelector("legend")?.textContent ?? "filters";

function put(fresh, before, { closes = false } = {}) {
  const focus = whereabouts();
  const typed = keep(before);
  const hadFocus = document.activeElement?.closest("main") && document.activeElement.id !== "content";
  const open = new Set([...document.querySelectorAll(".mp-filters, .mp-filters details")].filter((one) => one.open).map(keyOf));
  if (closes) open.delete("filters");
  for (const part of PARTS) {
    const [old, made] = [document.querySelector(part), fresh.querySelector(part)];
    if (old && made) old.replaceWith(document.adoptNode(made));
  }
  typed();
  for (const one of document.querySelectorAll(".mp-filters, .mp-filters details")) one.open ||= open.has(keyOf(one));
  document.title = fresh.title;
  const [feed, other] = [document, fresh].map((page) => page.querySelector("link[type='application/atom+xml']"));
  if (feed && other) feed.href = other.getAttribute("href");
  document.dispatchEvent(new CustomEvent("page-part-replaced"));
  const heading = document.getElementById("results");
  const again = closes ? null : focus?.();
  if (again) again.focus({ preventScroll: true });
  else if (hadFocus || closes) toResults(heading);
  told.textContent = "";
  requestAnimationFrame(() => { told.textContent = document.querySelector("#faults")?.textContent ?? heading?.textContent ?? ""; });
}

function toResults(heading) {
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  const { top } = heading.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) heading.scrollIntoView({ block: "start" });
}

async function load(address, { keeps = false, ...how } = {}) {
  clearTimeout(timer);
  asking?.abort();
  const mine = asking = new AbortController();
  const before = written();
  document.querySelector("section[aria-labelledby=results]")?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !fresh.querySelector(".mp-finder")) throw new Error(`${address} answered ${answer.status}`);
    if (!keeps) history.pushState(null, "", address);
    here = location.pathname + location.search;
    put(fresh, before, how);
  } catch (trouble) {
    if (trouble.name !== "AbortError") location.assign(address); // the browser tells what is wrong
  }
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest(".mp-finder a[href]");
  if (!link || !link.closest(".mp-sort, .mp-chips, .mp-pages, .mp-empty") || !isHere(new URL(link.href))) return;
  event.preventDefault();
  link.focus({ preventScroll: true }); // Safari does not by itself
  load(new URL(link.href));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get" || !form.closest("main") || new URL(form.action).pathname !== path) return;
  event.preventDefault();
  load(addressOf(form), { closes: Boolean(form.closest(".mp-filters")) });
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.closest(".mp-filters") || form.method !== "get") return;
  clearTimeout(timer);
  timer = setTimeout(() => { if (form.isConnected) load(addressOf(form)); }, event.target.matches("input:not([type=checkbox])") ? TYPING_MS : 0);
});

addEventListener("popstate", () => {
  const was = here;
  here = location.pathname + location.search;
  if (here === was) return; // another place on the same page: the skip link was followed
  if (isHere(new URL(location.href))) load(new URL(location.href), { keeps: true });
  else location.reload();
});
