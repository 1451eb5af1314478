// The door: what is tapped is kept in this browser until the site has answered, and sent again while the network is slow.
// The list follows what other telephones do, and is narrowed by the letters typed.
(() => {
  const door = document.querySelector("[data-door]");
  if (!door) return;
  const form = door.querySelector("[data-door-form]");
  const banner = door.querySelector("[data-door-queue]");
  const said = door.querySelector("[data-door-said]");
  const search = door.querySelector("input[type=search]");
  const none = door.querySelector("[data-door-none]");
  const store = `door:${door.dataset.door}`;
  const fragment = { "HX-Request": "true" };
  const live = () => document.getElementById("door-live");
  let queue = [], isSending = false, tries = 0, timer = 0, isStuck = false;

  try { queue = JSON.parse(localStorage.getItem(store)) || []; } catch { /* no memory beyond this page */ }
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(queue)); } catch { /* idem */ } };
  const nonce = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae");
  const words = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  const narrow = () => {
    const wanted = words(search.value);
    let found = false;
    for (const line of door.querySelectorAll("[data-name]")) {
      const parts = words(line.dataset.name);
      line.hidden = !wanted.every((word) => parts.some((part) => part.startsWith(word)));
      found ||= !line.hidden;
    }
    none.hidden = found || !wanted.length;
  };

  const draw = (trouble = "") => {
    for (const line of door.querySelectorAll("[data-name]")) {
      const isPending = queue.some((tap) => tap.row === line.id);
      line.classList.toggle("is-pending", isPending);
      for (const button of line.querySelectorAll("button")) button.disabled = isPending;
      const told = line.querySelector("[data-told]");
      if (isPending && !told) {
        const badge = document.createElement("span");
        badge.className = "badge is-pending";
        badge.dataset.told = "";
        badge.textContent = door.dataset.pending;
        line.querySelector(".door-who").append(" ", badge);
      } else if (!isPending) told?.remove();
    }
    const waiting = queue.length ? `${queue.length} ${door.dataset.pending}. ` : "";
    const text = (isStuck || tries ? waiting + trouble : trouble).trim();
    if (banner.textContent !== text) banner.textContent = text;
    banner.hidden = !text;
    narrow();
  };

  const swap = (html) => {
    const made = new DOMParser().parseFromString(html, "text/html").getElementById("door-live");
    if (!made) return false;
    const held = document.activeElement?.closest("#door-live [data-name]")?.id;
    live().replaceWith(made);
    if (held) document.getElementById(held)?.querySelector("button")?.focus({ preventScroll: true });
    said.textContent = made.querySelector("[data-said]")?.textContent || "";
    draw();
    return true;
  };

  const later = () => {
    tries += 1;
    clearTimeout(timer);
    timer = setTimeout(send, Math.min(30, 2 ** tries) * 1000);
    draw(door.dataset.away);
  };

  const send = async () => {
    if (isSending || isStuck || !queue.length) return;
    isSending = true;
    const [tap] = queue;
    const body = new URLSearchParams({ ...tap.said, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(tap.to, { method: "POST", body, headers: fragment, redirect: "manual", signal: AbortSignal.timeout(15000) });
      const html = await answer.text();
      if (answer.status >= 500 || answer.status === 429) return later();
      if (!answer.ok) { // signed out, or the link is over: what was tapped stays here
        isStuck = true;
        return draw(door.dataset.stuck);
      }
      queue.shift();
      keep();
      tries = 0;
      swap(html);
    } catch { // no network, or too slow
      return later();
    } finally {
      isSending = false;
    }
    send();
  };

  form.addEventListener("submit", (event) => {
    const to = event.submitter?.getAttribute("formaction");
    if (!to) return;
    event.preventDefault();
    queue.push({ to, row: event.submitter.closest("[data-name]")?.id, said: { people: event.submitter.value, nonce: nonce() } });
    keep();
    search.value = "";
    draw();
    send();
  });

  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.form.querySelector("button").hidden = true;
  search.addEventListener("input", narrow);

  const follow = async () => {
    if (document.hidden || queue.length || isSending) return;
    try {
      const answer = await fetch(`${form.action}?rev=${live().dataset.rev}`, { headers: fragment, redirect: "manual", signal: AbortSignal.timeout(10000) });
      if (queue.length || isSending) return;
      if (answer.status === 200) swap(await answer.text());
      else if (answer.status === 204) draw();
      else if (answer.status < 500) location.reload();
    } catch {
      draw(door.dataset.away);
    }
  };
  if (!door.querySelector("[data-narrowed]")) setInterval(follow, 6000);
  addEventListener("online", () => { tries = 0; send(); });
  draw();
  send();
})();
