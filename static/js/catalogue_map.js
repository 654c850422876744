// The catalogue on the map. The server says which marks stand in view and which lots the list beside it holds; this file shows them, lights the mark of
// the lot that is pointed at and the other way round, and keeps the view in the address. Without it the page is the list.

import { openMap } from "./map.js";

const holder = document.querySelector("#map");
const canvas = holder.querySelector(".mp-map__canvas");
const list = holder.querySelector(".mp-map__list");
const more = holder.querySelector(".mp-map__more");
const none = holder.querySelector(".mp-map__none");
const heading = holder.querySelector("#results");
const turn = holder.querySelector(".mp-map__turn");
const words = holder.dataset;
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const shown = new Map(); // key of a mark: { mark, marker }
const WAIT_MS = 120;
const SPOT_ZOOM = 13; // so near that the list holds little more than one spot
let map, L, labels, fit, asking, timer, nextPage, wanted;

const sizeOf = (count) => (count === 1 ? 44 : count < 10 ? 44 : count < 100 ? 48 : 54);

async function ask(page) {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(words.marks, location.href);
  for (const [key, value] of new URLSearchParams(location.search)) if (!["page", "weergave"].includes(key)) address.searchParams.append(key, value);
  const view = map.getBounds();
  const sides = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
  address.searchParams.set("bbox", sides.map((side) => side.toFixed(5)).join(","));
  address.searchParams.set("zoom", Math.floor(map.getZoom()));
  if (page) address.searchParams.set("page", page);
  const answer = await fetch(address, { signal: asking.signal });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
}

// The focus to the same thing as before, or to the map where that is gone: never to nothing.
const give = (element) => (element?.offsetParent ? element : canvas).focus({ preventScroll: true });
const markOf = (key) => shown.get(key)?.marker.getElement();

function fill(found, adds) {
  const pieces = new DOMParser().parseFromString(`<ul>${found.list}</ul>`, "text/html").querySelectorAll("li");
  if (adds) list.append(...pieces);
  else {
    const held = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
    list.replaceChildren(...pieces);
    if (held) give(list.querySelector(`a[href="${CSS.escape(held)}"]`));
  }
  nextPage = found.nextPage;
  more.hidden = !nextPage;
  heading.textContent = found.heading;
  none.hidden = found.total > 0;
  for (const part of none.querySelectorAll("[data-elsewhere]")) part.hidden = found.outside === 0;
  none.querySelector("[data-nowhere]").hidden = found.outside > 0;
}

function light(key, isLit) {
  markOf(key)?.classList.toggle("is-lit", isLit);
  for (const row of list.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) row.classList.toggle("is-lit", isLit);
}

function toList(key) {
  const row = list.querySelector(`[data-key="${CSS.escape(key)}"]`);
  row?.scrollIntoView({ block: "nearest" });
  return row;
}

function card(lot) {
  const made = document.createElement("div");
  made.className = "mp-map-card";
  if (lot.photo) made.append(Object.assign(document.createElement("img"), { src: lot.photo, alt: "", width: 480, height: 320 }));
  const link = Object.assign(document.createElement("a"), { href: lot.url, textContent: lot.title, lang: "nl" });
  const facts = Object.assign(document.createElement("p"), { textContent: `${lot.quantity}, ${lot.place}` });
  made.append(link, facts);
  return made;
}

// A mark that has the focus lies in the view, and under none of the buttons and lines that lie on the map.
function reveal(mark, element) {
  const half = sizeOf(mark.count) / 2;
  map.panInside([mark.lat, mark.lon], { padding: [half, half], animate: false });
  for (const control of [...canvas.querySelectorAll(".leaflet-control"), turn]) {
    const box = element.getBoundingClientRect(), corner = control.getBoundingClientRect();
    if (box.right <= corner.left || box.left >= corner.right || box.bottom <= corner.top || box.top >= corner.bottom) continue;
    const aside = control.closest(".leaflet-left") ? box.left - corner.right : box.right - corner.left;
    const along = control.closest(".leaflet-top") ? box.top - corner.bottom : box.bottom - corner.top;
    map.panBy(Math.abs(along) < Math.abs(aside) ? [0, along] : [aside, 0], { animate: false });
  }
}

function choose(mark, byKeyboard) {
  if (mark.lot) {
    const popup = L.popup({ maxWidth: 260, minWidth: 220, offset: [0, -8], autoPanPadding: [12, 12] })
      .setLatLng([mark.lat, mark.lon]).setContent(card(mark.lot)).openOn(map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close?.setAttribute("aria-label", words.close);
    toList(mark.key);
    if (byKeyboard) {
      popup.getElement().querySelector("a[href]:not([role])")?.focus();
      popup.on("remove", () => give(markOf(mark.key)));
    }
    return;
  }
  const [west, south, east, north] = mark.box;
  const corners = [[south, west], [north, east]];
  const nearer = mark.isOneSpot ? SPOT_ZOOM : map.getMaxZoom();
  if (map.getZoom() < nearer) {
    if (byKeyboard) wanted = mark.box;
    const zoom = Math.min(nearer, Math.max(Math.floor(map.getZoom()) + 1, map.getBoundsZoom(corners, false, L.point(112, 112))));
    map.setView(L.latLngBounds(corners).getCenter(), zoom);
    return;
  }
  const row = toList(mark.key); // nothing to part: the list tells them
  if (turn.offsetParent) show("list");
  row?.querySelector("a")?.focus();
}

function markerOf(mark) {
  const size = sizeOf(mark.count);
  const icon = L.divIcon({ className: `mp-mark${mark.lot ? " mp-mark--one" : ""}${mark.isPlanned ? " mp-mark--planned" : ""}`, html: mark.also ? "<span></span><small></small>" : "<span></span>", iconSize: [size, size] });
  const marker = L.marker([mark.lat, mark.lon], { icon, title: mark.name, keyboard: true, autoPanOnFocus: false, riseOnHover: true });
  marker.on("add", () => {
    const element = marker.getElement();
    element.setAttribute("aria-label", mark.name);
    element.dataset.key = mark.key;
    element.firstChild.textContent = mark.lot ? "" : numbers.format(mark.count);
    if (mark.also) element.lastChild.textContent = mark.also;
    for (const [begins, ends] of [["pointerenter", "pointerleave"], ["focus", "blur"]]) {
      element.addEventListener(begins, () => {
        light(mark.key, true);
        if (begins !== "focus" || !element.matches(":focus-visible")) return;
        toList(mark.key);
        reveal(mark, element);
      });
      element.addEventListener(ends, () => light(mark.key, false));
    }
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      choose(mark, true);
    });
    element.addEventListener("keypress", (event) => event.stopPropagation()); // Leaflet would choose once more
  });
  marker.on("click", () => choose(mark, false));
  return marker;
}

