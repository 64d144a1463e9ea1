// Starts what a page contains, at load and after every htmx swap. Rare things are fetched only where they are used.
import { startSubmitGuard } from "./submit.js";
import { startSearch } from "./search.js";
import { startDialogs, openMarkedDialogs } from "./dialogs.js";
import { startTables, labelCells } from "./tables.js";
import { startPickers } from "./pickers.js";
import { startTheme } from "./switch.js";
import { startErrors } from "./errors.js";

const starters = {
  "[data-signature]": async (element) => (await import("./signature.js")).start(element),
  "[data-photos]": async (element) => (await import("./photo.js")).start(element),
  "[data-board]": async (element) => (await import("./board.js")).start(element),
  ".tabs:has([data-panel-tab])": async (element) => (await import("./panel_tabs.js")).start(element),
  "input[type=file].form-control": async (element) => (await import("./files.js")).start(element),
  "[data-lock]": async (element) => (await import("./lock.js")).start(element),
  "[data-pin-pad]": async (element) => (await import("./pin_pad.js")).start(element),
  ".table-edit": async (element) => (await import("./lines.js")).start(element),
};

function startWithin(root) {
  labelCells(root);
  startPickers(root);
  openMarkedDialogs(root);
  // Where the tabs of a list do not fit, the chosen one is brought into sight.
  for (const tab of root.querySelectorAll(".tabs .tab.active")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 60;
  for (const [selector, start] of Object.entries(starters)) {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    for (const element of found) {
      if (element.dataset.started) continue;
      element.dataset.started = "yes";
      start(element);
    }
  }
}

startTheme();
startSubmitGuard();
startSearch();
startDialogs();
startTables();
startErrors();
startWithin(document.body);
document.body.addEventListener("htmx:load", (event) => startWithin(event.detail.elt));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) button.closest(button.dataset.dismiss)?.remove();
});
