// Lines are edited by keyboard: Enter and the arrow keys move within the column, Ctrl+Enter presses the button that adds a line.
export function start(table) {
  table.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches("input, select")) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || !move(field, 1)) addLine(table);
    } else if (field.matches("input:not([type=number])") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      if (field.closest(".ts-wrapper")) return;
      if (move(field, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    }
  });
  table.addEventListener("focusin", (event) => {
    if (event.target.matches("input[inputmode]")) event.target.select();
  });
}

function move(field, step) {
  const cell = field.closest("td");
  let row = cell.parentElement;
  do {
    row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    const next = row?.cells[cell.cellIndex]?.querySelector("input:not([type=hidden]), select");
    if (next) {
      next.focus();
      return true;
    }
  } while (row);
  return false;
}

function addLine(table) {
  const root = table.closest("form, [data-lines]") ?? table.parentElement;
  root.querySelector("[data-add-line]")?.click();
}
