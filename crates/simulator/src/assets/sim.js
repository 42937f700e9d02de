// The page works without this file. It spares clicks and reloads: selects submit at once, the theme can
// be switched, the clock ticks. What is for the client page alone is in client.js.
(() => {
  const root = document.documentElement;

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });

  document.querySelectorAll("[data-toggle-theme]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      localStorage.setItem("simulator-theme", root.dataset.theme);
    });
  });

  const clock = document.querySelector("time[data-clock]");
  if (clock && clock.dataset.frozen !== "true") {
    const ahead = Number(clock.dataset.clock) - Date.now();
    const tick = () => { clock.textContent = new Date(Date.now() + ahead).toISOString().slice(11, 19); };
    setInterval(tick, 1000);
    tick();
  }
})();
