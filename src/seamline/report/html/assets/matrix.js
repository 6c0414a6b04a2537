// Operations × checks: each cell a sign, its numbers where the pointer or the reader's voice stands.
function matrixPanel(matches) {
  const used = new Set(DATA.operations.flatMap((o) => Object.keys(o.checks)));
  const taken = new Set();
  const groups = DATA.sections.map((section) => ({
    title: section.title,
    checks: section.checks.filter((c) => used.has(c.name) && !taken.has(c.name) && taken.add(c.name)),
  })).filter((group) => group.checks.length);
  const rows = DATA.operations.filter((o) => matches(o.name));
  if (!DATA.operations.length || !groups.length) return null;
  const worst = worstByCell();
  const elsewhere = rows.some((o) => Object.entries(o.checks).some(([check, [, failed]]) => failed && !worst.has(`${o.name}\n${check}`)));
  const legend = ["passed", "error", "warning", "info", "unstable", "abstained", ...(elsewhere ? ["elsewhere"] : [])];
  const box = panel("Operations and checks",
    h("p", { class: "legend" }, legend.map((state) => h("span", {}, sign(state), " ", SIGNS[state][1])),
      h("span", {}, "blank: the check does not apply")));
  later(() => box.append(bounded(rows, 100, (shown) => h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Operations and checks" },
      h("table", { class: "matrix" },
        h("caption", { class: "unseen" }, "Operations and the checks that judged them"),
        matrixHead(groups),
        matrixBody(shown, (o) => matrixRow(o, groups, worst)))))));
  return box;
}

// The rows in sight first: those below them come when nothing else is to be done.
const FIRST_ROWS = 30;
function matrixBody(rows, draw) {
  const body = h("tbody", {}, rows.slice(0, FIRST_ROWS).map(draw));
  if (rows.length > FIRST_ROWS) whenIdle(() => body.append(...rows.slice(FIRST_ROWS).map(draw)));
  return body;
}

function matrixHead(groups) {
  return h("thead", {},
    h("tr", {}, h("td", { class: "corner" }), groups.map((g) =>
      h("th", { scope: "colgroup", colspan: g.checks.length, class: "group", title: g.title },
        h("span", { class: g.checks.length < 3 ? "unseen" : null }, g.title.replace(/ testing$/, ""))))),
    h("tr", {}, h("th", { scope: "col", class: "corner" }, "Operation"), groups.flatMap((g) => g.checks.map((c, at) =>
      h("th", { scope: "col", class: at ? "check" : "check first", title: c.claim }, h("span", {}, c.name))))));
}

function matrixRow(operation, groups, worst) {
  return h("tr", {},
    h("th", { scope: "row" }, h("a", { href: address("cases", { operation: operation.name }) }, operationName(operation.name))),
    groups.flatMap((g) => g.checks.map((c, at) => matrixCell(operation, c.name, at ? "" : "first", worst))));
}

function operationName(name) {
  const [method, ...path] = name.split(" ");
  return [h("span", { class: "method" }, method), " ", path.join(" ")];
}

// The most severe finding of a check on an operation.
function worstByCell() {
  const order = ["error", "warning", "info", "unstable", "accepted"];
  const worst = new Map();
  for (const f of DATA.findings) {
    const key = `${f.subject}\n${f.check}`;
    const known = worst.get(key);
    if (!known || order.indexOf(weight(f)) < order.indexOf(known)) worst.set(key, weight(f));
  }
  return worst;
}

function matrixCell(operation, check, kind, worst) {
  const tally = operation.checks[check];
  if (!tally) {
    const empty = document.createElement("td");
    if (kind) empty.className = kind;
    return empty;
  }
  const [applied, failed, abstained] = tally;
  const found = worst.get(`${operation.name}\n${check}`);
  const state = found || (failed ? "elsewhere" : applied ? "passed" : "abstained");
  const told = [applied - failed ? `${number(applied - failed)} passed` : "", failed ? `${number(failed)} failed` : "",
    abstained ? `${number(abstained)} could not be judged` : ""].filter(Boolean).join(", ");
  const title = `${check} on ${operation.name}: ${told}`;
  const href = found ? address("findings", { check, operation: operation.name }) : failed ? address("findings", { check }) : null;
  const cell = document.createElement("td"); // one element a cell: there are thousands
  cell.className = `${kind} ${slug(state)}`;
  cell.title = title;
  if (href) cell.append(h("a", { href, "aria-label": `${SIGNS[state][1]}: ${title}` }, SIGNS[state][0]));
  else cell.textContent = SIGNS[state][0];
  return cell;
}
