// The check-in on the tablet: photos are sent as soon as they are taken, and signing waits for a save on its way.
const page = document.querySelector("form[data-check-in]");
const region = page?.querySelector("[data-autosave]");
let saving = false;
let waiting = null;

region?.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== region) return;
  // What is being sent whole needs no saving by itself any more.
  if (page.dataset.sending) event.preventDefault();
  else saving = true;
});
region?.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== region) return;
  saving = false;
  const button = waiting;
  waiting = null;
  // After the swap, which brings the new version.
  if (button) setTimeout(() => page.requestSubmit(button), 50);
});
page?.addEventListener("submit", (event) => {
  if (!saving) return;
  event.preventDefault();
  waiting = event.submitter;
});

function sendPhotosOf(root) {
  if (root.dataset.watched) return;
  root.dataset.watched = "yes";
  const input = root.querySelector("input[type=file]");
  // The list shows a photo once it was made small enough to send.
  new MutationObserver(() => {
    if (input.files.length) window.htmx.trigger(root, "send-photos");
  }).observe(root.querySelector("[data-photo-list]"), { childList: true });
}

const watch = (root) => root.querySelectorAll("[data-send-photos]").forEach(sendPhotosOf);
watch(document);
document.body.addEventListener("htmx:load", (event) => watch(event.detail.elt.parentElement ?? document));
