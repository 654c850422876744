// The place where a photo was taken, read from the file before it is sent, and offered with a button. Nothing of it leaves the device
// until somebody chooses it: photos are stored without it.

import { coordinates, inside, nearestName, region } from "./region.js";

const HEAD_BYTES = 512 * 1024; // what is told about a photo stands at its beginning
const GPS_DIRECTORY = 0x8825;
const [NORTH_OR_SOUTH, LATITUDE, EAST_OR_WEST, LONGITUDE] = [1, 2, 3, 4];

function beginning(bytes, view) {
  for (let at = bytes.indexOf(0x45); at >= 0 && at + 14 < bytes.length; at = bytes.indexOf(0x45, at + 1)) {
    if (view.getUint32(at) !== 0x45786966 || view.getUint16(at + 4) !== 0) continue; // "Exif" and two zeros
    const order = view.getUint32(at + 6);
    if (order === 0x49492a00) return { start: at + 6, little: true };
    if (order === 0x4d4d002a) return { start: at + 6, little: false };
  }
  return null;
}

function directory(view, { start, little }, offset) {
  const found = new Map();
  const many = view.getUint16(start + offset, little);
  for (let entry = start + offset + 2, i = 0; i < many; i += 1, entry += 12) found.set(view.getUint16(entry, little), entry + 8);
  return found;
}

function degrees(view, { start, little }, entry) {
  const at = start + view.getUint32(entry, little);
  const part = (index) => view.getUint32(at + index * 8, little) / view.getUint32(at + index * 8 + 4, little);
  return part(0) + part(1) / 60 + part(2) / 3600;
}

export async function placeOf(file) {
  try {
    const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    const view = new DataView(bytes.buffer);
    const order = beginning(bytes, view);
    const first = directory(view, order, view.getUint32(order.start + 4, order.little));
    const told = directory(view, order, view.getUint32(first.get(GPS_DIRECTORY), order.little));
    const sign = (tag, minus) => (String.fromCharCode(view.getUint8(told.get(tag))) === minus ? -1 : 1);
    const lat = degrees(view, order, told.get(LATITUDE)) * sign(NORTH_OR_SOUTH, "S");
    const lon = degrees(view, order, told.get(LONGITUDE)) * sign(EAST_OR_WEST, "W");
    return Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : null;
  } catch {
    return null; // it tells no place
  }
}

// The place of the last photo of an unfinished lot waits on the device, until the step that asks for the place.
const nameOf = (address) => `photo-place ${/\d+/.exec(address)?.[0] ?? ""}`;

export function keepPlace(address, place) {
  if (place) sessionStorage.setItem(nameOf(address), JSON.stringify(place));
}

export function keptPlace(address) {
  return JSON.parse(sessionStorage.getItem(nameOf(address)) ?? "null");
}

// Offer the place of photo `number` in `box` (templates/macros/map.html), unless one is offered already.
export async function offer(box, place, number) {
  if (!box?.hidden || !place) return;
  const words = box.dataset;
  const there = await region(words.region);
  if (!inside(there, place.lat, place.lon) || !box.hidden) return;
  const value = coordinates(place.lat, place.lon);
  const button = box.querySelector("button");
  button.lastChild.textContent = ` ${words.use.replace("#1", number).replace("#2", nearestName(there, place.lat, place.lon))}`;
  box.hidden = false;
  button.onclick = () => { // another photo takes the place of this one
    const field = document.getElementById(words.fills);
    field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    box.querySelector("[role=status]").textContent = words.used.replace("#1", number);
  };
}
