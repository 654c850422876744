// The photos of a lot, large, one at a time: arrow keys, swiping, enlarging, Escape. Without this file each photo is a link to the large one.

const links = [...document.querySelectorAll("[data-viewer] a")];
const dialog = document.getElementById("viewer")?.content.firstElementChild;
const SWIPE_PX = 48;
let at = 0;

const part = (selector) => dialog.querySelector(selector);

function enlarge(isLarge) {
  part(".mp-viewer__stage").classList.toggle("is-large", isLarge);
  part("[data-zoom]").setAttribute("aria-pressed", String(isLarge));
}

function show(number) {
  at = (number + links.length) % links.length;
  const small = links[at].querySelector("img");
  const photo = document.createElement("img");
  photo.alt = small.alt;
  photo.lang = small.lang;
  [photo.width, photo.height] = [small.width ? small.getAttribute("width") : 960, small.getAttribute("height")];
  photo.draggable = false;
  photo.src = links[at].href;
  enlarge(false);
  part(".mp-viewer__stage").replaceChildren(photo);
  const told = part(".mp-viewer__told");
  told.textContent = told.dataset.told.replace("{number}", at + 1).replace("{count}", links.length);
}

function open(number) {
  if (!dialog.isConnected) document.body.append(dialog);
  show(number);
  dialog.showModal();
  part("[data-close]").focus();
}

function start() {
  const stage = part(".mp-viewer__stage");
  const isLarge = () => stage.classList.contains("is-large");
  let from;
  part(".mp-viewer__steps").hidden = links.length < 2;
  links.forEach((link, number) => link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open(number);
  }));
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.step) show(at + Number(button.dataset.step));
    else if (button && "zoom" in button.dataset) enlarge(!isLarge());
    else if (button || event.target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && links.length > 1 && !isLarge()) show(at + step);
    else if (event.key === "+" || event.key === "-") enlarge(event.key === "+");
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("close", () => links[at].focus());
  stage.addEventListener("dblclick", () => enlarge(!isLarge()));
  stage.addEventListener("pointerdown", (event) => { from = event.isPrimary && !isLarge() ? event.clientX : undefined; });
  stage.addEventListener("pointerup", (event) => {
    const moved = from === undefined ? 0 : event.clientX - from;
    from = undefined;
    if (Math.abs(moved) >= SWIPE_PX && links.length > 1) show(at + (moved < 0 ? 1 : -1));
  });
}

if (dialog && links.length && dialog.showModal) start();
