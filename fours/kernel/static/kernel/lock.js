// A page of a shared device covers itself when nobody works, so that nothing on it can be read; what was typed stays.
// The server locks by itself; this keeps the page in step with it, and all windows of the device with each other.
const BEAT = 20000; // at most so often the server hears that somebody works
const LOCKED = 423, NOT_THEIRS = [403, 409];

export function start(cover) {
  const who = cover.dataset.lock;
  const limit = Number(cover.dataset.minutes) * 60000;
  const windows = new BroadcastChannel("fours-lock");
  const place = cover.querySelector("[data-lock-form]");
  const empty = place.innerHTML;
  const root = document.documentElement;
  // Not later than when the server counts this page.
  let last = performance.timeOrigin;
  let covered = false;
  let title = document.title;

  const tell = (what) => windows.postMessage({ what, who });
  const idle = () => limit > 0 && Date.now() - last >= limit;

  function hide() {
    if (covered) return;
    covered = true;
    title = document.title;
    document.title = "已锁屏 · 四方";
    root.classList.add("is-locked");
    cover.showModal();
    askForForm();
  }

  function lock() {
    hide();
    tell("locked");
    post("/lock/").catch(() => {});
  }

  function show() {
    if (!covered) return;
    covered = false;
    last = Date.now();
    cover.close();
    place.innerHTML = empty;
    root.classList.remove("is-locked");
    document.title = title;
  }

  function askForForm() {
    if (covered && !place.querySelector("form")) window.htmx.trigger(place, "fours-cover");
  }

  async function beat() {
    last = Date.now();
    tell("beat");
    const answer = await post("/lock/active/");
    if (answer.status === LOCKED) lock();
    else if (NOT_THEIRS.includes(answer.status)) location.replace("/");
  }

  function post(address) {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}"), "HX-Request": "true" };
    return fetch(address, { method: "POST", headers, body: new URLSearchParams({ who }) });
  }

  function onWork(event) {
    if (covered) return;
    if (idle()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      lock();
    } else if (Date.now() - last >= BEAT) beat().catch(() => {});
  }

  function onKey(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.code === "KeyL") lock();
    else if (event.code === "KeyU") document.querySelector("[data-switch-person]").form.requestSubmit();
    else return;
    event.preventDefault();
  }

  for (const kind of ["pointerdown", "keydown", "wheel", "input", "click", "submit"]) {
    window.addEventListener(kind, onWork, { capture: true, passive: false });
  }
  window.addEventListener("keydown", onKey);
  document.querySelector("[data-lock-now]").form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    lock();
  });
  setInterval(() => (idle() ? covered || lock() : askForForm()), 5000);
  document.addEventListener("visibilitychange", () => idle() && !covered && lock());
  // A second Escape closes any dialog.
  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => covered && cover.showModal());
  document.body.addEventListener("fours-opened", () => {
    tell("opened");
    show();
  });
  document.body.addEventListener("htmx:responseError", (event) => event.detail.xhr.status === LOCKED && lock());

  windows.addEventListener("message", ({ data }) => {
    if (data.who !== who) {
      if (data.what === "here") location.replace("/");
    } else if (data.what === "locked") hide();
    else if (data.what === "opened") show();
    else if (data.what === "beat") last = Date.now();
  });
  tell("here");

  // The way back must not bring another person's page or half-filled form.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  const forgetful = (within) => within.querySelectorAll("form").forEach((form) => (form.autocomplete = "off"));
  forgetful(document);
  document.body.addEventListener("htmx:load", (event) => forgetful(event.detail.elt));
}
