// The first page: verdicts, what was found, operations × checks, gaps, times.
function drawOverview(query) {
  const matches = matcher(query);
  return [
    h("h1", { class: "unseen" }, `Report of ${DATA.run.project || "a run"}`),
    h("div", { class: "verdicts" }, DATA.parts.map(verdictCard)),
    runLine(),
    h("div", { class: "tiles" }, tiles()),
    foundPanel(matches),
    matrixPanel(matches),
    h("div", { class: "pair" }, checksPanel("database"), rowsPanel()),
    gapsPanel(matches),
    h("div", { class: "pair" }, stagesPanel(), slowestPanel()),
    acceptancesPanel(),
    settingPanel(),
  ];
}

function verdictCard(part) {
  return h("div", { class: `verdict ${slug(part.state)}` }, sign(part.state),
    h("div", {}, h("strong", {}, `${part.name} ${part.state}`), h("p", {}, part.reason)));
}

function runLine() {
  const { run } = DATA;
  const cut = { completed: "", "cut off": "The run was cut off before its end.", interrupted: "The run was interrupted." }[run.ended];
  const told = [cut === undefined ? "The run could not be completed." : cut, run.message].filter(Boolean).join(" ");
  return told ? h("p", { class: "note" }, told) : null;
}

function tile(value, label, href, hint) {
  const inner = [h("strong", {}, value), h("span", {}, label), hint ? h("small", {}, hint) : ""];
  return href ? h("a", { class: "tile", href }, inner) : h("div", { class: "tile" }, inner);
}

function tiles() {
  const c = DATA.counts, { run } = DATA;
  const planned = run.planned && run.planned !== c.cases ? `of ${number(run.planned)} planned` : "";
  const covered = c.operations < DATA.operations.length ? `of ${number(DATA.operations.length)}` : "";
  const back = c.back === null ? "" : `${number(c.back)} put back`;
  return [
    tile(number(DATA.findings.length), DATA.findings.length === 1 ? "finding" : "findings", "#/findings"),
    tile(number(c.operations), "operations", null, covered),
    tile(number(c.cases), "cases", "#/cases", planned),
    tile(number(c.requests), "requests"),
    c.captured ? tile(number(c.changes), "row changes seen", null, back) : tile("–", "rows were not watched"),
    c.data ? tile(number(c.data), "rules of rows", "#/data") : "",
    c.revisions ? tile(number(c.revisions), "revisions walked", "#/migrations") : "",
    tile(seconds(run.seconds), "in all"),
  ];
}

function foundPanel(matches) {
  const rows = DATA.findings.filter((f) => matches(findingText(f)));
  if (!DATA.findings.length) {
    return panel("Findings", h("p", { class: "calm" }, sign("passed"), " Nothing was found."));
  }
  const kinds = ["error", "warning", "info", "unstable", "accepted"].map((kind) =>
    [kind, DATA.findings.filter((f) => weight(f) === kind).length]).filter(([, n]) => n);
  return panel("Findings",
    h("ul", { class: "badges" }, kinds.map(([kind, n]) =>
      h("li", {}, h("a", { href: address("findings", { weight: kind }) }, badge(kind, /^(error|warning)$/.test(kind) ? count(n, kind) : `${number(n)} ${SIGNS[kind][1]}`))))),
    findingList(rows.slice(0, 8)),
    rows.length > 8 ? h("p", {}, h("a", { href: address("findings") }, `All ${number(rows.length)} findings`)) : null);
}

function checksPanel(part) {
  const rows = DATA.sections.filter((s) => s.part === part).flatMap((s) => s.checks.map((c) => [s.title, c]));
  const applied = rows.filter(([, c]) => c.applied);
  if (!applied.length) return null;
  return panel("Checks of the database", table("Checks of the database", ["Check", "What it claims", "Passed", "Failed"],
    applied.map(([, c]) => [h("span", {}, sign(c.failed ? "failed" : "passed"), " ", code(c.name)), c.claim,
      number(c.applied - c.failed), c.failed ? h("a", { href: address("findings", { check: c.name }) }, number(c.failed)) : "0"]), [2, 3]));
}

function rowsPanel() {
  const rows = Object.entries(DATA.rows);
  if (!rows.length) return null;
  return panel("Rows changed by requests", table("Rows changed by requests", ["Table", "Inserted", "Updated", "Deleted"],
    rows.map(([name, ops]) => [code(name), ...["insert", "update", "delete"].map((op) => number(ops[op] || 0))]), [1, 2, 3]));
}

