// A line is saved when the cursor leaves its row, so that moving between its cells never loses what is being typed.
const changed = new WeakSet();

document.addEventListener("change", (event) => {
  const row = event.target.closest("tr[data-line]");
  if (row) changed.add(row);
});

document.addEventListener("focusout", (event) => {
  const row = event.target.closest("tr[data-line]");
  if (!row || row.contains(event.relatedTarget)) return;
  // The change event of the field that is being left comes before its focusout; wait for what follows it.
  setTimeout(() => {
    if (!changed.has(row) || row.contains(document.activeElement)) return;
    changed.delete(row);
    row.dispatchEvent(new CustomEvent("leave"));
  });
});
