// Runs before the first paint: without a remembered choice the page follows the system's light or dark setting.
if (!document.documentElement.hasAttribute("data-bs-theme")) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
}
