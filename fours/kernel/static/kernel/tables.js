const CONTROLS = "input, select, textarea, .btn";

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
        const text = cell.textContent.trim();
        if (column > 0 && (text === "—" || (!text && !cell.querySelector(CONTROLS + ", img, svg, button")))) cell.dataset.blank = "";
        for (const part of [cell, ...cell.querySelectorAll("a, small, span")]) {
          if (staysWhole(part.textContent.trim()) && !part.querySelector(CONTROLS)) part.classList.add("whole");
        }
        column += cell.colSpan;
      }
    }
  }
}

// A number, date, plate or short word is read at a glance; broken over two lines it is not.
function staysWhole(text) {
  return /^[\x20-\x7e–·]{1,20}$/.test(text) || /^\p{Script=Han}[A-Z][A-Z0-9·]{5,7}$/u.test(text) || text.length <= 4;
}

export function startTables() {
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, select, label, textarea") || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else window.location.assign(row.dataset.href);
  });
}
