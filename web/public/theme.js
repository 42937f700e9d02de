// Applies the theme chosen earlier before anything is painted. The page itself writes the choice.
(() => {
  try {
    const theme = localStorage.getItem("grantbook.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; then the system's theme holds.
  }
})();
