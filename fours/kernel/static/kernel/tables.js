// On a phone each row is a card whose cells carry their column's heading; a row with an address opens it.
export function labelCells(root) {
  const tables = [...root.querySelectorAll("table.table-cards")];
  const own = root.closest?.("table.table-cards");
  if (own) tables.push(own);
  for (const table of tables) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    for (const row of table.tBodies[0]?.rows ?? []) {
      let column = 0;
      for (const cell of row.cells) {
        if (cell.colSpan === 1 && column > 0 && heads[column]) cell.dataset.label = heads[column];
        if (column > 0 && cell.textContent.trim() === "—") cell.dataset.blank = "";
        column += cell.colSpan;
      }
    }
  }
}

export function startTables() {
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, select, label, textarea") || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else window.location.assign(row.dataset.href);
  });
}
