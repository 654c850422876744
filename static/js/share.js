// Sharing a page: copies its address, and opens the share sheet of a phone. Without this file the address stands there to be copied, and there is a mail.

for (const holder of document.querySelectorAll("[data-share]")) {
  const { address, title } = holder.dataset;
  const status = holder.querySelector("[role=status]");
  const [copies, sends] = [holder.querySelector("[data-copy]"), holder.querySelector("[data-send]")];
  if (navigator.clipboard) {
    copies.hidden = false;
    copies.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(address);
        status.textContent = status.dataset.told;
      } catch {
        holder.querySelector("input").select(); // not allowed: then by hand
      }
    });
  }
  if (sends && navigator.share) {
    sends.hidden = false;
    sends.addEventListener("click", () => { navigator.share({ title, url: address }).catch(() => {}); }); // whoever closes the sheet shares nothing
  }
}
