// All cases: only the rows in sight are elements, so that 50,000 are as quick as 50.
const ROW = 34;
const RESULTS = ["passed", "error", "warning", "info", "errored"];
let texts = null;

function caseText(at) {
  texts ??= new Array(CASES.length);
  return (texts[at] ??= [CASES[at][CASE.id], named(CASES[at][CASE.subject]), named(CASES[at][CASE.kind]),
    CASES[at][CASE.statuses].join(" "), CASES[at][CASE.findings].join(" ")].join(" ").toLowerCase());
}

function chosenCases(query) {
  const matches = matcher(query);
  const [result, kind, operation] = ["result", "kind", "operation"].map((n) => query.get(n) || "");
  const chosen = [];
  const searched = Boolean(query.get("q"));
  for (let at = 0; at < CASES.length; at += 1) {
    const c = CASES[at];
    if ((!result || c[CASE.result] === result) && (!kind || named(c[CASE.kind]) === kind)
      && (!operation || named(c[CASE.subject]) === operation) && (!searched || matches(caseText(at)))) chosen.push(at);
  }
  return query.get("sort") === "slow" ? chosen.sort((a, b) => CASES[b][CASE.ms] - CASES[a][CASE.ms]) : chosen;
}

function drawCases(query) {
  const kinds = Object.keys(DATA.counts.kinds);
  const present = RESULTS.filter((r) => CASES.some((c) => c[CASE.result] === r));
  const operations = [...new Set(CASES.map((c) => named(c[CASE.subject])))].sort();
  const chosen = chosenCases(query);
  return [
    h("h1", {}, "Cases"),
    h("div", { class: "filters" },
      choices("Result", "result", [["", "all"], ...present.map((r) => [r, SIGNS[r][1], r])], query.get("result") || ""),
      selection("any kind", "kind", kinds, query.get("kind")),
      selection("any operation", "operation", operations, query.get("operation")),
      choices("Order", "sort", [["", "as sent"], ["slow", "slowest first"]], query.get("sort") || ""),
      h("span", { class: "dim", role: "status" }, `${number(chosen.length)} of ${number(CASES.length)}`)),
    chosen.length ? caseList(chosen, query.get("case")) : h("p", { class: "calm" }, CASES.length ? "No case is like that." : "No case was carried out."),
  ];
}

// A list in which one row can be open: rows below it stand lower by what it shows.
class CaseList {
  constructor(chosen) {
    this.chosen = chosen;
    this.open = -1;
    this.extra = 0;
    this.space = h("div", { class: "space" });
    this.box = h("div", { class: "cases", role: "list", tabindex: "0", "aria-label": "Cases" }, this.space);
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.box);
  }

  top(at) { return at * ROW + (this.open >= 0 && at > this.open ? this.extra : 0); }

  at(y) {
    const above = Math.floor(y / ROW);
    return this.open < 0 || above <= this.open ? above : Math.max(this.open, Math.floor((y - this.extra) / ROW));
  }

  draw() {
    const { scrollTop, clientHeight } = this.box;
    const first = Math.max(0, this.at(scrollTop) - 8);
    const last = Math.min(this.chosen.length - 1, this.at(scrollTop + clientHeight) + 8);
    this.space.style.height = `${this.chosen.length * ROW + this.extra}px`;
    const focused = document.activeElement && this.space.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    const shown = [];
    for (let at = first; at <= last; at += 1) shown.push(this.row(at));
    this.space.replaceChildren(...shown);
    if (focused !== null) this.space.querySelector(`button[data-at="${focused}"]`)?.focus({ preventScroll: true });
  }

  row(at) {
    const c = CASES[this.chosen[at]];
    const open = at === this.open;
    const head = h("button", { type: "button", class: "case", "data-at": at, "aria-expanded": String(open), onclick: () => this.toggle(at) },
      h("span", { class: "result" }, sign(c[CASE.result]), h("span", { class: "unseen" }, SIGNS[c[CASE.result]][1])),
      h("span", { class: "name" }, c[CASE.id] || "–"), h("span", { class: "subject" }, operationName(named(c[CASE.subject]))),
      h("span", { class: "kind" }, named(c[CASE.kind])), h("span", { class: "statuses" }, c[CASE.statuses].map((s) => s || "none").join(" ")),
      h("span", { class: "ms" }, ms(c[CASE.ms])));
    const item = h("div", { role: "listitem", class: open ? "item open" : "item", "aria-setsize": this.chosen.length, "aria-posinset": at + 1 },
      head, open ? this.detail : "");
    item.style.top = `${this.top(at)}px`;
    return item;
  }

  async toggle(at) {
    const opens = this.open !== at;
    const detail = opens ? caseDetail(this.chosen[at], await detailOf(this.chosen[at])) : null;
    this.open = opens ? at : -1;
    this.extra = 0;
    this.detail = detail;
    this.draw();
    if (this.detail) {
      this.extra = this.detail.offsetHeight;
      this.draw();
    }
    remember({ case: this.open < 0 ? "" : CASES[this.chosen[at]][CASE.id] });
  }

  show(id) {
    const at = this.chosen.findIndex((i) => CASES[i][CASE.id] === id);
    if (at < 0) return;
    this.draw();
    this.box.scrollTop = Math.max(0, at * ROW - 3 * ROW);
    this.toggle(at);
  }
}

