// A posting form is sent once: its buttons are disabled while it works, and after 300 ms the page says so.
export function startSubmitGuard() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sending = "yes";
    // After this task, so that the pressed button's own name and value are still sent.
    setTimeout(() => setBusy(form, true));
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    if (elt.matches("form") && requestConfig.verb === "post") setBusy(elt, true);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    // A form that its own answer replaced is no longer in the page; the event then names what is.
    const form = event.detail.requestConfig.elt.closest("form");
    if (form) setBusy(form, false);
  });
  // A page taken back from the browser's memory must be usable again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sending]").forEach((form) => setBusy(form, false));
  });
}

let timer;

export function setBusy(form, busy) {
  if (!busy) delete form.dataset.sending;
  for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
    button.disabled = busy;
    button.setAttribute("aria-busy", String(busy));
  }
  clearTimeout(timer);
  const working = document.querySelector("[data-working]");
  if (!working) return;
  if (busy) timer = setTimeout(() => (working.hidden = false), 300);
  else working.hidden = true;
}
