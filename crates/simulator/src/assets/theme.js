// Before the first paint: the theme asked for in the address, or the one chosen earlier.
(() => {
  const asked = new URLSearchParams(location.search).get("theme");
  const theme = asked || localStorage.getItem("simulator-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
