// Enhancement only: every page works without this file. Nothing is sent anywhere; drafts stay in this browser.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// An error summary takes the focus, so that it is read first.
document.querySelector("[data-error-summary]")?.focus();

// A button is pressed once: a second press within the same page load sends nothing. The server keeps the promise anyway.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.hasAttribute("data-once")) return;
  if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
  button.setAttribute("aria-disabled", "true");
  addEventListener("pageshow", () => button.removeAttribute("aria-disabled"), { once: true });
});

// Characters as a person counts them (code points); said aloud only when typing pauses.
for (const group of $$("[data-counter]")) {
  const area = group.querySelector("textarea");
  const words = group.querySelector(".counter");
  const most = Number(group.dataset.counter);
  let pause;
  const show = () => {
    const left = most - [...area.value.replace(/\r\n?/g, "\n").trim()].length;
    words.textContent = (left < 0 ? group.dataset.counterOver : group.dataset.counterLeft).replace("{n}", Math.abs(left));
    words.classList.toggle("is-over", left < 0);
  };
  area.addEventListener("input", () => {
    words.removeAttribute("aria-live");
    show();
    clearTimeout(pause);
    pause = setTimeout(() => words.setAttribute("aria-live", "polite"), 900);
  });
  if (area.value) show();
}

// What was typed and not sent is kept in this browser, put back on return, and forgotten when it is sent or after a week.
// Whoever says that others use the device too has nothing kept on it, here and in every other form.
const WEEK = 7 * 24 * 3600 * 1000;
for (const form of $$("form[data-draft]")) {
  const key = `draft:${form.dataset.draft}`;
  const areas = $$("textarea", form);
  const note = form.querySelector("[data-draft-note]");
  const shared = form.querySelector("[data-draft-shared]");
  let changed = false;
  // Storage may be switched off: then nothing is kept, and the form works.
  const storing = (work) => { try { return work(); } catch { return undefined; } };
  const told = () => {
    if (!note) return;
    note.hidden = storing(() => localStorage.getItem(key) === null && !shared?.checked) ?? true;
    note.querySelector("[data-draft-delete]").parentElement.hidden = Boolean(shared?.checked);
  };
  const forget = () => storing(() => localStorage.removeItem(key));
  if (shared) shared.checked = storing(() => localStorage.getItem("shared-device") === "yes") ?? false;
  storing(() => {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (!kept || Date.now() - kept.at >= WEEK) return forget();
    for (const area of areas) {
      if (area.value || !kept.texts[area.name]) continue;
      area.value = kept.texts[area.name];
      area.dispatchEvent(new Event("input"));
      if (area.closest("details")) area.closest("details").open = true;
    }
    const stance = kept.stance && form.querySelector(`input[name=stance][value="${CSS.escape(kept.stance)}"]`);
    if (stance && !form.querySelector("input[name=stance]:checked")) stance.checked = true;
  });
  const keep = (event) => {
    if (event?.target === shared) return;
    changed = true;
    if (shared?.checked) return;
    storing(() => {
      const texts = Object.fromEntries(areas.map((area) => [area.name, area.value]));
      const stance = form.querySelector("input[name=stance]:checked")?.value;
      if (Object.values(texts).some((text) => text.trim())) localStorage.setItem(key, JSON.stringify({ at: Date.now(), texts, stance }));
      else forget();
    });
    told();
  };
  form.addEventListener("input", keep);
  shared?.addEventListener("change", () => {
    storing(() => {
      if (!shared.checked) return localStorage.removeItem("shared-device");
      localStorage.setItem("shared-device", "yes");
      for (const name of Object.keys(localStorage)) if (name.startsWith("draft:")) localStorage.removeItem(name);
    });
    if (!shared.checked) keep();
    told();
  });
  form.querySelector("[data-draft-delete]")?.addEventListener("click", () => {
    forget();
    told();
    areas[0]?.focus();
  });
  form.addEventListener("submit", () => {
    changed = false;
    storing(() => sessionStorage.setItem("draft-sent", key));
  });
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
  told();
}
// The draft is forgotten only once the page after it has come without the same form.
const sent = sessionStorage.getItem("draft-sent");
if (sent && !document.querySelector(`form[data-draft="${CSS.escape(sent.slice(6))}"]`)) {
  localStorage.removeItem(sent);
  sessionStorage.removeItem("draft-sent");
}

