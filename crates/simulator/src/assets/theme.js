// Before the first paint: the theme asked for in the address, or the one chosen earlier; and the mark by
// which the stylesheet hides what is only for pages without scripts.
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get("theme");
  const theme = asked || localStorage.getItem("simulator-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  root.dataset.scripted = "";
})();
