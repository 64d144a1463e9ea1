// Tabs whose content htmx fetches: the opened one is marked at once.
export function start(bar) {
  const tabs = [...bar.querySelectorAll("[data-panel-tab]")];
  bar.addEventListener("click", (event) => {
    const opened = event.target.closest("[data-panel-tab]");
    if (!opened) return;
    for (const tab of tabs) {
      tab.classList.toggle("active", tab === opened);
      if (tab === opened) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
  });
}