// A field is filled with words that the page brings along, without leaving what was typed elsewhere.
for (const link of $$("a[data-fill]")) {
  link.addEventListener("click", (event) => {
    const area = document.getElementById(link.dataset.fill);
    if (!area || area.value.trim()) return event.preventDefault();
    event.preventDefault();
    area.value = link.dataset.words;
    area.rows = 8;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
    area.setSelectionRange(0, 0);
  });
  link.parentElement.querySelector("[data-scriptless]")?.remove();
}

// Tables: select all, the number selected, and the keys j k x Enter.
for (const table of $$("table[data-select]")) {
  const ticks = $$(".tick", table);
  const head = table.querySelector("thead .table__select");
  const count = table.closest("form")?.querySelector("[data-selected-count]");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "tick";
  const area = document.createElement("label");
  area.className = "tick-area";
  area.append(all, Object.assign(document.createElement("span"), { className: "tick-area__text", textContent: table.dataset.select }));
  all.setAttribute("aria-label", table.dataset.select);
  head.replaceChildren(area);
  const show = () => {
    const n = ticks.filter((tick) => tick.checked).length;
    all.checked = n > 0 && n === ticks.length;
    all.indeterminate = n > 0 && n < ticks.length;
    if (count) count.textContent = n ? count.dataset.words.replace("{n}", n) : "";
  };
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    show();
  });
  table.addEventListener("change", show);
  show();
}

const keyed = document.querySelector(".desk table[data-keys] tbody");
if (keyed) {
  document.querySelector("[data-keys-hint]")?.removeAttribute("hidden");
  let at = -1;
  const rows = [...keyed.rows];
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not(.tick), textarea, select, button")) return;
    if (event.key === "j" || event.key === "k") {
      rows[at]?.classList.remove("is-current");
      at = Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)));
      rows[at].classList.add("is-current");
      rows[at].scrollIntoView({ block: "nearest" });
      rows[at].querySelector("a, .tick")?.focus({ preventScroll: true });
    } else if (event.key === "x" && rows[at]) {
      rows[at].querySelector(".tick")?.click();
    } else if (event.key === "a" || event.key === "r") {
      // The keys lead to the button or the reason; what is decided is always pressed by a person who sees it.
      const form = keyed.closest("form.bulk");
      const goal = form?.querySelector(event.key === "a" ? "button[value=accept]" : "select[name=reason]");
      if (!goal) return;
      event.preventDefault();
      if (!form.querySelector("tbody .tick:checked")) rows[at]?.querySelector(".tick")?.click();
      goal.focus();
    } else if (event.key === "?") {
      const help = document.querySelector("[data-keys-help]")?.closest("details");
      if (!help) return;
      event.preventDefault();
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    }
  });
}

// The contents rail follows the reader.
for (const rail of $$("[data-scroll-spy]")) {
  const links = new Map($$("a[href^='#']", rail).map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const parts = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  if (!parts.length) continue;
  let current;
  const follow = () => {
    const passed = parts.filter((part) => part.getBoundingClientRect().top < 120);
    const link = links.get((passed.at(-1) ?? parts[0]).id);
    if (link === current) return;
    current?.removeAttribute("aria-current");
    current = link;
    current.setAttribute("aria-current", "location");
    const box = current.closest(".page__rail");
    if (box && box.scrollHeight > box.clientHeight) box.scrollTop = current.offsetTop - box.clientHeight / 2;
  };
  addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
  follow();
}

// Reading aloud, with a voice that works on this device alone: a voice of a remote service is never used.
for (const place of $$("[data-read-aloud]")) {
  const speech = globalThis.speechSynthesis;
  const target = document.querySelector(place.dataset.readAloud);
  if (!speech || !target) continue;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--secondary" });
  const idle = () => (button.textContent = place.dataset.start);
  const offer = () => {
    const tongue = document.documentElement.lang.slice(0, 2);
    const voice = speech.getVoices().find((one) => one.localService && one.lang.startsWith(tongue));
    if (!voice || button.isConnected) return;
    idle();
    place.append(button);
    place.hidden = false;
    button.addEventListener("click", () => {
      if (speech.speaking) return speech.cancel();
      const blocks = $$("h2, h3, h4, p, li", target).filter((block) => !block.closest("form, nav, footer, .clause__foot"));
      const texts = blocks.map((block) => block.textContent.trim()).filter(Boolean);
      texts.forEach((text, n) => {
        const words = Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang, rate: 0.9 });
        words.onerror = idle;
        if (n === texts.length - 1) words.onend = idle;
        speech.speak(words);
      });
      button.textContent = place.dataset.stop;
    });
  };
  speech.addEventListener?.("voiceschanged", offer);
  addEventListener("pagehide", () => speech.cancel());
  offer();
}
