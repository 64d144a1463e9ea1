// The search box: "/" focuses it from anywhere, arrow keys choose, Enter opens the chosen or first result.
export function startSearch() {
  const box = document.getElementById("search-box");
  if (!box) return;
  const panel = document.getElementById("search-results");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  document.querySelector("[data-focus-search]")?.addEventListener("click", () => box.focus());
  box.form.addEventListener("keydown", (event) => onKey(event, box, panel));
  box.addEventListener("input", () => {
    if (!box.value.trim()) panel.replaceChildren();
  });
}

function onKey(event, box, panel) {
  const items = [...panel.querySelectorAll(".search-item")];
  const at = items.findIndex((item) => item.classList.contains("at"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!items.length) return;
    event.preventDefault();
    mark(items, (at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + items.length) % items.length);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    items[at].click();
  } else if (event.key === "Enter" && items.length === 1 && panel.dataset.query === box.value) {
    event.preventDefault();
    items[0].click();
  } else if (event.key === "Escape") {
    box.value = "";
    panel.replaceChildren();
    box.blur();
  }
}

function mark(items, at) {
  items.forEach((item, index) => item.classList.toggle("at", index === at));
  items[at].scrollIntoView({ block: "nearest" });
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "search-results") {
    event.detail.target.dataset.query = event.detail.requestConfig.parameters?.q ?? "";
  }
});
