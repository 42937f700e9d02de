// The page works without this file. It spares clicks: selects submit at once, the theme can be
// switched, the clock ticks, and "Under the glass" follows what happens.
(() => {
  const root = document.documentElement;

  document.querySelectorAll("select[data-submit]").forEach((select) => {
    select.addEventListener("change", () => select.form.requestSubmit());
    select.form.querySelectorAll("[data-without-script]").forEach((button) => { button.hidden = true; });
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

  // A button reloads the page: stay where one was, or go to the newest message.
  const column = document.querySelector(".chat-scroll");
  if (column) {
    const key = "scroll " + new URLSearchParams(location.search).get("at");
    const messages = new URLSearchParams(location.search).get("show") === "messages" || !document.querySelector("#access");
    column.scrollTop = messages ? column.scrollHeight : Number(sessionStorage.getItem(key));
    addEventListener("pagehide", () => { sessionStorage.setItem(key, column.scrollTop); });
  }

  const glass = document.querySelector("#glass[data-source]");
  if (glass) {
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(glass.dataset.source, { headers: { accept: "text/html" } });
        if (!answer.ok) return;
        const text = await answer.text();
        if (text !== glass.dataset.shown) {
          glass.dataset.shown = text;
          glass.innerHTML = text;
        }
      } catch { /* the simulator is gone; what is shown stays */ }
    };
    setInterval(look, 1500);
  }
})();
