// The frame: parts, address, search, keys, light and dark, paper.
const VIEWS = {
  "": { name: "Overview", key: "o", draw: drawOverview },
  findings: { name: "Findings", key: "f", number: DATA.findings.length, draw: drawFindings },
  cases: { name: "Cases", key: "c", number: DATA.counts.listed, draw: drawCases, needs: casesRead },
  data: { name: "Rows", key: "d", number: DATA.data.length, draw: drawData },
  transactions: { name: "Transactions", key: "x", number: DATA.transactions.sweeps.length + DATA.transactions.pairs.length, draw: drawTransactions },
  migrations: { name: "Migrations", key: "m", number: DATA.counts.revisions, draw: drawMigrations },
};
const main = document.getElementById("main");
const search = document.getElementById("search");

let drawn = 0;
async function draw({ keep = false } = {}) {
  const { view, item, query } = route();
  drawNavigation(view);
  const mine = (drawn += 1);
  const needs = view === "findings" && item && !isWhole() ? whole : VIEWS[view].needs && VIEWS[view].needs();
  if (needs && !(await arrived(needs, mine))) return;
  const focus = focusedControl();
  main.className = `view-${view || "overview"}`;
  main.replaceChildren(...[view === "findings" && item ? drawFinding(item) : VIEWS[view].draw(query)].flat(Infinity).filter(Boolean));
  const title = item || VIEWS[view].name;
  document.title = `${title} · ${DATA.run.project || "Seamline"} · Seamline`;
  if (document.activeElement !== search) search.value = query.get("q") || "";
  if (keep) restore(focus);
  else window.scrollTo(0, 0);
}

// Wait for what a view shows; false where another one was asked for meanwhile, or it cannot be read.
async function arrived(needs, mine) {
  const slow = setTimeout(() => main.replaceChildren(h("p", { class: "calm" }, "Reading …")), 150);
  try {
    await needs;
  } catch (error) {
    if (mine === drawn) main.replaceChildren(h("p", { class: "note" }, `The cases cannot be read by this browser (${error}).`));
    return false;
  } finally {
    clearTimeout(slow);
  }
  return mine === drawn;
}

// A control that was drawn anew keeps the focus.
function focusedControl() {
  const controls = [...main.querySelectorAll(".filters button, .filters select")];
  return controls.indexOf(document.activeElement);
}

function restore(at) {
  if (at >= 0) main.querySelectorAll(".filters button, .filters select")[at]?.focus();
}

function drawNavigation(view) {
  document.getElementById("project").textContent = DATA.run.project || "Seamline";
  const nav = document.getElementById("nav");
  nav.replaceChildren(...Object.entries(VIEWS).map(([name, v]) =>
    h("a", { href: address(name), "aria-current": name === view ? "page" : null }, v.name,
      v.number === undefined ? "" : [" ", h("span", { class: "n" }, number(v.number))])));
  nav.scrollLeft = nav.querySelector("[aria-current]").offsetLeft - nav.offsetLeft - 40; // where it is too narrow for all
}

let typing = 0;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    if (route().item) location.hash = address("findings", { q: search.value });
    else refine({ q: search.value });
  }, 120);
});

// Light and dark: the system's choice until a person makes one.
const kept = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } }, set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* a page from a file may keep nothing */ } } };
const themeButton = document.getElementById("theme");
const isDark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  themeButton.textContent = isDark() ? "☀" : "☾";
  themeButton.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
}

function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  kept.set("seamline-theme", theme);
  setTheme(theme);
}
themeButton.addEventListener("click", toggleTheme);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme());

// Keys.
const dialog = document.getElementById("keys");
const KEYS = [["?", "this list"], ["/", "search"], ["o f c d x m", "overview, findings, cases, rows, transactions, migrations"],
  ["j k", "next and previous finding, or row of a list"], ["Enter", "open what has the focus"],
  ["r", "copy the replay command of a finding"], ["t", "light or dark"], ["Esc", "leave the search, or go back to the list"]];
let lettersOn = kept.get("seamline-keys") !== "off";

function showKeys() {
  const box = h("input", { type: "checkbox", id: "letters", checked: lettersOn });
  box.addEventListener("change", () => { lettersOn = box.checked; kept.set("seamline-keys", lettersOn ? "on" : "off"); });
  dialog.replaceChildren(h("h2", { id: "keys-title" }, "Keys"),
    h("dl", { class: "facts" }, KEYS.map(([key, what]) => [h("dt", {}, key.split(" ").map((k) => [h("kbd", {}, k), " "])), h("dd", {}, what)])),
    h("p", {}, box, h("label", { for: "letters" }, " Keys of one letter are on")),
    h("button", { type: "button", onclick: () => dialog.close() }, "Close"));
  dialog.showModal();
}
document.getElementById("help").addEventListener("click", showKeys);

function move(step) {
  const { view, item } = route();
  if (view === "findings" && item) {
    const to = DATA.findings[DATA.findings.indexOf(FINDINGS.get(item)) + step];
    if (to) location.hash = address("findings", {}, to.id);
    return;
  }
  if (view === "cases" && list) { moveCase(step); return; }
  const stops = [...main.querySelectorAll(".found a, tbody th a")];
  const at = stops.indexOf(document.activeElement);
  stops[Math.max(0, Math.min(stops.length - 1, at + step))]?.focus();
}

function moveCase(step) {
  const at = Number(document.activeElement?.dataset?.at ?? list.at(list.box.scrollTop) - step);
  const to = Math.max(0, Math.min(list.chosen.length - 1, at + step));
  const top = list.top(to);
  if (top < list.box.scrollTop || top > list.box.scrollTop + list.box.clientHeight - 2 * ROW) list.box.scrollTop = Math.max(0, top - list.box.clientHeight / 2);
  list.draw();
  list.space.querySelector(`button[data-at="${to}"]`)?.focus({ preventScroll: true });
}

const ACTIONS = { "?": showKeys, "/": () => search.focus(), t: toggleTheme, j: () => move(1), k: () => move(-1),
  r: () => main.querySelector(".command .copy")?.click() };
for (const [name, view] of Object.entries(VIEWS)) ACTIONS[view.key] = () => { location.hash = address(name); };

function leave() {
  if (document.activeElement === search) { search.value = ""; search.blur(); refine({ q: "" }); }
  else if (route().item) location.hash = address("findings");
}

addEventListener("keydown", (event) => {
  if (dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { leave(); return; }
  if (!lettersOn || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (ACTIONS[event.key]) { event.preventDefault(); ACTIONS[event.key](); }
});

// On paper: the overview, then every finding with its evidence.
const paper = document.getElementById("paper");
addEventListener("beforeprint", () => {
  atOnce = true;
  paper.replaceChildren(...drawOverview(new URLSearchParams()).flat(Infinity).filter(Boolean),
    ...DATA.findings.slice(0, 100).map((f) => h("article", { class: "sheet" }, drawFinding(f.id))));
  atOnce = false;
  const wide = paper.querySelector(".panel:has(.matrix)"); // on a page of its own
  if (wide) paper.insertBefore(wide, paper.querySelector(".sheet"));
});
addEventListener("afterprint", () => paper.replaceChildren());

document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
addEventListener("hashchange", () => draw());
setTheme(kept.get("seamline-theme"));
draw();
