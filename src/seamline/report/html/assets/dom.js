// Elements are made of parts; whatever the system said goes in as text and never as markup.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") element.addEventListener("click", value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

const GROUPED = new Intl.NumberFormat("en"); // made once: there are thousands of cells
const count = (n, noun, plural) => `${GROUPED.format(n)} ${n === 1 ? noun : plural || noun + "s"}`;
const number = (n) => (n === null || n === undefined ? "–" : GROUPED.format(n));

// Three significant digits.
function ms(value) {
  if (value === null || value === undefined) return "–";
  if (value <= 0) return "0 ms";
  if (value >= 10000) return seconds(value / 1000);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value)));
  return `${value.toLocaleString("en", { minimumFractionDigits: Math.min(digits, 3), maximumFractionDigits: Math.min(digits, 3) })} ms`;
}

function seconds(value) {
  if (value < 60) return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

// A sign beside each colour: nothing on this page is told by colour alone.
const SIGNS = {
  passed: ["✓", "passed"], proven: ["◆", "proven"], failed: ["✗", "failed"], error: ["✗", "error"],
  warning: ["!", "warning"], info: ["i", "info"], abstained: ["○", "could not judge"],
  errored: ["⊘", "could not be carried out"], "not run": ["○", "not run"], unstable: ["~", "unstable"],
  accepted: ["≈", "accepted"], elsewhere: ["↗", "failed at another operation of a sequence"],
};

function sign(state) {
  return h("span", { class: `sign ${slug(state)}`, "aria-hidden": "true" }, (SIGNS[state] || ["·"])[0]);
}

function badge(state, text) {
  return h("span", { class: `badge ${slug(state)}` }, sign(state), " ", text || (SIGNS[state] || ["", state])[1]);
}

// Our own sentences mark names `so`.
const prose = (text) => text.split("`").map((piece, at) => (at % 2 ? code(piece) : piece));

const slug = (state) => String(state).replace(/[^a-z]/g, "-");
const code = (text, kind) => h("code", { class: kind }, text);

let headings = 0;
function panel(title, ...children) {
  const name = `h-${(headings += 1)}`;
  return h("section", { class: "panel", "aria-labelledby": name }, h("h2", { id: name }, title), children);
}

// A table that scrolls by itself; `numbers` are the columns that stand to the right.
function table(caption, head, rows, numbers = [], kind = "") {
  const side = (at) => (numbers.includes(at) ? "number" : null);
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    h("table", { class: kind },
      h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, head.map((t, at) => h("th", { scope: "col", class: side(at) }, t || h("span", { class: "unseen" }, "as a bar"))))),
      h("tbody", {}, rows.map((row) =>
        h("tr", {}, row.map((cell, at) => h(at ? "td" : "th", { class: side(at), scope: at ? null : "row" }, cell)))))));
}

// The first `limit` of many, and a button that shows the rest.
function bounded(items, limit, draw) {
  const box = h("div", {}, draw(items.slice(0, limit)));
  if (items.length > limit) {
    const more = () => box.replaceChildren(draw(items));
    box.append(h("button", { type: "button", class: "more", onclick: more }, `Show all ${number(items.length)}`));
  }
  return box;
}

// What is large and stands further down is drawn after the first frame; on paper at once.
let atOnce = false;
function later(work) {
  if (atOnce) work();
  else requestAnimationFrame(() => setTimeout(work));
}

function whenIdle(work) {
  if (atOnce || !window.requestIdleCallback) later(work);
  else requestIdleCallback(work, { timeout: 1000 });
}

function say(text) {
  const region = document.getElementById("said");
  region.textContent = text;
}

function copyButton(text, label) {
  const button = h("button", { type: "button", class: "copy", "aria-label": `Copy ${label}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = h("textarea", { class: "unseen" });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = "Copied";
    say(`${label} copied`);
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return button;
}

// Text in pieces of its own language: each piece is a text in a span.
function coloured(text, pattern) {
  const box = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const kind = Object.keys(match.groups).find((k) => match.groups[k] !== undefined);
    box.append(text.slice(done, match.index), h("span", { class: `t-${kind}` }, match[0]));
    done = match.index + match[0].length;
  }
  box.append(text.slice(done));
  return box;
}

const SQL = /(?<string>'(?:[^']|'')*')|(?<slot>\$\d+)|(?<word>\b(?:select|insert|into|update|delete|from|where|and|or|not|null|is|in|set|values|returning|join|left|right|inner|outer|full|on|as|order|group|by|having|limit|offset|for|with|begin|commit|rollback|savepoint|release|distinct|union|all|exists|case|when|then|else|end|create|alter|drop|table|index|add|column|conflict|do|nothing|like|between|asc|desc)\b)|(?<digits>\b\d+(?:\.\d+)?\b)/gi;
const JSONLIKE = /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\]|\\.)*")|(?<word>\b(?:true|false|null)\b)|(?<digits>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)/g;
const HIGHLIGHTED = 20000;

function sql(text) {
  return text.length > HIGHLIGHTED ? document.createTextNode(text) : coloured(text, SQL);
}
