// Live updates, and nothing that the pages need.
"use strict";
(() => {
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus();
  const { live, list, order } = document.body.dataset;
  if (!live || !window.EventSource) return;
  const shown = document.querySelector(".live");
  const told = document.querySelector("[data-told]");
  const changed = document.querySelector("[data-changed]");
  let source, since = live, timer = 0, renewed = -Infinity, again = false;

  const first = () => document.querySelector("[data-rows] tbody th")?.textContent ?? "0";

  // The list as it is now takes the place of the one that is shown; what has the focus keeps it.
  async function renew() {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const rows = page.querySelector("[data-rows]"), old = document.querySelector("[data-rows]");
      if (!rows || !old) return;
      const href = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      const seen = BigInt(first()), scroll = [old.scrollLeft, old.scrollTop];
      old.replaceWith(rows);
      [rows.scrollLeft, rows.scrollTop] = scroll;
      if (href) rows.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
      let count = 0;
      for (const row of rows.querySelectorAll("tbody tr")) {
        if (BigInt(row.querySelector("th").textContent) <= seen) break;
        row.classList.add("fresh");
        count += 1;
      }
      if (count > 0) told.textContent = count === 1 ? "1 new order" : `${count} new orders`;
    } catch {
      // The next event tries again.
    }
  }

  // At once, but not more often than each second, and never twice at a time.
  function soon() {
    if (timer !== 0) { again = true; return; }
    timer = setTimeout(async () => {
      renewed = performance.now();
      await renew();
      timer = 0;
      if (again) { again = false; soon(); }
    }, Math.max(0, renewed + 1000 - performance.now()));
  }

  function listen() {
    source = new EventSource(since);
    source.addEventListener("open", () => { if (shown) shown.hidden = false; });
    const mine = source;
    // The browser comes again by itself, but not after an answer that is an error.
    source.addEventListener("error", () => {
      if (shown) shown.hidden = true;
      if (mine.readyState !== EventSource.CLOSED) return;
      setTimeout(() => { if (mine === source && !document.hidden) listen(); }, 10000);
    });
    source.addEventListener("orders", (event) => {
      since = `${live.split("?")[0]}?since=${event.lastEventId}`;
      if (list !== undefined) soon();
      else if (changed && event.data.trim().split(" ").includes(order)) changed.hidden = false;
    });
  }

  // A page that nobody sees listens to nothing: a browser has few connections to a server.
  document.addEventListener("visibilitychange", () => {
    source?.close();
    if (!document.hidden) listen();
  });
  if (!document.hidden) listen();
})();
