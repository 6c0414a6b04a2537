// Two requests at once: a column each, statements in the order in which they ran, and how it ended.
function schedulePanel(schedule) {
  const sides = ["A", "B"];
  return panel("Both requests at once",
    schedule.arrange.length ? h("details", {}, h("summary", {}, `${count(schedule.arrange.length, "request")} before both`),
      schedule.arrange.map((request) => h("pre", { tabindex: "0" }, code(request)))) : null,
    h("div", { class: "pair" }, sides.map((side, at) => h("div", {}, h("h3", {}, h("span", { class: `side ${side}` }, side), " ", h("span", { class: "dim" }, at ? "second request" : "first request")),
      h("pre", { tabindex: "0" }, code(schedule.requests[at]))))),
    endings(schedule),
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Statements in the order in which they ran" },
      h("table", { class: "lanes" }, h("caption", { class: "unseen" }, "Statements of both requests in the order in which they ran"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "#"), sides.map((side) => h("th", { scope: "col" }, h("span", { class: `side ${side}` }, side))))),
        h("tbody", {}, schedule.turns.map((turn, at) => h("tr", {}, h("th", { scope: "row" }, at + 1),
          sides.map((side) => h("td", { class: side === turn.side ? `ran ${side}` : "idle" }, side === turn.side ? turnSaid(turn) : ""))))))));
}

function turnSaid(turn) {
  return [h("code", {}, sql(turn.sql)), turn.note ? h("div", { class: "note-of-turn" }, "↳ ", turn.note) : ""];
}

// What came of both, beside what either order alone would have made of them: only where they differ.
function endings(schedule) {
  const [came, ...serial] = [schedule.ending, ...schedule.serial];
  const orders = serial.length === 2 && same(serial[0], serial[1]) ? [{ ...serial[0], order: "either order" }] : serial;
  const all = [came, ...orders];
  const alike = came.rows.filter((row) => all.every((ending) => ending.rows.includes(row)));
  const answersDiffer = all.some((ending) => String(ending.answers) !== String(came.answers));
  const head = ["How it ended", ...(answersDiffer ? ["Answer to A", "Answer to B"] : []), "Rows that changed"];
  return [
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "How it ended" }, h("table", { class: "endings" },
      h("caption", { class: "unseen" }, "How it ended, and how either order would have ended"),
      h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, all.map((ending, at) => h("tr", {}, h("th", { scope: "row" }, sign(at ? "passed" : "failed"), " ", ending.order),
        answersDiffer ? ending.answers.map((answer) => h("td", {}, code(answer))) : "",
        h("td", {}, rowsOf(ending, alike, at ? came : orders[0]))))))),
    answersDiffer ? null : more("The answers are alike in each order", came.answers.map((answer, at) => h("p", {}, h("span", { class: `side ${"AB"[at]}` }, "AB"[at]), " ", code(answer)))),
    alike.length ? more(`${count(alike.length, "more row")} changed alike in each order`, alike.map((row) => rowLine(row))) : null,
  ];
}

const same = (one, other) => String(one.answers) === String(other.answers) && String([...one.rows].sort()) === String([...other.rows].sort());
const more = (text, parts) => h("details", {}, h("summary", {}, text), parts);

function rowsOf(ending, alike, other) {
  const own = ending.rows.filter((row) => !alike.includes(row));
  const theirs = other ? other.rows.filter((row) => !alike.includes(row)).map(rowParts) : [];
  if (!own.length) return h("span", { class: "dim" }, alike.length ? "none but those below" : "none");
  return own.map((row) => rowLine(row, nearest(rowParts(row), theirs)));
}

// `update products {"id":1,"stock":4}` in its parts; values is null where it was cut.
function rowParts(row) {
  const [op, name, ...rest] = row.split(" ");
  try { return { op, name, values: JSON.parse(rest.join(" ")) }; } catch { return { op, name, values: null }; }
}

// The row of another order that this one is to be held against: of what most values are the same.
function nearest(row, others) {
  const alike = (o) => Object.keys(row.values || {}).filter((k) => o.values && differs(o.values[k], row.values[k]) === false).length;
  return others.filter((o) => o.op === row.op && o.name === row.name).sort((a, b) => alike(b) - alike(a))[0];
}

const differs = (one, other) => JSON.stringify(one) !== JSON.stringify(other);

function rowLine(row, other) {
  const { op, name, values } = rowParts(row);
  if (!values || typeof values !== "object") return h("div", { class: "row" }, code(row));
  const pairs = Object.entries(values);
  const marked = other && other.values ? pairs.filter(([key, value]) => differs(value, other.values[key])) : [];
  const rest = pairs.filter((pair) => !marked.includes(pair));
  const text = ([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`;
  return h("div", { class: "row" }, code(`${op} ${name}`), " ", marked.map((pair) => [h("strong", { class: "mark" }, "≠ ", text(pair)), " "]),
    h("span", { class: "dim" }, rest.map(text).join(" · ")));
}
