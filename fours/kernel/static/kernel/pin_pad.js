// Keys for a finger: they write into the form's secret, and the sixth digit sends it.
const LENGTH = 6;

export function start(pad) {
  const form = pad.closest("form");
  const field = form.querySelector("[name=secret]");
  pad.hidden = false;
  pad.addEventListener("click", (event) => {
    const digit = event.target.closest("[data-digit]")?.dataset.digit;
    if (digit === undefined) return;
    if (digit === "clear") field.value = "";
    else if (digit === "back") field.value = field.value.slice(0, -1);
    else field.value += digit;
    if (digit.length === 1 && field.value.length === LENGTH && /^\d+$/.test(field.value)) form.requestSubmit();
  });
}
