// Keeping a lot and letting it go without leaving the page. Without this file the button sends its form, and the page comes back.

const told = document.createElement("p");
told.className = "mp-sr";
told.setAttribute("role", "status");
document.querySelector("main").append(told);

document.addEventListener("submit", async (event) => {
  const { target: form, submitter: button } = event;
  if (form.id !== "keep" || !button?.dataset.other) return;
  event.preventDefault();
  button.disabled = true;
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(`answered ${answer.status}`);
    turn(button);
  } catch {
    button.disabled = false;
    form.action = button.formAction; // the server says what is wrong, on a page of its own
    form.submit();
  }
});

function turn(button) {
  const { other, otherLabel } = button.dataset;
  const [label, icon] = [button.querySelector("[data-label]"), button.querySelector(".mp-icon")];
  Object.assign(button.dataset, { other: button.getAttribute("formaction"), otherLabel: label.textContent });
  button.setAttribute("formaction", other);
  label.textContent = otherLabel;
  icon.classList.toggle("mp-icon--full");
  button.disabled = false;
  button.focus({ preventScroll: true });
  told.textContent = "";
  requestAnimationFrame(() => { told.textContent = `${otherLabel}${button.querySelector(".mp-sr").textContent}`; });
}
