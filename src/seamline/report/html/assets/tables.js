// Rules of rows, and migrations.
function drawData(query) {
  const matches = matcher(query);
  const [state, name] = [query.get("state") || "", query.get("table") || ""];
  const rows = DATA.data.filter((d) => (!state || d.state === state) && (!name || d.table === name)
    && matches(`${d.table} ${d.rule} ${d.check} ${d.proven}`));
  const present = ["passed", "proven", "failed", "errored"].filter((s) => DATA.data.some((d) => d.state === s));
  return [
    h("h1", {}, "Rules of rows"),
    h("div", { class: "filters" },
      choices("Result", "state", [["", "all"], ...present.map((s) => [s, SIGNS[s][1], s])], state),
      selection("any table", "table", [...new Set(DATA.data.map((d) => d.table))], name),
      h("span", { class: "dim", role: "status" }, `${number(rows.length)} of ${number(DATA.data.length)}`)),
    DATA.data.length ? bounded(rows, 300, (shown) => table("Rules of rows", ["Table", "Rule", "Check", "Rows looked at", "Violations", "Result"],
      shown.map((d) => [code(d.table), d.rule || "–", code(d.check), looked(d), d.state === "passed" ? "0" : d.violations ? number(d.violations) : "–", dataResult(d)]), [3, 4]))
      : h("p", { class: "calm" }, "No rule of rows was evaluated in this run."),
  ];
}

function looked(d) {
  if (d.proven) return "–";
  const [whole, changed] = d.looked;
  return [whole === null ? "" : number(whole), changed === null ? "" : `${number(changed)} changed`].filter(Boolean).join(" + ") || "–";
}

function dataResult(d) {
  const told = { proven: `proven by ${d.proven}`, errored: `could not be judged: ${d.error}` }[d.state] || d.state;
  return [sign(d.state), " ", told, d.finding ? [" ", h("a", { href: address("findings", {}, d.finding) }, d.finding)] : ""];
}

const YES = { true: "yes", false: "no" };
const DONE = { done: "passed", failed: "failed", none: "abstained" };

function drawMigrations(query) {
  const { revisions, more, history: whole, rollout } = DATA.migrations;
  const matches = matcher(query);
  const rows = revisions.filter((r) => matches(`${r.revision} ${r.message} ${r.file} ${r.notes.join(" ")}`));
  const notes = [...rows.flatMap((r) => r.notes.map((n) => [r.revision, n])), ...((whole && whole.notes) || []).map((n) => ["", n])];
  return [
    h("h1", {}, "Migrations"),
    whole ? h("p", {}, `${whole.tool}, ${count(whole.revisions, "revision")}, at ${whole.heads.join(", ") || "no head"}. Each was applied, taken back and applied again with rows in all tables, in ${seconds(whole.seconds)}.`) : null,
    revisions.length ? revisionTable(rows) : h("p", { class: "calm" }, "No revision was tried on its own in this run."),
    more ? h("p", {}, `and ${number(more)} more`) : null,
    notes.length ? panel("Worth knowing", h("ul", {}, notes.map(([r, n]) => h("li", {}, r ? [code(r), " "] : "", n)))) : null,
    rollout ? rolloutPanel(rollout) : null,
  ];
}

function revisionTable(rows) {
  const longest = Math.max(...rows.flatMap((r) => r.ms), 1);
  const measured = rows.some((r) => r.measured);
  const head = ["Revision", "What", "Up", "Down", "Equal", "Rows", "Kept", "Time up", "Down", "Up again", ""];
  const old = rows.some((r) => r.old);
  const extra = [...(measured ? ["Locks on full tables", "Keeps others from", "Rewritten", "Up on full tables"] : []), ...(old ? ["Old version"] : [])];
  const yes = (value) => (value === null ? "–" : [sign(value ? "passed" : "failed"), " ", YES[value]]);
  return bounded(rows, 300, (shown) => table("Revisions", [...head, ...extra], shown.map((r) => [
    code(r.revision), r.message || "–", [sign(DONE[r.up]), " ", r.up], [sign(DONE[r.down]), " ", r.down === "none" ? "no way down" : r.down],
    yes(r.equal), number(r.rows), yes(r.kept), ...[0, 1, 2].map((n) => ms(r.ms[n])), bar((r.ms[0] || 0) / longest),
    ...(measured ? measuredCells(r.measured) : []), ...(old ? [r.old ? [sign(SIDES[r.old]), " ", r.old] : "–"] : [])]), [5, 7, 8, 9], "revisions"));
}

