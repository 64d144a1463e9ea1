// Native dialogs: opened by [data-dialog], closed by [data-dialog-close], Escape or a click beside them.
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) show(document.getElementById(opener.dataset.dialog));
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
  });
  // Only a press that begins on the backdrop closes: dragging a text selection out of a field must not.
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof HTMLDialogElement && !hasText(event.target)) event.target.close();
  });
}

export function openMarkedDialogs(root) {
  root.querySelectorAll("dialog[data-open]").forEach((dialog) => {
    if (!dialog.open) show(dialog);
  });
}

// The cursor stands where work begins: in the first wrong field, else the first; the browser would choose the button that closes.
function show(dialog) {
  dialog?.showModal();
  if (!dialog?.querySelector("[data-dialog-close]:focus")) return;
  const field = dialog.querySelector(".is-invalid") ?? dialog.querySelector(":is(input:not([type=hidden]), select, textarea):not([disabled])");
  field?.focus();
}

function hasText(dialog) {
  return [...dialog.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
}
