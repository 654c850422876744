// Photos on their way: previewed, made smaller, sent one by one with their progress, sent again after a broken line; and put in order by
// dragging. Without this file the form sends them all at once, and buttons put them in order.

import { keepPlace, placeOf } from "./photo_place.js";
import { smaller } from "./shrink.js";

const FORMAT = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const holder = document.querySelector("[data-upload]");
const words = holder?.dataset;
const form = holder?.closest("form");
let waiting = 0;
let begun = ""; // the address of the lot that the first photo began

function send(content, name, told) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const said = new FormData(); // the first photo begins the lot: what it is copied from comes along
    for (const kept of form.querySelectorAll("input[type=hidden]")) said.set(kept.name, kept.value);
    said.set("photos", content, name);
    request.open("POST", words.upload);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) told(event.loaded, event.total); });
    request.addEventListener("load", () => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch { /* a page of another kind: below */ }
      if (request.status === 200 && answer) resolve(answer.address);
      else reject(new Error(answer?.faults?.[0] ?? words.broken, { cause: answer?.faults ? "refused" : "broken" }));
    });
    for (const kind of ["error", "abort", "timeout"]) {
      request.addEventListener(kind, () => { reject(new Error(words.broken, { cause: "broken" })); });
    }
    request.send(said);
  });
}

function row(file) {
  const item = document.createElement("li");
  const picture = document.createElement("img");
  const side = document.createElement("div");
  const name = document.createElement("p");
  const bar = document.createElement("progress");
  const state = document.createElement("p");
  picture.className = "mp-sending__picture";
  picture.alt = "";
  picture.src = URL.createObjectURL(file);
  picture.addEventListener("error", () => { picture.removeAttribute("src"); });
  name.textContent = file.name;
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  state.setAttribute("role", "status");
  side.append(name, bar, state);
  item.append(picture, side);
  return { item, bar, state, side, place: placeOf(file), done: () => { URL.revokeObjectURL(picture.src); item.remove(); } };
}

const megabytes = (bytes) => FORMAT.format(Math.max(bytes, 50_000) / 1_000_000);

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("photo-list");
  const old = document.getElementById("photo-list");
  if (!fresh || !old) return;
  for (const typed of old.querySelectorAll("input[type=text]")) { // words that were not kept yet stay
    const same = fresh.querySelector(`#${CSS.escape(typed.id)}`);
    if (same && typed.value !== typed.defaultValue) same.value = typed.value;
  }
  old.replaceWith(fresh);
  const [counted, heading] = [page, document].map((one) => one.querySelector("#step h1")); // of a new lot: how many photos there are
  if (counted && heading) {
    heading.textContent = counted.textContent;
    document.title = page.title;
  }
  orderByDragging();
}

async function deliver(line, content, name) {
  line.state.className = "";
  line.side.querySelector("button")?.remove();
  line.bar.hidden = false;
  try {
    const address = await send(content, name, (loaded, total) => {
      const percent = Math.floor((loaded / total) * 100);
      line.bar.value = percent;
      line.state.textContent = `${percent}% · ${words.progress.replace("#1", megabytes(loaded)).replace("#2", megabytes(total))}`;
    });
    line.done();
    if (address) {
      keepPlace(address, await line.place);
      words.upload = address;
      begun = address;
    }
    await refresh().catch(() => {});
  } catch (fault) {
    line.bar.hidden = true;
    line.state.className = "mp-sending__wrong";
    line.state.textContent = fault.message;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "mp-button mp-button--second";
    const isRefused = fault.cause === "refused";
    button.textContent = isRefused ? words.remove : words.again;
    button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    button.addEventListener("click", () => {
      if (isRefused) {
        line.done();
        goOn();
      } else {
        queue(line, content, name);
      }
    });
    line.side.append(button);
  }
}

// Once the photos are there, the page of the lot that they began; not before what was refused has been read.
function goOn() {
  if (waiting === 0 && begun && location.pathname !== begun && !holder.querySelector(".mp-sending > li")) location.replace(begun);
}

let lane = Promise.resolve();

function queue(line, content, name) {
  waiting += 1;
  line.state.textContent = words.waiting;
  lane = lane.then(() => deliver(line, content, name)).finally(() => {
    waiting -= 1;
    goOn();
  });
}

async function take(files) {
  let list = holder.querySelector(".mp-sending");
  if (!list) {
    list = document.createElement("ul");
    list.className = "mp-sending";
    holder.append(list);
  }
  const lines = [...files].map((file) => ({ file, line: row(file) }));
  list.append(...lines.map(({ line }) => line.item));
  for (const { file, line } of lines) queue(line, await smaller(file), file.name);
}

if (holder) {
  for (const input of holder.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      take(files);
    });
  }
  holder.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    holder.classList.add("mp-drop--over");
  });
  holder.addEventListener("dragleave", () => { holder.classList.remove("mp-drop--over"); });
  holder.addEventListener("drop", (event) => {
    event.preventDefault();
    holder.classList.remove("mp-drop--over");
    take(event.dataTransfer.files);
  });
  form.addEventListener("submit", async (event) => {
    if (waiting === 0) return;
    event.preventDefault(); // photos on their way arrive first
    const by = event.submitter;
    while (waiting > 0) await lane;
    setTimeout(() => { form.requestSubmit(by); });
  });
}

function orderByDragging() {
  const list = document.querySelector("#photo-list > .mp-shots");
  let carried = null;
  for (const [index, item] of [...(list?.children ?? [])].entries()) {
    const picture = item.querySelector("img");
    picture.draggable = true;
    picture.addEventListener("dragstart", (event) => {
      carried = item;
      event.dataTransfer.setData("text/plain", String(index));
      item.classList.add("mp-dragged");
    });
    picture.addEventListener("dragend", () => { item.classList.remove("mp-dragged"); carried = null; });
    item.addEventListener("dragover", (event) => {
      if (!carried || carried === item) return;
      event.preventDefault();
      item.classList.add("mp-drop-here");
    });
    item.addEventListener("dragleave", () => { item.classList.remove("mp-drop-here"); });
    item.addEventListener("drop", async (event) => {
      if (!carried) return;
      event.preventDefault();
      item.classList.remove("mp-drop-here");
      const said = new FormData();
      said.set("csrf_token", form.elements.csrf_token.value);
      said.set("do", `move-${carried.id.replace("photo-", "")}-${index + 1}`);
      await fetch(form.action, { method: "POST", body: said, redirect: "manual" });
      await refresh();
    });
  }
}

orderByDragging();
