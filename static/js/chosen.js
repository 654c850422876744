// The name of the photo that was chosen, beside its button. Without this file the field itself says it.

for (const holder of document.querySelectorAll("[data-chosen]")) {
  const told = document.getElementById(holder.dataset.chosen);
  holder.querySelector("input").addEventListener("change", (event) => {
    told.textContent = event.target.files[0]?.name ?? "";
  });
}
