// The places that only a device knows: where a photo was taken, and where somebody stands. Each is a choice of the form, and nothing is sent
// that was not chosen. Without this file the other choices do.

import { keptPlace } from "./photo_place.js";
import { coordinates, inside, nearestName, region } from "./region.js";

const holder = document.querySelector("[data-spots]");

if (holder) {
  const words = holder.dataset;
  const form = holder.closest("form");
  const told = holder.querySelector("[role=status]");
  const choice = (value) => holder.querySelector(`input[name=spot][value=${value}]`);
  const note = (value, sentence) => { choice(value).closest("label").querySelector("small").textContent = sentence; };

  const fill = (value, there, lat, lon) => {
    form.elements[`${value}_at`].value = coordinates(lat, lon);
    note(value, words.in.replace("#", nearestName(there, lat, lon)));
  };

  const offerPhoto = async () => {
    const place = keptPlace(location.pathname);
    if (!place) return;
    const there = await region(words.region);
    if (!inside(there, place.lat, place.lon)) return;
    fill("photo", there, place.lat, place.lon);
    choice("photo").closest("label").hidden = false;
    if (choice("other").checked || !choice("kept")) choice("photo").checked = true; // what was chosen before stays
  };

  const here = () => {
    told.textContent = "";
    navigator.geolocation.getCurrentPosition(
      async ({ coords: { latitude, longitude } }) => {
        const there = await region(words.region);
        if (inside(there, latitude, longitude)) fill("here", there, latitude, longitude);
        else told.textContent = words.outside;
        choice("here").dispatchEvent(new Event("change", { bubbles: true })); // it is kept now
      },
      () => { told.textContent = words.refused; },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  };

  if (navigator.geolocation) {
    choice("here").closest("label").hidden = false;
    choice("here").addEventListener("change", (event) => {
      if (form.elements.here_at.value) return;
      event.stopPropagation();
      here();
    });
  }
  offerPhoto().catch(() => {});
}
