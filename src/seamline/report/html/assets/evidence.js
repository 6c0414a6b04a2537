// What a finding rests on: exchanges, schedules, statements, rows, definitions.
function evidenceParts(evidence) {
  const several = evidence.exchanges.length > 1;
  return [
    evidence.fault ? h("p", { class: "note" }, sign("error"), ` The fault, at statement ${evidence.fault.ordinal}: `, code(evidence.fault.text), ` ${evidence.fault.done}`) : null,
    evidence.schedule ? schedulePanel(evidence.schedule) : null,
    evidence.exchanges.map((x) => exchangePart(x, several)),
    evidence.sql ? panel(evidence.rows ? "SQL that finds the rows" : "SQL", h("pre", { tabindex: "0" }, h("code", {}, sql(evidence.sql)))) : null,
    evidence.diff ? panel("Definitions that differ", diff(evidence.diff)) : null,
    evidence.rows ? rowsFound(evidence.rows) : null,
  ];
}

function exchangePart(x, several) {
  const about = h("span", { class: "dim" }, x.label ? `${x.label} · ` : "", operationName(x.operation), ` as ${x.identity}`);
  if (several && !x.judged) {
    return h("details", { class: "exchange" }, h("summary", {}, h("strong", {}, `Request ${x.step + 1}`), " ", about, ` → ${x.status || "no answer"}`), exchangeBody(x));
  }
  return h("section", { class: several ? "exchange judged" : "exchange" },
    h("h2", {}, several ? `Request ${x.step + 1}, the one judged` : "Request and answer", " ", about), exchangeBody(x));
}

function exchangeBody(x) {
  return [
    h("div", { class: "pair" },
      message("Request", x.request || x.curl), message(x.status ? `Answer ${x.status}` : "No answer", x.response)),
    x.notes.length ? h("ul", { class: "notes" }, x.notes.map((note) => h("li", {}, note))) : null,
    timeline(x), changesPart(x)];
}

// A message as it was sent: head, and a body that is set out when it is JSON.
function message(title, text) {
  const [head, ...rest] = (text || "").split("\n\n");
  const body = rest.join("\n\n");
  return h("section", { class: "message" }, h("h3", {}, title), h("pre", { tabindex: "0", "aria-label": title },
    h("code", {}, h("span", { class: "head" }, head), body ? ["\n\n", json(body)] : "")));
}

function json(text) {
  if (text.length > HIGHLIGHTED || !/^\s*[[{]/.test(text)) return text;
  return coloured(setOut(text), JSONLIKE);
}

// JSON on lines of its own, sign by sign: values stay as they were written, large numbers too.
function setOut(text) {
  let out = "", depth = 0, quoted = false;
  const newline = () => "\n" + "  ".repeat(Math.min(depth, 40));
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (quoted) {
      out += c;
      if (c === "\\") out += text[(at += 1)] || "";
      else if (c === '"') quoted = false;
    } else if (c === '"') { quoted = true; out += c; }
    else if (c === "{" || c === "[") {
      const empty = text.slice(at + 1).match(/^\s*[}\]]/);
      if (empty) { out += c + empty[0].trim(); at += empty[0].length; } else { depth += 1; out += c + newline(); }
    } else if (c === "}" || c === "]") { depth = Math.max(0, depth - 1); out += newline() + c; }
    else if (c === ",") out += c + newline();
    else if (c === ":") out += ": ";
    else if (!/\s/.test(c)) out += c;
  }
  return out;
}

// Request → statements → commits → answer, on one line of time.
function timeline(x) {
  const list = x.statements;
  if (!list) return h("p", { class: "dim" }, "Statements were not watched.");
  const start = list.length ? Math.min(...list.map((s) => s.at)) : 0;
  const end = Math.max(...list.map((s) => s.at + s.ms - start), 0.001);
  const steps = [
    h("li", { class: "end" }, h("span", { class: "at" }), h("span", { class: "dot" }), h("span", {}, h("strong", {}, "Request"), " ", operationName(x.operation), ` as ${x.identity}`)),
    list.map((s) => statementStep(s, s.at - start, end, list)),
    x.stated > list.length ? h("li", { class: "end" }, h("span", {}), h("span", {}), `${number(x.stated - list.length)} more statements are not shown`) : null,
    h("li", { class: "end" }, h("span", { class: "at" }, list.length ? ms(end) : ""), h("span", { class: "dot" }), h("span", {}, h("strong", {}, x.status ? `Answer ${x.status}` : "No answer"))),
  ];
  return h("section", { class: "story" }, h("h3", {}, "In order", " ", h("span", { class: "dim" }, `${count(x.stated, "statement")}, times from the first one`)),
    h("ol", { class: "timeline" }, steps));
}