function gapsPanel(matches) {
  const gaps = DATA.gaps.filter((g) => matches(`${g.subjects.join(" ")} ${g.reason} ${g.remedy}`));
  const abstained = DATA.sections.flatMap((s) => s.checks.filter((c) => c.abstained.length));
  const parts = [];
  if (DATA.erroredCount) {
    parts.push(h("h3", {}, `${count(DATA.erroredCount, "case")} could not be carried out or judged`),
      table("Cases that could not be carried out", ["What", "Case", "Why"],
        DATA.errored.map(([subject, id, why, bug]) => [code(subject), code(id), [bug ? "a bug of Seamline: " : "", why]])));
  }
  if (gaps.length) {
    parts.push(bounded(gaps, 12, (shown) => table("What was not covered", ["Not covered", "Why", "What can be done"],
      shown.map((g) => [subjectsOf(g), g.reason, g.remedy || "–"]))));
  }
  if (DATA.gapsLeftOut) parts.push(h("p", {}, `and ${count(DATA.gapsLeftOut, "item")} for other reasons.`));
  if (abstained.length) {
    parts.push(h("details", {}, h("summary", {}, `${count(abstained.length, "check")} could not judge everything`),
      table("Why checks could not judge", ["Check", "Times", "Why"], abstained.flatMap((c) =>
        c.abstained.map(([why, n], at) => [at ? "" : code(c.name), number(n), why])), [1])));
  }
  if (DATA.notes.length) {
    parts.push(h("details", {}, h("summary", {}, `${count(DATA.notes.length, "note")} of the run`),
      h("ul", {}, DATA.notes.map(([note, n]) => h("li", {}, `${number(n)}× ${note}`)))));
  }
  return panel("What was not covered, and why", parts.length ? parts : h("p", { class: "calm" }, "Nothing was left out by this run."));
}

function subjectsOf(gap) {
  const names = gap.subjects.slice(0, 4).map((s) => h("div", {}, code(s)));
  const more = gap.total - Math.min(4, gap.subjects.length);
  return [names, more ? h("div", {}, `and ${number(more)} more`) : ""];
}

function bar(share, kind) {
  const inner = h("span", { class: "fill" });
  inner.style.width = `${Math.max(0.5, Math.min(100, share * 100))}%`;
  return h("span", { class: `bar ${kind || ""}`, "aria-hidden": "true" }, inner);
}

function stagesPanel() {
  if (!DATA.stages.length) return null;
  const longest = Math.max(...DATA.stages.map((s) => s[2]), 0.001);
  return panel("Preparation", table("Preparation", ["Stage", "What happened", "Time", ""],
    DATA.stages.map(([stage, detail, time, ok]) =>
      [h("span", {}, sign(ok ? "passed" : "failed"), " ", stage), detail, seconds(time), bar(time / longest)]), [2]));
}

function slowestPanel() {
  const timed = DATA.operations.filter((o) => o.ms.length).sort((a, b) => b.ms[1] - a.ms[1]).slice(0, 10);
  if (!timed.length) return null;
  const longest = Math.max(...timed.map((o) => o.ms[1]), 0.001);
  return panel("Slowest operations", table("Slowest operations", ["Operation", "Median", "95 % within", "Longest", ""],
    timed.map((o) => [code(o.name), ms(o.ms[0]), ms(o.ms[1]), ms(o.ms[2]), bar(o.ms[1] / longest)]), [1, 2, 3]));
}

function acceptancesPanel() {
  const told = DATA.acceptances;
  if (!told || !(told.accepted || told.expired.length || told.unneeded.length)) return null;
  return panel("Accepted findings",
    h("p", {}, `${count(told.accepted, "finding")} of this run ${told.accepted === 1 ? "is" : "are"} accepted for a while.`),
    told.expired.length ? [h("h3", {}, "Expired"), h("ul", {}, told.expired.map((t) => h("li", {}, t)))] : "",
    told.unneeded.length ? [h("h3", {}, "Not needed any more"), h("ul", {}, told.unneeded.map((t) => h("li", {}, t)))] : "");
}

function settingPanel() {
  const { run } = DATA;
  const kinds = Object.entries(DATA.counts.kinds).map(([kind, n]) => `${number(n)} ${kind}`).join(", ");
  const facts = [["System", run.system], ["Document", run.document],
    ["Database", run.engine ? `${run.engine}, ${count(run.tables, "table")}` : "none: rows were not watched"],
    ["Rows read from", run.source], ["Selected", run.selected], ["Kinds of cases", kinds], ["Seed", run.seed],
    ["Tested by", run.seamline ? `Seamline ${run.seamline}` : ""], ["Started", run.started]];
  return panel("What was tested and how",
    h("dl", { class: "facts" }, facts.filter(([, value]) => value !== "" && value !== undefined)
      .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", { class: "dim" }, "A check says what an answer or a row should be and where that is written; what it cannot judge it leaves out and says why. A finding is confirmed when the same request, sent again alone on a fresh copy of the database to a freshly started system, fails in the same way; it is unstable when it does not, and unconfirmed when it could not be tried again."));
}