let list = null;

function caseList(chosen, opened) {
  if (list) list.resized.disconnect();
  list = new CaseList(chosen);
  const mine = list;
  requestAnimationFrame(() => { mine.draw(); if (opened) mine.show(opened); });
  return h("div", { class: "case-table" }, h("div", { class: "case heads", "aria-hidden": "true" },
    ["", "Case", "About", "Kind", "Answers", "Time"].map((t) => h("span", {}, t))), list.box);
}

// The open case stands in the address, without drawing anything anew.
function remember(changes) {
  const { view, item, query } = route();
  history.replaceState(null, "", address(view, { ...Object.fromEntries(query), ...changes }, item));
}

function caseDetail(index, detail) {
  const found = CASES[index][CASE.findings];
  const links = found.map((id) => h("li", {}, FINDINGS.has(id)
    ? h("a", { href: address("findings", {}, id) }, badge(weight(FINDINGS.get(id))), " ", FINDINGS.get(id).title)
    : [code(id), " (only counted)"]));
  if (detail.error !== undefined) {
    return h("div", { class: "detail" }, h("p", {}, sign("errored"), detail.bug ? " A bug of Seamline:" : " Could not be carried out or judged:"), h("pre", { tabindex: "0" }, code(detail.error)));
  }
  return h("div", { class: "detail" },
    links.length ? h("ul", { class: "plain" }, links) : null,
    table("Requests of this case", ["Request", "As", "Credentials", "Answer", "Rows", "Time"], detail.steps.map(([operation, who, credentials, status, time, rows]) =>
      [code(operationName(named(operation))), named(who), named(credentials), status || "none", rowsInBrief(rows), ms(time)]), [3, 5]),
    h("p", { class: "checks" }, detail.checks.map(([check, n]) => {
      const failed = found.some((id) => FINDINGS.get(id)?.check === named(check));
      return h("span", {}, sign(failed ? "failed" : "passed"), " ", named(check), n > 1 ? ` ×${n}` : "", h("span", { class: "unseen" }, failed ? " failed" : " passed"), " ");
    }), (detail.abstained || []).map(([check, why]) => h("span", { title: named(why) }, sign("abstained"), " ", named(check), `: ${named(why)} `))),
    (detail.notes || []).length ? h("ul", { class: "notes" }, detail.notes.map((note) => h("li", {}, note))) : null,
    detail.back === undefined ? null : h("p", { class: "dim" }, `${count(detail.back, "row")} put back`));
}

function rowsInBrief(rows) {
  if (rows === null) return "not watched";
  const told = Object.entries(rows).map(([name, ops]) => `${name} ${Object.entries(ops).map(([op, n]) => `${{ insert: "+", update: "±", delete: "−" }[op] || op}${n}`).join(" ")}`);
  return told.join(", ") || "none";
}
