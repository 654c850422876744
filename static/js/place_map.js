// Below a place field: find the place on a map. What is chosen lands in the field itself, as a name or as coordinates, and in the line beside it; the server
// reads the field as if it had been typed. Nothing is taken without a click, the device's own location neither.

import { openMap } from "./map.js";
import { coordinates, inside, nearestName, region as boundaries } from "./region.js";

const WAIT_MS = 200;
const DEEPEST = 16;
const PIN = '<svg viewBox="0 0 32 44" width="32" height="44" aria-hidden="true" focusable="false"><path d="M16 1C7.7 1 1 7.6 1 15.8 1 26.6 16 43 16 43s15-16.4 15-27.2C31 7.6 24.3 1 16 1z"/><circle cx="16" cy="16" r="6"/></svg>';

function statusLine(field, holder) {
  const there = field.form.querySelector(`[data-status-of="${field.id}"]`) ?? (holder.previousElementSibling?.matches(".mp-status") ? holder.previousElementSibling : null);
  if (there) return there;
  const made = Object.assign(document.createElement("p"), { className: "mp-status" });
  made.setAttribute("role", "status");
  made.dataset.statusOf = field.id;
  holder.before(made);
  return made;
}

function picker(holder) {
  const words = holder.dataset;
  const field = document.getElementById(words.placeMap);
  const search = holder.querySelector("input[type=search]");
  const found = holder.querySelector(".mp-pick__found");
  const told = holder.querySelector(".mp-pick__told");
  let opened, map, L, region, pin, timer;

  function tell(sentence) {
    const line = statusLine(field, holder);
    const icon = line.querySelector("svg") ?? holder.querySelector("template").content.cloneNode(true);
    line.replaceChildren(icon, ` ${sentence}`);
  }

  function put(lat, lon) {
    if (!pin) {
      const icon = L.divIcon({ className: "mp-pin", html: PIN, iconSize: [32, 44], iconAnchor: [16, 43] });
      pin = L.marker([lat, lon], { icon, draggable: true, keyboard: false, title: words.pin }).addTo(map);
      pin.on("dragend", () => { const at = pin.getLatLng(); choose(at.lat, at.lng); });
    }
    pin.setLatLng([lat, lon]);
  }

  function fill(value, sentence) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    tell(sentence);
  }

  function choose(lat, lon, line = told) {
    if (!inside(region, lat, lon)) {
      line.textContent = words.outside;
      return;
    }
    line.textContent = "";
    if (map) put(lat, lon);
    fill(coordinates(lat, lon), words.found.replace("{name}", nearestName(region, lat, lon)));
  }

  async function suggestions(typed) {
    const address = new URL(words.places, location.href);
    address.searchParams.set("q", typed);
    address.searchParams.set("pageSize", "6");
    const answer = await fetch(address);
    return answer.ok ? (await answer.json()).items ?? [] : [];
  }

  function offer(places) {
    found.replaceChildren(...places.map((place) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: place.label });
      button.addEventListener("click", () => {
        put(place.lat, place.lon);
        map.setView([place.lat, place.lon], 13);
        fill(place.basis === "postcode" ? place.postcode : place.label, words.middle.replace("{name}", place.label));
        offer([]);
        search.value = place.label;
      });
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
    found.hidden = places.length === 0;
  }

  async function type() {
    const typed = search.value.trim();
    const places = typed.length < 2 ? [] : await suggestions(typed).catch(() => []);
    if (typed !== search.value.trim()) return;
    offer(places);
    told.textContent = typed.length >= 2 && !places.length ? words.nothing : "";
  }

  async function start() {
    ({ L, map, region } = await openMap(holder.querySelector(".mp-map__canvas"), words, { wheel: false, deepest: DEEPEST }));
    map.on("click", (event) => choose(event.latlng.lat, event.latlng.lng));
    const [lat, lon] = field.value.split(",").map((part) => Number(part.trim() || NaN));
    if (Number.isFinite(lat) && Number.isFinite(lon)) {
      put(lat, lon);
      map.setView([lat, lon], 13, { animate: false });
    } else if (field.value.trim()) {
      const [place] = await suggestions(field.value.trim()).catch(() => []);
      if (place) map.setView([place.lat, place.lon], 13, { animate: false });
    }
    holder.dataset.filled = "yes";
  }

  holder.addEventListener("toggle", () => {
    if (!holder.open || opened) return;
    opened = start().catch(() => { holder.hidden = true; }); // the field itself still takes every place
  });
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(type, WAIT_MS); });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // the form is not finished
      found.querySelector("button")?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      found.querySelector("button")?.focus();
    }
  });
  const here = holder.nextElementSibling;
  const hereTold = here.querySelector("[role=status]");
  here.querySelector("button").addEventListener("click", () => {
    navigator.geolocation?.getCurrentPosition(
      async ({ coords: { latitude, longitude } }) => {
        region ??= await boundaries(words.region);
        map?.setView([latitude, longitude], 13);
        choose(latitude, longitude, hereTold);
      },
      () => { hereTold.textContent = words.refused; },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
  here.hidden = !navigator.geolocation;
  holder.querySelector("[data-middle-of-map]").addEventListener("click", () => {
    const { lat, lng } = map.getCenter();
    choose(lat, lng);
  });
  holder.hidden = false;
}

for (const holder of document.querySelectorAll("[data-place-map]")) picker(holder);
