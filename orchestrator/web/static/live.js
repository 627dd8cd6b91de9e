// Keeps the parts of the page that change as they are now, by server-sent events. Without it the page is reloaded.
"use strict";
(() => {
  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const connection = document.getElementById("connection");
  const spoken = document.getElementById("spoken");
  let last = (document.getElementById("headline") || {}).textContent || "";
  let lost = 0;

  const say = (words) => {
    connection.textContent = words;
    connection.hidden = !words;
  };
  const place = (element) => element.id || element.getAttribute("href") || element.textContent;

  const replace = (name, html) => {
    const part = document.getElementById(`live-${name}`);
    if (!part) return;
    const focused = part.contains(document.activeElement) ? place(document.activeElement) : null;
    const opened = [...part.querySelectorAll("details")].map((each) => each.open);
    const scrolled = [...part.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
    part.innerHTML = html;
    part.querySelectorAll("details").forEach((each, n) => { each.open = Boolean(opened[n]); });
    part.querySelectorAll(".scroll").forEach((each, n) => { each.scrollLeft = scrolled[n] || 0; });
    if (focused !== null) {
      const again = [...part.querySelectorAll("a, button, summary, [tabindex]")].find((each) => place(each) === focused);
      if (again) again.focus({ preventScroll: true });
    }
  };

  const source = new EventSource(`${live.dataset.stream}?seen=${live.dataset.seen}`);
  source.addEventListener("open", () => { lost = 0; say(""); });
  source.addEventListener("change", (event) => {
    const body = JSON.parse(event.data);
    const from = window.scrollY;
    for (const [name, html] of Object.entries(body.fragments)) replace(name, html);
    if (Math.abs(window.scrollY - from) > 1) window.scrollTo(window.scrollX, from);
    const headline = (document.getElementById("headline") || {}).textContent || "";
    if (headline !== last) { spoken.textContent = headline; last = headline; }
    live.dataset.changes = String(Number(live.dataset.changes || 0) + 1);
    tick();
  });
  source.addEventListener("fault", (event) => {
    const words = JSON.parse(event.data).words;
    say(words ? `What follows may be old: ${words}` : "");
  });
  source.addEventListener("over", () => { source.close(); say(""); live.dataset.over = "yes"; });
  source.addEventListener("ended", (event) => {
    source.close();
    say(`${JSON.parse(event.data).words} What follows is as it was then.`);
  });
  source.addEventListener("error", () => {
    lost = lost || Date.now();
    const since = new Date(lost).toLocaleTimeString();
    say(source.readyState === EventSource.CLOSED
      ? `The service ended the connection at ${since}. What follows is as it was then. Load the page again.`
      : `The connection is lost since ${since}. What follows is as it was then. It is tried again.`);
  });
  window.addEventListener("pagehide", () => source.close());

  // The clocks of gates: the server's own time, however this machine's clock stands.
  const words = (seconds) => {
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  };
  const begun = new WeakMap();
  function tick() {
    for (const each of document.querySelectorAll(".ticks")) {
      if (!begun.has(each)) begun.set(each, performance.now());
      const at = Date.parse(each.dataset.now) + performance.now() - begun.get(each);
      const left = Math.max(0, Math.round((Date.parse(each.dataset.until) - at) / 1000));
      each.textContent = words(left);
      const bar = each.closest("section").querySelector("progress.soak");
      if (bar) bar.value = Math.max(0, bar.max - left);
    }
  }
  tick();
  setInterval(tick, 1000);
})();