const same = (a, b) => a && a.count === b.count && a.also === b.also && a.lat === b.lat && a.lon === b.lon;

function draw(clusters) {
  const focused = document.activeElement?.dataset?.key;
  const kept = new Set(clusters.filter((mark) => same(shown.get(mark.key)?.mark, mark)).map((mark) => mark.key));
  for (const [key, one] of shown) {
    if (kept.has(key)) continue;
    one.marker.remove();
    shown.delete(key);
  }
  for (const mark of clusters) {
    if (!kept.has(mark.key)) shown.set(mark.key, { mark, marker: markerOf(mark).addTo(map) });
    else shown.get(mark.key).mark = mark;
    const element = markOf(mark.key);
    if (element !== document.activeElement) element.parentNode.append(element); // the Tab key goes in the order of the list
  }
  if (wanted) {
    const [west, south, east, north] = wanted;
    wanted = null;
    const first = clusters.find((mark) => mark.lon >= west && mark.lon <= east && mark.lat >= south && mark.lat <= north) ?? clusters[0];
    give(markOf(first?.key));
  } else if (focused && !document.activeElement?.dataset?.key) {
    give(markOf(focused));
  }
  labels(clusters.map((mark) => ({ lat: mark.lat, lon: mark.lon, size: sizeOf(mark.count), also: mark.also })));
}

async function look() {
  try {
    const found = await ask();
    fill(found, false);
    draw(found.clusters);
    holder.dataset.filled = "yes";
  } catch (trouble) {
    if (trouble.name !== "AbortError") heading.textContent = words.failed;
  }
}

function moved() {
  const { lat, lng } = map.getCenter();
  history.replaceState(history.state, "", `#${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
  clearTimeout(timer);
  timer = setTimeout(look, WAIT_MS);
}

function show(view) {
  const isHeld = list.contains(document.activeElement);
  holder.dataset.view = view;
  if (isHeld && !list.offsetParent) give();
  turn.textContent = view === "list" ? turn.dataset.toMap : turn.dataset.toList;
  if (view === "list") holder.scrollIntoView({ block: "start" });
}

function circle() { // what was asked for: from here, within so many kilometres
  const at = words.near.split(",").map(Number);
  if (words.radius) L.circle(at, { radius: Number(words.radius) * 1000, interactive: false, className: "mp-radius" }).addTo(map);
  L.circleMarker(at, { radius: 5, interactive: false, className: "mp-from" }).addTo(map);
}

function begin() {
  const [zoom, lat, lon] = location.hash.slice(1).split("/").map(Number);
  if (location.hash && [zoom, lat, lon].every(Number.isFinite)) return map.setView([lat, lon], zoom, { animate: false });
  if (!words.near) return fit();
  const at = L.latLng(words.near.split(",").map(Number));
  return words.radius ? map.fitBounds(at.toBounds(Number(words.radius) * 2000), { animate: false }) : map.setView(at, 11, { animate: false });
}

function keepView() { // through another filter, order or language
  document.addEventListener("submit", (event) => {
    if (event.target.method === "get") event.target.action = event.target.action.split("#")[0] + location.hash;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href*='weergave=kaart'], a[hreflang]");
    if (link) link.hash = location.hash;
  });
}

async function start() {
  holder.classList.add("is-live");
  try {
    ({ L, map, labels, fit } = await openMap(canvas, words));
  } catch {
    holder.classList.remove("is-live"); // the list is still there
    return;
  }
  begin();
  if (words.near) circle();
  keepView();
  window.addEventListener("hashchange", begin);
  map.on("moveend", moved);
  turn.hidden = false;
  show("map");
  turn.addEventListener("click", () => show(holder.dataset.view === "list" ? "map" : "list"));
  holder.querySelector("[data-whole-region]").addEventListener("click", fit);
  canvas.addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
  more.addEventListener("click", async () => {
    const before = list.children.length;
    try {
      fill(await ask(nextPage), true);
    } catch { return; }
    list.children[before]?.querySelector("a")?.focus();
  });
  for (const [begins, ends] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    for (const [kind, isLit] of [[begins, true], [ends, false]]) {
      list.addEventListener(kind, (event) => {
        const key = event.target.closest("[data-key]")?.dataset.key;
        if (key) light(key, isLit);
      });
    }
  }
  look();
}

if (holder.dataset.script) start();
