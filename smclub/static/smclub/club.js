// Small comforts; every page works without this file.
(() => {
  const copy = async (text, button, done) => {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = done || before;
      setTimeout(() => { button.textContent = before; }, 2500);
    } catch { /* the clipboard is closed to us: the links beside it remain */ }
  };

  const button = (label) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button is-link";
    made.textContent = label;
    made.setAttribute("aria-live", "polite");
    return made;
  };

  // <ul class="share-links" data-share data-share-label data-copy-label data-copied-label data-share-title>
  for (const list of document.querySelectorAll("[data-share]")) {
    const { shareLabel, copyLabel, copiedLabel, shareTitle, shareUrl } = list.dataset;
    const url = shareUrl || document.querySelector("link[rel=canonical]")?.href || location.href;
    const item = document.createElement("li");
    if (navigator.share && shareLabel) {
      const share = button(shareLabel);
      share.addEventListener("click", () => navigator.share({ title: shareTitle || document.title, url }).catch(() => {}));
      item.append(share);
    } else if (navigator.clipboard && copyLabel) {
      const link = button(copyLabel);
      link.addEventListener("click", () => copy(url, link, copiedLabel));
      item.append(link);
    }
    if (item.firstChild) list.prepend(item);
  }

  // <button hidden data-copy="#id" data-copied-label>: copies the text of the field it names
  for (const one of document.querySelectorAll("[data-copy]")) {
    const source = one.dataset.copy ? document.querySelector(one.dataset.copy) : one.parentElement.querySelector("textarea, input");
    if (!navigator.clipboard || !source) continue;
    one.hidden = false;
    one.addEventListener("click", () => copy(source.value ?? source.textContent, one, one.dataset.copiedLabel));
  }

  // Menus close with Escape, a click elsewhere or when the keys go on.
  const menus = () => document.querySelectorAll("details.account-menu[open], details.site-menu[open]");
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  for (const deed of ["click", "focusin"]) {
    addEventListener(deed, (event) => { for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false; });
  }

  // A strip of tabs that is wider than the screen starts at the tab of this page.
  for (const tab of document.querySelectorAll(":is(.subnav, .archive-strip, .tabs) [aria-current]")) {
    const strip = tab.closest("nav");
    strip.scrollLeft += tab.getBoundingClientRect().right - strip.getBoundingClientRect().right + 32;
  }

  // The device gave no passkey: say so on the page.
  document.addEventListener("allauth.error", (event) => {
    const refused = document.querySelector("[data-key-refused]");
    if (!refused) return;
    event.preventDefault();
    refused.hidden = false;
    refused.setAttribute("role", "alert");
  });

  // What went wrong is said first, on a page and in a part of it that htmx brings.
  addEventListener("htmx:afterSettle", ({ target }) => target.querySelector("[aria-invalid]")?.focus());
  document.querySelector(".error-summary")?.focus();
})();