function statementStep(s, at, end, all) {
  const several = new Set(all.map((o) => o.connection)).size > 1;
  const told = [s.rows === null ? "" : count(s.rows, "row"), several ? `connection ${s.connection}` : ""].filter(Boolean).join(" · ");
  const line = h("span", { class: "bar", "aria-hidden": "true" }, h("span", { class: "fill" }));
  line.firstChild.style.marginLeft = `${(at / end) * 100}%`;
  line.firstChild.style.width = `${Math.max(1, (s.ms / end) * 100)}%`;
  return h("li", { class: `${slug(s.kind)}${s.error ? " broke" : ""}` },
    h("span", { class: "at" }, ms(at)), h("span", { class: "dot" }, KIND_SIGNS[s.kind] || ""),
    h("div", {}, h("code", {}, sql(s.text)), s.cut ? " …" : "",
      s.params && s.params.length ? h("div", { class: "params dim" }, s.params.map((p, i) => h("span", {}, `$${i + 1} = ${p === null ? "NULL" : p}`))) : "",
      s.error ? h("div", { class: "broken" }, sign("error"), " ", s.error) : ""),
    h("span", { class: "dim told" }, told), h("span", { class: "ms" }, ms(s.ms)), line);
}

const KIND_SIGNS = { write: "✎", begin: "┬", commit: "◆", rollback: "↶", ddl: "▣", read: "" };

// Rows before and after, a card a row; what changed is marked by a sign, weight and colour.
function changesPart(x) {
  if (x.changes === null) return h("p", { class: "dim" }, "Rows were not watched.");
  if (!x.changes.length) return h("p", { class: "dim" }, "No row changed.");
  const more = x.changed - x.changes.length;
  return h("section", {}, h("h3", {}, `${count(x.changed, "row")} changed`), h("div", { class: "changes" }, x.changes.map(changeCard)),
    more > 0 ? h("p", { class: "dim" }, `and ${number(more)} more`) : null);
}

const OPS = { insert: "+ inserted", update: "± updated", delete: "− deleted" };

function changeCard(change) {
  const key = change.key.map(([name, value]) => `${name} = ${value}`).join(", ");
  const kept = change.columns.filter(([, , , changed]) => !changed);
  const shown = change.op === "update" ? change.columns.filter(([, , , changed]) => changed) : change.columns;
  const head = change.op === "update" ? ["Column", "Before", "After"] : ["Column", change.op === "insert" ? "After" : "Before"];
  const draw = (columns) => columns.map(([name, before, after, changed]) => {
    const cells = change.op === "update" ? [before, after] : [change.op === "insert" ? after : before];
    return h("tr", { class: changed && change.op === "update" ? "changed" : null }, h("th", { scope: "row" }, changed && change.op === "update" ? "≠ " : "", name),
      cells.map((value) => h("td", {}, value === null ? "–" : value)));
  });
  const body = h("tbody", {}, draw(shown));
  const show = kept.length && change.op === "update"
    ? h("button", { type: "button", class: "more", onclick: () => { body.append(...draw(kept)); show.remove(); } }, `${count(kept.length, "column")} unchanged`) : null;
  return h("article", { class: `change ${change.op}` }, h("h4", {}, h("span", { class: "op" }, OPS[change.op]), " ", code(change.table), " ", h("span", { class: "dim" }, key)),
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${change.table} ${key}` }, h("table", {},
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))), body)), show,
    change.more ? h("p", { class: "dim" }, `${count(change.more, "further column")} are not shown`) : null);
}

function diff(text) {
  const kinds = { "+": "added", "-": "removed" };
  return h("pre", { class: "diff", tabindex: "0" }, h("code", {}, text.split("\n").map((line) => h("span", { class: kinds[line[0]] || "same" }, `${line}\n`))));
}

function rowsFound(rows) {
  return panel("Rows", table("Rows", rows.columns, rows.rows.map((row) => row.map((v) => (v === null ? "–" : v)))),
    rows.more ? h("p", { class: "dim" }, `and ${number(rows.more)} more`) : null);
}
