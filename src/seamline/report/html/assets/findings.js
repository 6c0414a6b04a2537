// The list of findings, and one of them with all that it rests on.
const findingText = (f) => [f.id, f.check, f.subject, f.title, f.detail, f.expected, f.actual, f.why, f.case, f.kind].join(" ");

function chosenFindings(query) {
  const matches = matcher(query);
  const [kind, check, operation, part] = ["weight", "check", "operation", "part"].map((n) => query.get(n) || "");
  return DATA.findings.filter((f) => (!kind || weight(f) === kind) && (!check || f.check === check)
    && (!operation || f.subject === operation) && (!part || f.part === part) && matches(findingText(f)));
}

function drawFindings(query) {
  const rows = chosenFindings(query);
  const present = ["error", "warning", "info", "unstable", "accepted"].filter((k) => DATA.findings.some((f) => weight(f) === k));
  const checks = [...new Set(DATA.findings.map((f) => f.check))].sort();
  const subjects = [...new Set(DATA.findings.map((f) => f.subject))].sort();
  return [
    h("h1", {}, "Findings"),
    h("div", { class: "filters" },
      choices("Severity", "weight", [["", "all"], ...present.map((k) => [k, SIGNS[k][1], k])], query.get("weight") || ""),
      selection("any check", "check", checks, query.get("check")),
      selection("any operation, table or revision", "operation", subjects, query.get("operation")),
      h("span", { class: "dim", role: "status" }, `${number(rows.length)} of ${number(DATA.findings.length)}`)),
    DATA.leftOut ? h("p", { class: "note" }, `${count(DATA.leftOut, "sighting")} of further findings of this run are only counted.`) : null,
    rows.length ? findingList(rows) : h("p", { class: "calm" }, DATA.findings.length ? "No finding is like that." : "Nothing was found."),
  ];
}

function findingList(rows) {
  return bounded(rows, 200, (shown) => h("ol", { class: "found" }, shown.map((f) =>
    h("li", {}, h("a", { href: address("findings", {}, f.id), class: slug(weight(f)) },
      badge(weight(f)),
      h("span", { class: "what" }, h("strong", {}, f.title), h("span", { class: "dim" }, operationName(f.subject), f.detail ? ` · ${f.detail}` : "")),
      h("span", { class: "where" }, code(f.check), h("span", { class: "dim" }, `${f.id} · ${f.verdict}`)))))));
}

const VERDICTS = {
  confirmed: "It came again, alone, on a fresh copy of the database with a freshly started system.",
  unconfirmed: "It was not tried again alone.",
  unstable: "It did not come again when it was tried alone.",
};

function drawFinding(id) {
  const f = FINDINGS.get(id);
  if (!f) return [h("h1", {}, "No such finding"), h("p", {}, `This run has no finding ${id}.`)];
  const evidence = evidenceOf(id);
  return [
    findingHead(f),
    h("div", { class: "pair claims" },
      f.expected ? claim("passed", "Expected", f.expected) : null,
      f.actual ? claim("failed", "What happened", f.actual) : null),
    h("div", { class: "pair" }, whyPanel(f), commandsPanel(f, evidence)),
    evidence ? evidenceParts(evidence) : h("p", { class: "note" }, `The evidence of this finding is not in this page: seamline show ${f.id} has what there is.`),
  ];
}

function findingHead(f) {
  const at = DATA.findings.indexOf(f);
  const step = (to, text, rel) => (to ? h("a", { href: address("findings", {}, to.id), rel }, text) : h("span", { class: "dim" }, text));
  return h("div", { class: `finding-head ${slug(weight(f))}` },
    h("div", { class: "crumbs" }, h("a", { href: "#/findings" }, "Findings"), h("span", {},
      step(DATA.findings[at - 1], "← previous", "prev"), " ", step(DATA.findings[at + 1], "next →", "next"))),
    h("h1", {}, badge(weight(f)), " ", f.title),
    h("p", {}, code(operationName(f.subject)), f.detail ? [" · ", code(f.detail)] : "", " · ", code(f.check), " · ", code(f.id),
      f.seen > 1 ? ` · seen ${number(f.seen)} times` : ""));
}

function claim(state, name, text) {
  return h("section", { class: `claim ${state}` }, h("h2", {}, sign(state), " ", name), h("p", { class: "said" }, text));
}

function whyPanel(f) {
  const known = DATA.sections.flatMap((s) => s.checks).find((c) => c.name === f.check);
  const facts = [["Source", f.why && prose(f.why)], ["The check", known && known.claim ? [code(f.check), ": ", known.claim] : code(f.check)],
    ["Verdict", `${f.verdict}. ${VERDICTS[f.verdict] || ""}`], ["Accepted", f.accepted],
    ["Case", f.case ? h("a", { href: address("cases", { case: f.case }) }, f.case) : ""], ["Kind", f.kind]];
  return panel("Why it is wrong", h("dl", { class: "facts" },
    facts.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

function commandsPanel(f, evidence) {
  const judged = evidence && evidence.exchanges.length ? evidence.exchanges[evidence.exchanges.length - 1] : null;
  return panel("Look at it yourself",
    command("send exactly that again", `seamline replay ${f.id}`), command("see it in the terminal", `seamline show ${f.id}`),
    judged && judged.curl ? command("the request as curl", judged.curl) : null);
}

function command(label, text) {
  return h("div", { class: "command" }, h("div", {}, h("span", { class: "dim" }, label), copyButton(text, label)),
    h("pre", { tabindex: "0" }, code(text)));
}