function measuredCells(m) {
  if (!m) return ["–", "–", "–", "–"];
  return [m.locks.length ? m.locks.map((l) => h("div", {}, l)) : "none", [sign({ nothing: "passed", writes: "warning" }[m.blocks] || "error"), " ", m.blocks],
    m.rewritten.join(", ") || "none", `${ms(m.ms)} at ${count(m.rows, "row")}`];
}

const SIDES = { works: "passed", breaks: "failed", unstable: "unstable", "not tried": "abstained", absent: "abstained" };
const ROLLOUT = { safe: "passed", "needs ordering": "warning", unsafe: "failed", "not known": "abstained" };

function rolloutPanel(rollout) {
  const told = (map, word) => [sign(map[word] || "abstained"), " ", word];
  return panel("Old and new side by side", h("p", {}, rollout.line),
    rollout.error ? h("pre", { tabindex: "0" }, code(rollout.error)) : null,
    rollout.changes.length ? h("ul", {}, rollout.changes.map((c) => h("li", {}, c))) : null,
    rollout.operations.length ? table("Old and new side by side", ["Operation", "Cases", "Old version, new schema", "New version, old schema", "Verdict"],
      rollout.operations.map(([name, n, old, young, verdict]) => [code(operationName(name)), number(n), told(SIDES, old), told(SIDES, young), told(ROLLOUT, verdict)]), [1]) : null);
}

// Faults at statements, and requests at once.
function drawTransactions(query) {
  const { sweeps, pairs } = DATA.transactions;
  const matches = matcher(query);
  const swept = sweeps.filter((s) => matches(`${s.operation} ${s.case} ${s.reason}`));
  const met = pairs.filter((p) => matches(`${p.first} ${p.second} ${p.what} ${p.tables.join(" ")} ${p.reason}`));
  const own = DATA.sections.filter((s) => s.title === "Transaction testing").flatMap((s) => s.checks.map((c) => c.name));
  const found = DATA.findings.filter((f) => own.includes(f.check) && matches(findingText(f)));
  const ended = (item) => (item.reason ? [sign("abstained"), " ", item.reason] : item.findings.length
    ? item.findings.map((id) => h("div", {}, sign("failed"), " ", h("a", { href: address("findings", {}, id) }, id))) : [sign("passed"), " nothing found"]);
  return [
    h("h1", {}, "Transactions"),
    sweeps.length ? panel("Faults at each statement",
      h("p", { class: "dim" }, "An accepted write was sent again and again, each time with a fault at one of its statements. Its rows have to be all there or none, as it was answered."),
      bounded(swept, 300, (shown) => table("Faults at each statement", ["Operation", "Case", "Statements struck", "Faults", "Rows as before", "Complete", "Torn", "Result"],
        shown.map((s) => [code(operationName(s.operation)), s.case, `${number(s.struck)} of ${number(s.statements)}`, number(s.faults), number(s.unchanged), number(s.complete),
          s.torn ? h("strong", {}, sign("failed"), " ", number(s.torn)) : "0", ended(s)]), [2, 3, 4, 5, 6]))) : null,
    pairs.length ? panel("Requests at once",
      h("p", { class: "dim" }, "Two requests were sent at once, their statements let go in one order after another. What comes of them has to be what either order alone makes of them."),
      bounded(met, 300, (shown) => table("Requests at once", ["A", "B", "Meet in", "Schedules", "Switches", "Outcomes", "Refused", "Not tried"],
        shown.map((p) => [code(operationName(p.first)), code(operationName(p.second)), [p.what, p.tables.length ? h("div", { class: "dim" }, p.tables.join(", ")) : ""],
          [number(p.schedules), p.left ? h("div", { class: "dim" }, `${number(p.left)} not run`) : ""], number(p.preemptions), number(p.outcomes), number(p.refused), p.reason || "–"]), [3, 4, 5, 6]))) : null,
    found.length ? panel("What was found", findingList(found)) : null,
    notesOf([...swept, ...met]),
    sweeps.length || pairs.length ? null : h("p", { class: "calm" }, "No transaction was disturbed in this run."),
  ];
}

function notesOf(items) {
  const notes = [...new Set(items.flatMap((item) => item.notes))];
  return notes.length ? panel("Worth knowing", h("ul", {}, notes.map((note) => h("li", {}, note)))) : null;
}
