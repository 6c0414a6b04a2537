// What the page knows: the blocks of data, and the part of them that the address asks for.
const read = (element) => (element ? JSON.parse(element.textContent) : null);
const DATA = read(document.getElementById("overview"));
const FINDINGS = new Map(DATA.findings.map((f) => [f.id, f]));
const RANK = { error: 0, warning: 1, info: 2, errored: 3, passed: 4 };

// What grows with the run stands behind the script. The first page needs none of it, and is there before it.
let NAMES = [];
let CASES = [];
const isWhole = () => document.readyState !== "loading";
const whole = new Promise((done) => {
  if (isWhole()) done();
  else document.addEventListener("DOMContentLoaded", done);
});

async function unpacked(element) {
  const bytes = Uint8Array.from(atob(element.textContent), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

let reading = null;
function casesRead() {
  reading ??= whole.then(async () => {
    NAMES = read(document.getElementById("names"));
    CASES = await unpacked(document.getElementById("cases"));
  });
  return reading;
}

const named = (word) => (typeof word === "number" ? NAMES[word] : word);
const CASE = { id: 0, subject: 1, kind: 2, ms: 3, result: 4, statuses: 5, findings: 6 };

// The details of a case are unpacked when it is opened, with those of its neighbours.
const detailsRead = new Map();
async function detailOf(at) {
  const size = Number(document.getElementById("cases").dataset.chunk);
  const block = Math.floor(at / size);
  if (!detailsRead.has(block)) {
    if (detailsRead.size > 20) detailsRead.clear();
    detailsRead.set(block, unpacked(document.querySelectorAll("script.details")[block]));
  }
  return (await detailsRead.get(block))[at % size];
}

const evidenceOf = (id) => read(document.querySelector(`script[data-finding="${CSS.escape(id)}"]`));

// What a finding counts as: an accepted or unstable one fails nothing.
function weight(finding) {
  if (finding.accepted) return "accepted";
  return finding.verdict === "unstable" ? "unstable" : finding.severity;
}

// The address: `#/cases?q=orders&result=error`.
function route() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, item] = path.split("/").map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  return { view: VIEWS[view] ? view : "", item: item || "", query: new URLSearchParams(query || "") };
}

function address(view, query = {}, item = "") {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  const path = item ? `${view}/${encodeURIComponent(item)}` : view;
  return `#/${path}${asked.size ? "?" + asked : ""}`;
}

// Change filters without a step in the history for each letter typed.
function refine(changes) {
  const { view, item, query } = route();
  history.replaceState(null, "", address(view, { ...Object.fromEntries(query), ...changes }, item));
  draw({ keep: true });
}

// Every word stands somewhere in the text.
function matcher(query) {
  const words = (query.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => words.every((word) => text.toLowerCase().includes(word));
}

// Buttons of which one is pressed; the address says which.
function choices(label, name, options, chosen) {
  return h("div", { class: "choices", role: "group", "aria-label": label },
    options.map(([value, text, state]) =>
      h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => refine({ [name]: value }) },
        state ? [sign(state), " "] : "", text)));
}

function selection(label, name, options, chosen) {
  const select = h("select", { "aria-label": label }, h("option", { value: "" }, label),
    options.map((text) => h("option", { value: text, selected: text === chosen }, text)));
  select.addEventListener("change", () => refine({ [name]: select.value }));
  return select;
}
