/* Keyboard, palette, drafts, lines, uploads, theme. The page works without it; this makes it quick.

   Shortcuts are declared in the markup: pressing a key clicks the visible element whose data-key
   equals it, in the current row first, so the sheet behind "?" can list exactly what the page has. */
"use strict";

(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

  /* 229 is what browsers report for the Enter that ends a composition after it has ended. */
  const isComposing = (event) => event.isComposing || event.keyCode === 229;
  const isTyping = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable ||
      element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])"));
  const isVisible = (element) => element.getClientRects().length > 0;
  const openDialog = () => $$("dialog[open]").at(-1);

  function remember(name, value) {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
  }

  function recall(name) {
    return document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";
  }

  function toast(text, tone = "late") {
    const box = document.createElement("div");
    const close = document.createElement("button");
    const words = document.createElement("p");
    words.textContent = text;
    Object.assign(close, { type: "button", className: "button", textContent: "×" });
    Object.assign(close.dataset, { kind: "quiet", iconOnly: "", dismiss: "" });
    close.setAttribute("aria-label", document.body.dataset.close);
    box.className = "toast";
    Object.assign(box.dataset, { toast: "", tone });
    box.append(words, close);
    $("#toasts").append(box);
    fade(box);
  }

  function fade(box) {
    if (box.dataset.tone !== "late") setTimeout(() => box.remove(), 6000);
  }

  /* ---- keyboard ---- */

  let chord = "";
  let chordTimer = 0;

  function onKeyDown(event) {
    if (isComposing(event)) return;
    const combined = event.ctrlKey || event.metaKey;
    if (combined && event.key.toLowerCase() === "k") return taken(event, openPalette);
    if (combined && event.key === "Enter") return submitByKeys(event);
    if (event.key === "Escape" && !openDialog()) return escape(event);
    /* A search field would only empty itself. */
    if (event.key === "Escape" && event.target.type === "search") return taken(event, () => openDialog().close());
    if (combined || event.altKey) return;
    if (isTyping(event.target)) return moveWhileTyping(event);
    if (openDialog()?.id === "palette") return moveInPalette(event);
    if (openDialog() || recall("shortcuts") === "off") return;
    pressed(event);
  }

  function taken(event, action) {
    event.preventDefault();
    action();
  }

  function pressed(event) {
    const key = event.key;
    const keys = chord ? `${chord} ${key}` : key;
    clearTimeout(chordTimer);
    chord = "";
    if (keys === "j" || (key === "ArrowDown" && currentRow())) return taken(event, () => moveRow(1));
    if (keys === "k" || (key === "ArrowUp" && currentRow())) return taken(event, () => moveRow(-1));
    if (keys === "/") return taken(event, openPalette);
    if (keys === "?") return taken(event, () => showDialog($("#keys")));
    if (keys === "x") return taken(event, chooseRow);
    const target = keyed(keys);
    if (target) return taken(event, () => target.click());
    if ($(`[data-key^="${CSS.escape(keys)} "]`)) {
      chord = keys;
      chordTimer = setTimeout(() => (chord = ""), 1200);
    }
  }

  function keyed(keys) {
    const selector = `[data-key="${CSS.escape(keys)}"]`;
    const row = currentRow();
    if (row) {
      const inRow = $(selector, row);
      if (inRow) return inRow;
    }
    return $$(selector).find(isVisible);
  }

  function submitByKeys(event) {
    const form = event.target.closest?.("form") ?? $("form[data-submit-keys]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit($("[data-submit]", form) ?? undefined);
  }

  function escape(event) {
    const menu = $("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (isTyping(event.target)) {
      event.target.blur();
    } else {
      keyed("Escape")?.click();
    }
  }

  /* ---- rows ---- */

  const rows = () => $$("[data-rows] tr").filter((row) => $(".row-link", row));
  const currentRow = () => document.activeElement?.closest("[data-rows] tr");

  function moveRow(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(currentRow());
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    const link = $(".row-link", all[next]);
    link.focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  }

  function chooseRow() {
    const box = currentRow() && $("input[type=checkbox]", currentRow());
    if (box) box.click();
  }

  function showChosen(root) {
    const boxes = $$("input[data-choose]", root);
    const chosen = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr").toggleAttribute("data-chosen", box.checked));
    const all = $("input[data-choose-all]", root);
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const bar = $("[data-chosen-bar]", root);
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    const count = $("[data-chosen-count]", bar);
    if (count) count.textContent = chosen.length;
    const sum = $("[data-chosen-sum]", bar);
    if (sum) sum.textContent = yuan(chosen.reduce((cents, box) => cents + toCents(box.dataset.amount), 0n));
  }

  /* A list leaves its order behind, so that a case knows the one before it and the one after. */
  function rememberOrder() {
    const links = $$("[data-rows] .row-link").map((link) => link.getAttribute("href"));
    if (links.length) sessionStorage.setItem("order", JSON.stringify(links));
    $$("[data-neighbour]").forEach((button) => {
      const order = JSON.parse(sessionStorage.getItem("order") ?? "[]");
      const at = order.indexOf(sessionStorage.getItem("opened"));
      const next = at < 0 ? undefined : order[at + Number(button.dataset.neighbour)];
      button.hidden = !next;
      if (next) button.href = next;
    });
  }

  /* A drawing wider than its frame opens where the case stands. */
  function showPosition(root) {
    const here = $(".diagram .is-current", root);
    const frame = here?.closest(".case-diagram, .diagram-large");
    if (!frame) return;
    const [node, box] = [here.getBoundingClientRect(), frame.getBoundingClientRect()];
    frame.scrollLeft += node.left + node.width / 2 - box.left - box.width / 2;
    frame.scrollTop += node.top + node.height / 2 - box.top - box.height / 2;
  }

  /* ---- dialogs, menus, palette ---- */

  function showDialog(dialog) {
    if (!dialog || dialog.open) return;
    dialog.showModal();
    $("[autofocus], input:not([type=hidden]), textarea, select", dialog)?.focus();
  }

  function openPalette() {
    const palette = $("#palette");
    if (!palette) return;
    showDialog(palette);
    const input = $("input[type=search]", palette);
    input.focus();
    input.select();
  }

  function moveInPalette(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [$("#palette input[type=search]"), ...$$("#palette .hit")];
    const at = stops.indexOf(document.activeElement);
    stops[(at + step + stops.length) % stops.length].focus();
  }

  function moveWhileTyping(event) {
    const input = event.target;
    if (input.closest("#palette")) {
      if (event.key !== "Enter") return moveInPalette(event);
      const first = $("#palette .hit");
      if (first) taken(event, () => first.click());
    } else if (input.dataset.column) {
      moveInLines(event, input);
    }
  }

  /* ---- lines (an editable grid) ---- */

  function moveInLines(event, input) {
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
    if (!step || (input.matches("select, [type=date]") && event.key !== "Enter")) return;
    event.preventDefault();
    const body = input.closest("tbody");
    const index = [...body.rows].indexOf(input.closest("tr")) + step;
    if (index === body.rows.length && event.key === "Enter") addLine(body.closest("table"));
    $(`[data-column="${input.dataset.column}"]`, body.rows[index] ?? body.rows[0])?.focus();
  }

  function addLine(table) {
    const row = $("[data-line-template]", table.parentElement).content.firstElementChild.cloneNode(true);
    table.tBodies[0].append(row);
    renumber(table);
    return row;
  }

  function renumber(table) {
    [...table.tBodies[0].rows].forEach((row, index) => {
      $(".lines-index", row).textContent = index + 1;
      $$("[data-column]", row).forEach((input) => {
        input.name = `${table.dataset.lines}.${index}.${input.dataset.column}`;
      });
    });
    addUp(table);
  }

  function addUp(table) {
    $$("[data-sum]", table).forEach((output) => {
      const cells = $$(`tbody [data-column="${output.dataset.sum}"]`, table);
      output.textContent = yuan(cells.reduce((cents, cell) => cents + toCents(cell.value), 0n));
    });
  }

  function pasteLines(event) {
    const start = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!start.dataset?.column || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const table = start.closest("table");
    const columns = $$("[data-column]", start.closest("tr")).map((input) => input.dataset.column);
    let row = start.closest("tr");
    for (const line of text.trimEnd().split(/\r?\n/)) {
      row ??= addLine(table);
      line.split("\t").forEach((value, offset) => {
        const column = columns[columns.indexOf(start.dataset.column) + offset];
        const input = column && $(`[data-column="${column}"]`, row);
        if (input) fill(input, value.trim());
      });
      row = row.nextElementSibling;
    }
    renumber(table);
    start.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function fill(input, value) {
    if (input.matches("select")) {
      const option = [...input.options].find((one) => one.text === value || one.value === value);
      if (option) input.value = option.value;
    } else if (input.inputMode === "decimal") {
      input.value = value.replace(/[¥￥\s]/g, "");
    } else if (input.type === "date") {
      const parts = value.match(/(\d{4})\D+(\d{1,2})\D+(\d{1,2})/);
      if (parts) input.value = [parts[1], parts[2].padStart(2, "0"), parts[3].padStart(2, "0")].join("-");
    } else {
      input.value = value;
    }
  }

  /* Whole cents as BigInt: money is never a float, here neither. */
  function toCents(text = "") {
    const parts = String(text).replace(/,/g, "").trim().match(/^(-?)(\d+)(?:\.(\d{1,2}))?$/);
    if (!parts) return 0n;
    const cents = BigInt(parts[2]) * 100n + BigInt((parts[3] ?? "").padEnd(2, "0"));
    return parts[1] ? -cents : cents;
  }

  function yuan(cents) {
    const size = cents < 0n ? -cents : cents;
    const whole = String(size / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${cents < 0n ? "−" : ""}¥\u00a0${whole}.${String(size % 100n).padStart(2, "0")}`;
  }

  /* ---- drafts: what was typed is kept by the server ---- */

  const draftTimers = new WeakMap();

  function typed(form) {
    clearTimeout(draftTimers.get(form));
    draftTimers.set(form, setTimeout(() => saveDraft(form), 800));
    form.dataset.unsaved = "";
  }

  async function saveDraft(form) {
    const status = $("[data-draft-status]", form);
    const show = (state) => {
      if (!status) return;
      status.dataset.state = state;
      status.textContent = status.dataset[state];
    };
    const values = new FormData(form);
    for (const [name, value] of [...values]) if (value instanceof File) values.delete(name);
    show("saving");
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: values, keepalive: true });
      if (!answer.ok) throw new Error(answer.statusText);
      delete form.dataset.unsaved;
      show("saved");
    } catch {
      show("failed");
    }
  }

  /* ---- files: each is sent, accepted or refused on its own ---- */

  function upload(box, files) {
    for (const file of files) {
      const values = new FormData();
      values.append("name", box.dataset.name);
      values.append("file", file);
      values.append("csrfmiddlewaretoken", $("[name=csrfmiddlewaretoken]")?.value ?? "");
      const row = document.createElement("li");
      const bar = document.createElement("progress");
      const name = document.createElement("span");
      name.textContent = file.name;
      row.className = "file";
      row.append(name, bar);
      $("[data-files]", box).append(row);
      send(box.dataset.upload, values, bar)
        .then((html) => (row.outerHTML = html))
        .catch(() => {
          row.toggleAttribute("data-refused", true);
          bar.replaceWith(document.body.dataset.failed);
        });
    }
  }

  function send(url, values, bar) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.upload.onprogress = ({ loaded, total }) => Object.assign(bar, { max: total, value: loaded });
      request.onload = () => (request.status < 500 ? done(request.responseText) : failed());
      request.onerror = failed;
      request.send(values);
    });
  }

  /* ---- theme, density, columns ---- */

  const switches = {
    theme(value) {
      document.documentElement.dataset.theme = value || "system";
      $("#dark-tokens").media = { dark: "all", light: "not all" }[value] ?? "(prefers-color-scheme: dark)";
    },
    density(value) {
      document.documentElement.dataset.density = value || "normal";
    },
    shortcuts() {},
  };

  function switchTo(button) {
    const [name, value] = button.dataset.switch.split(":");
    remember(name, value);
    switches[name](value);
    showSwitches();
  }

  function showSwitches() {
    $$("[data-switch]").forEach((button) => {
      const [name, value] = button.dataset.switch.split(":");
      button.setAttribute("aria-pressed", String(recall(name) === value));
    });
  }

  /* ---- wiring ---- */

  document.addEventListener("keydown", onKeyDown);
  document.addEventListener("paste", pasteLines);

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    $$("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const opening = at(".row-link, [data-neighbour]");
    if (opening) sessionStorage.setItem("opened", opening.getAttribute("href"));
    if (at("[data-dismiss]")) at("[data-toast]").remove();
    if (at("[data-close-dialog]")) at("dialog").close();
    if (at("[data-show]")) showDialog(document.getElementById(at("[data-show]").dataset.show));
    if (at("[data-switch]")) switchTo(at("[data-switch]"));
    if (at("[data-fill]")) fillForm(at("[data-fill]"));
    if (at("[data-line-add]")) $("[data-column]", addLine($(`[data-lines="${at("[data-line-add]").dataset.lineAdd}"]`)))?.focus();
    if (at("[data-line-remove]")) removeLine(at("[data-line-remove]"));
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });

  function removeLine(button) {
    const table = button.closest("table");
    button.closest("tr").remove();
    if (!table.tBodies[0].rows.length) addLine(table);
    renumber(table);
    table.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* A demonstration login fills the form beside it. */
  function fillForm(button) {
    for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) {
      const input = document.getElementById(`id_${name}`);
      if (input) input.value = value;
    }
    button.closest("main, body").querySelector("[data-submit]")?.focus();
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) typed(form);
    const table = event.target.closest("table[data-lines]");
    if (table) addUp(table);
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    const list = input.closest("[data-choosing]");
    if (input.matches("[data-choose-all]")) $$("input[data-choose]", list).forEach((box) => (box.checked = input.checked));
    if (list) showChosen(list);
    if (input.matches("[data-auto-submit]")) input.form.requestSubmit();
    if (input.type === "file") takeFiles(input, input.files);
  });

  function takeFiles(input, files) {
    const box = input.closest("[data-upload]");
    if (!box) return showFiles(input);
    upload(box, files);
    input.value = "";
  }

  /* Files that go with their form are listed until it is sent. */
  function showFiles(input) {
    const names = [...input.files].map((file) => {
      const row = document.createElement("li");
      row.className = "file";
      row.textContent = file.name;
      return row;
    });
    $("[data-files]", input.closest("[data-upload-field]")).replaceChildren(...names);
  }

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) return event.preventDefault();
    if (event.defaultPrevented || event.target.matches("[hx-get], [hx-post]")) return;
    delete event.target.dataset.unsaved;
    clearTimeout(draftTimers.get(event.target));
    setTimeout(() => $$("button[type=submit]", event.target).forEach((button) => (button.disabled = true)));
  });

  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = event.target.closest?.(".drop");
      if (!zone) return;
      event.preventDefault();
      zone.toggleAttribute("data-over", name === "dragover");
      if (name !== "drop") return;
      const input = $("input[type=file]", zone);
      if (!input.closest("[data-upload]")) input.files = event.dataTransfer.files;
      takeFiles(input, event.dataTransfer.files);
    });
  }

  window.addEventListener("online", () => $$("form[data-unsaved]").forEach(saveDraft));
  window.addEventListener("pageshow", () => $$("button[type=submit]:disabled").forEach((button) => (button.disabled = false)));
  window.addEventListener("visibilitychange", () => {
    if (document.hidden) $$("form[data-draft][data-unsaved]").forEach(saveDraft);
  });

  /* `detail.target` is what was replaced, `target` what stands there now. */
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id === "dialog" && target.childElementCount) showDialog(target);
    prepare(target);
  });
  /* A form in a dialog comes back with what is wrong; a refusal of the whole comes as a toast. */
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status === 422 && !detail.xhr.getResponseHeader("X-Problem")) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  document.addEventListener("close-dialog", () => $$("dialog[open]").forEach((dialog) => dialog.close()));
  document.addEventListener("htmx:sendError", () => toast(document.body.dataset.failed));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    const problem = detail.xhr.getResponseHeader("X-Problem");
    toast(problem ? decodeURIComponent(problem) : document.body.dataset.failed);
  });
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const tab = detail.elt.closest("[data-tabs] .tab");
    if (!tab) return;
    $$("[aria-current]", tab.parentElement).forEach((one) => one.removeAttribute("aria-current"));
    tab.setAttribute("aria-current", "page");
  });

  function prepare(root) {
    if (!isMac) $$("kbd", root).forEach((key) => (key.textContent = key.textContent.replace("⌘", "Ctrl ")));
    $$("table[data-lines]", root).forEach(addUp);
    $$("[data-choosing]", root).forEach(showChosen);
    if (root.matches?.("[data-choosing]")) showChosen(root);
    $$("[data-toast]", root).forEach(fade);
    rememberOrder();
    showPosition(root);
    $("[data-focus]", root)?.focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (matchMedia("(max-width: 900px)").matches) $$("[data-fold-small]").forEach((box) => (box.open = false));
    showSwitches();
    prepare(document);
    listKeys();
  });

  /* The sheet behind "?" lists what this page really answers to. */
  function listKeys() {
    const list = $("#keys [data-keys]");
    if (!list) return;
    const seen = new Set();
    for (const element of $$("[data-key]")) {
      const keys = element.dataset.key;
      if (seen.has(keys)) continue;
      seen.add(keys);
      const line = document.createElement("div");
      const words = document.createElement("span");
      const caps = document.createElement("span");
      words.textContent = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent.trim();
      caps.append(...keys.split(" ").map((key) => Object.assign(document.createElement("kbd"), { textContent: key })));
      line.append(words, caps);
      list.append(line);
    }
  }
})();
