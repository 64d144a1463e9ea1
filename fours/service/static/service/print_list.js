// The day's list on paper: the browser's own printing, with the styles for paper of the page.
document.querySelectorAll("[data-print-list]").forEach((button) => button.addEventListener("click", () => window.print()));
