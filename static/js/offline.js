// A lot begun without a network: kept on the device while it is typed, put ready with a button, and sent when there is a network again.
import { smaller } from "./shrink.js";
import { drop, keep, listLots, send, writer } from "./waiting.js";

const PHOTOS_MAX = 12;
const form = document.getElementById("offline-form");
const list = document.getElementById("offline-list");
const told = document.getElementById("offline-told");
const kept = document.getElementById("offline-kept");
const shots = document.getElementById("offline-shots");
const words = form.dataset;
let lot;

const fresh = () => ({ id: crypto.randomUUID(), writer: writer(), at: Date.now(), address: words.send, fields: {}, photos: [], isDone: false });
const fields = () => [...form.elements].filter((field) => field.name && field.type !== "file");
const chosen = (field) => field.selectedOptions?.[0]?.textContent ?? "";

function button(label, about, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "mp-button mp-button--link";
  made.textContent = label;
  made.setAttribute("aria-label", `${label}: ${about}`);
  made.addEventListener("click", act);
  return made;
}

function showPhotos() {
  for (const picture of shots.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
  shots.replaceChildren(...lot.photos.map((photo, at) => {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    const name = `${words.photo} ${at + 1}`;
    picture.src = URL.createObjectURL(photo.content);
    picture.alt = name;
    item.append(picture, button(words.remove, name, async () => {
      lot.photos.splice(at, 1);
      await store();
      showPhotos();
    }));
    return item;
  }));
}

function show() {
  for (const field of fields()) {
    field.value = lot.fields[field.name] ?? field.options?.[0].value ?? "";
  }
  showPhotos();
}

async function store() {
  lot.fields = Object.fromEntries(new FormData(form).entries().filter(([, value]) => typeof value === "string"));
  lot.name = lot.fields.title || (lot.fields.material ? chosen(form.elements.material).trim() : "");
  delete lot.fault;
  try {
    await keep(lot);
    kept.textContent = isEmpty() ? "" : words.kept;
    navigator.storage?.persist?.().catch(() => {});
  } catch {
    kept.textContent = "";
    told.textContent = words.full;
  }
}

const isEmpty = () => lot.photos.length === 0 && !["material", "title", "quantity", "place", "description"].some((name) => lot.fields[name]);

function line({ name, photos, fault, note, id }, sentence, href) {
  const item = document.createElement("li");
  const what = document.createElement("p");
  const title = document.createElement(href ? "a" : "strong");
  if (href) title.href = href;
  title.textContent = name || words.nameless;
  what.append(title, ` · ${sentence ?? fault ?? words.waits}`);
  if (note) what.append(` · ${note}`);
  if (photos?.length) what.append(` · ${words.photos.replace("#", photos.length)}`);
  item.append(what);
  if (!href) {
    const about = name || words.nameless;
    item.append(
      button(words.change, about, async () => { await begin(id); form.scrollIntoView(); }),
      button(words.throw, about, async () => { await drop(id); await look(); }),
    );
  }
  return item;
}

async function look(sent = []) {
  const waiting = (await listLots()).filter((one) => one.isDone);
  list.querySelector("ul").replaceChildren(
    ...sent.map((one) => line(one, words.sent, one.address)),
    ...waiting.map((one) => line(one)),
  );
  list.hidden = sent.length + waiting.length === 0;
}

async function deliver() {
  told.textContent = navigator.onLine ? words.online : words.offline;
  const waiting = (await listLots()).some((one) => one.isDone);
  const sent = await send(words.send);
  document.getElementById("offline-log-in").hidden = !(waiting && sent === null);
  await look(sent ?? []);
}

async function begin(id) {
  const lots = await listLots();
  lot = lots.find((one) => (id ? one.id === id : !one.isDone)) ?? fresh();
  if (id) {
    lot.isDone = false;
    delete lot.fault;
    await keep(lot);
    await look();
  }
  show();
}

async function take(input) {
  for (const file of [...input.files].slice(0, PHOTOS_MAX - lot.photos.length)) {
    lot.photos.push({ content: await smaller(file), name: file.name });
  }
  input.value = "";
  await store();
  showPhotos();
}

form.addEventListener("change", (event) => { if (event.target.type === "file") take(event.target); });
form.addEventListener("input", (event) => { if (event.target.type !== "file") store(); });
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await store();
  if (isEmpty()) {
    told.textContent = words.empty;
    told.scrollIntoView();
    return;
  }
  lot.isDone = true;
  await keep(lot);
  lot = fresh();
  form.reset();
  kept.textContent = "";
  show();
  await deliver();
  list.scrollIntoView();
  list.querySelector("h2").focus();
});
document.getElementById("offline-here")?.addEventListener("click", () => {
  navigator.geolocation?.getCurrentPosition(({ coords }) => {
    form.elements.place.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
    store();
  }, () => { told.textContent = words.unknown; });
});
for (const kind of ["online", "offline"]) window.addEventListener(kind, () => { deliver(); });

begin().then(() => {
  form.hidden = false; // what is typed before would be written over
  return deliver();
}).catch(() => { told.textContent = words.full; });
