// The client page follows what happens: parts that have changed are fetched and put in place, and its
// forms are sent without a reload. Without this file all of it works by forms and reloads.
(() => {
  const source = document.querySelector("[data-source]")?.dataset.source;
  if (!source) return;
  const address = source.replace("/client/live?", "/client?");
  const PAUSE = 300;
  const places = () => [...document.querySelectorAll("[data-live]")];
  const marks = () => places().map((place) => `${place.dataset.live}.${place.dataset.mark}`).join(",");

  // ---- what is shown ----

  const column = document.querySelector(".chat-scroll");
  const isFolded = new URLSearchParams(address.split("?")[1]).get("show") === "messages" || !document.querySelector("#access");
  const isAtEnd = () => column && column.scrollHeight - column.scrollTop - column.clientHeight < 48;

  // The element that stands where the focused one stood before its part was shown anew.
  const trace = (element) => {
    if (!element || element === document.body) return null;
    const form = element.closest("form");
    const name = element.dataset.action ?? element.dataset.answer ?? element.name;
    return { message: element.closest("[data-ts]")?.dataset.ts, name, tag: element.tagName, value: element.value, forms: form?.className };
  };
  const refocus = (place, was) => {
    if (!was) return;
    const scope = was.message ? place.querySelector(`[data-ts="${was.message}"]`) : place;
    const same = (one) => (one.dataset.action ?? one.dataset.answer ?? one.name) === was.name && one.value === was.value;
    [...(scope?.querySelectorAll(was.tag) ?? [])].find(same)?.focus({ preventScroll: true });
  };

  const show = (parts) => {
    for (const place of places()) {
      const part = parts?.[place.dataset.live];
      if (!part || part.mark === place.dataset.mark) continue;
      // A menu or question in use is not taken away from under the pointer.
      if (place.querySelector("select:focus, :popover-open")) continue;
      const stay = place.dataset.live === "log" && isAtEnd();
      const was = place.contains(document.activeElement) ? trace(document.activeElement) : null;
      place.dataset.mark = part.mark;
      place.innerHTML = part.html;
      if (stay) column.scrollTop = column.scrollHeight;
      if (place.dataset.live === "dialog") attend(); else refocus(place, was);
      if (place.dataset.live === "commands") suggest();
    }
  };

  let asking = null;
  const look = async () => {
    if (document.hidden || asking) return;
    asking = new AbortController();
    try {
      const answer = await fetch(`${source}&marks=${encodeURIComponent(marks())}`, { signal: asking.signal });
      // A problem stays until the next deed: only what was just done can tell of one.
      if (answer.ok) { const { problem, ...parts } = (await answer.json()).parts; show(parts); }
    } catch { /* the simulator is gone, or somebody pressed a button; what is shown stays */ }
    asking = null;
  };
  setInterval(look, PAUSE);
  document.addEventListener("visibilitychange", look);

  // ---- what is sent ----

  const complain = (why) => {
    const place = document.querySelector("[data-live=problem]");
    const banner = document.createElement("div");
    banner.className = "banner denied";
    banner.setAttribute("role", "alert");
    banner.append(`Not done: ${why}.`);
    place?.replaceChildren(banner);
    if (place) place.dataset.mark = "";
  };

  const send = async (form, fields) => {
    fields.set("marks", marks());
    asking?.abort();
    try {
      const answer = await fetch("/client/act", { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(fields) });
      if (!answer.ok) throw new Error(answer.statusText);
      const done = await answer.json();
      // The problem is a part of the page it was met on; another page is opened.
      if (done.address !== address && !done.problem) { location.assign(done.address); return; }
      show(done.parts);
      if (!done.problem && form.id === "composer") { form.reset(); suggest(); }
    } catch { complain("the simulator did not answer"); }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("action") !== "/client/act") return;
    event.preventDefault();
    form.querySelector("[popover]:popover-open")?.hidePopover();
    const fields = new FormData(form, event.submitter);
    if (form.id === "composer" && column) column.scrollTop = column.scrollHeight;
    const sent = send(form, fields);
    const button = event.submitter;
    if (!button) return;
    button.disabled = true;
    const enable = () => { button.disabled = false; };
    // The next line may follow at once; a press that comes twice within a moment was meant once.
    if (form.id === "composer") sent.then(enable); else setTimeout(enable, 600);
  });

  document.addEventListener("change", (event) => {
    const menu = event.target;
    if (menu.matches("select[data-menu][data-at-once=true]")) { menu.form.requestSubmit(); menu.blur(); }
  });

  document.addEventListener("click", (event) => {
    // A button that opens a page tells the app, too.
    const link = event.target.closest("a[data-press]");
    if (link) send(link.closest("form"), new FormData(link.closest("form")));
    const command = event.target.closest("button[data-command]");
    if (command) {
      line.value = `${command.dataset.command} `;
      line.focus();
      suggest();
    }
  });

  // ---- commands ----

  const line = document.querySelector("#composer input[name=text]");
  const suggest = () => {
    const list = document.querySelector("#commands");
    if (!list || !line) return;
    const typed = line.value.split(" ")[0];
    const buttons = [...list.querySelectorAll("button")];
    buttons.forEach((button) => { button.parentElement.hidden = !button.dataset.command.startsWith(typed); });
    const isExact = buttons.some((button) => button.dataset.command === typed) && line.value.includes(" ");
    list.hidden = !typed.startsWith("/") || isExact || (buttons.length > 0 && buttons.every((button) => button.parentElement.hidden));
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
  };
  line?.addEventListener("input", suggest);
  line?.addEventListener("keydown", (event) => {
    const list = document.querySelector("#commands");
    if (event.key === "Escape" && list && !list.hidden) { list.hidden = true; event.stopPropagation(); }
    if (event.key === "ArrowUp" && list && !list.hidden) {
      event.preventDefault();
      [...list.querySelectorAll("li:not([hidden]) button")].pop()?.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    const command = event.target.closest?.("button[data-command]");
    if (!command || !["ArrowUp", "ArrowDown", "Escape"].includes(event.key)) return;
    event.preventDefault();
    const all = [...document.querySelectorAll("#commands li:not([hidden]) button")];
    const next = event.key === "Escape" ? null : all[all.indexOf(command) + (event.key === "ArrowUp" ? -1 : 1)];
    (next ?? line).focus();
  });

  // ---- the permission dialog: it holds the keyboard, and gives it back ----

  let before = null;
  const attend = () => {
    const dialog = document.querySelector("#dialog");
    for (const other of document.querySelectorAll("#main > :not([data-live=dialog])")) other.inert = Boolean(dialog);
    if (dialog) {
      if (!dialog.contains(document.activeElement)) before = document.activeElement;
      dialog.querySelector("[data-answer=dismiss]").focus({ preventScroll: true });
      dialog.scrollIntoView({ block: "nearest" });
    } else {
      (before?.isConnected ? before : line)?.focus({ preventScroll: true });
      before = null;
    }
  };
  document.addEventListener("keydown", (event) => {
    const dialog = document.querySelector("#dialog");
    if (!dialog?.contains(event.target) && !(dialog && event.target === document.body)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      dialog.querySelector("[data-answer=dismiss]").click();
    }
    if (event.key !== "Tab") return;
    const stops = [...dialog.querySelectorAll("button:not([disabled])")];
    const at = stops.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
    event.preventDefault();
    stops[(at + stops.length) % stops.length].focus();
  });
  if (document.querySelector("#dialog")) attend();

  // ---- a reload stays where one was, or goes to the newest message ----

  if (column) {
    const key = "scroll " + new URLSearchParams(address.split("?")[1]).get("at");
    column.scrollTop = isFolded ? column.scrollHeight : Number(sessionStorage.getItem(key));
    addEventListener("pagehide", () => { sessionStorage.setItem(key, column.scrollTop); });
  }
})();
