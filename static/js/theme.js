// Which theme, before anything is painted: the one that was chosen here, else the system's. Not a module, so that it runs first.
(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try {
      return window.localStorage.getItem("theme");
    } catch (error) {
      return null;
    }
  }
  function isDark() {
    var theme = chosen();
    return theme ? theme === "dark" : system.matches;
  }
  function show() {
    root.dataset.theme = isDark() ? "dark" : "light";
    document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(isDark()));
    });
  }
  root.classList.add("scripted");
  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("[data-theme-switch]")) return;
    try {
      window.localStorage.setItem("theme", isDark() ? "light" : "dark");
    } catch (error) {
      root.dataset.theme = isDark() ? "light" : "dark";
      return;
    }
    show();
  });
})();
