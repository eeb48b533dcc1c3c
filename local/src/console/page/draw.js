// How things are drawn. Everything shown is set as text, never as markup: mails, messages and orders
// may contain anything.

import { block, el } from "./dom.js";

export { block, el };

/** Makes what is shown like what should be, and touches nothing that is so already: what somebody has
 *  opened, selected or focused stays. Children with a `data-key` are told apart by it. */
export function redraw(shown, children) {
  const wanted = el("div", {}, children);
  adapt(shown, wanted);
}

function adapt(shown, wanted) {
  const kept = new Map();
  for (const child of shown.children) if (child.dataset.key) kept.set(child.dataset.key, child);
  let at = shown.firstChild;
  for (const next of [...wanted.childNodes]) {
    const match = next.dataset?.key ? kept.get(next.dataset.key) : alike(at, next) ? at : null;
    if (!match) {
      shown.insertBefore(next, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else shown.insertBefore(match, at);
    change(match, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function alike(one, other) {
  return one && !one.dataset?.key && one.nodeName === other.nodeName;
}

function change(shown, wanted) {
  if (shown.nodeType === Node.TEXT_NODE) {
    if (shown.data !== wanted.data) shown.data = wanted.data;
    return;
  }
  for (const { name } of [...shown.attributes]) {
    // Whether something is open is the reader's own choice.
    if (name !== "open" && !wanted.hasAttribute(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  adapt(shown, wanted);
}

/** An amount with its currency; currencies differ in how many decimals their minor unit has. */
export function money({ amount, currency }) {
  const style = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = style.resolvedOptions().maximumFractionDigits;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC",
});

/** An instant, in UTC as everywhere in the store. */
export function instant(at) {
  return el("time", { datetime: at, title: at }, CLOCK.format(new Date(at)));
}

/** An instant to the second, as text. */
export function second(at) {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}

/** `partiallyRefunded` as words. */
export function words(name) {
  return name.replace(/([a-z])([A-Z])/g, (_, end, start) => `${end} ${start.toLowerCase()}`).replaceAll("_", " ");
}

const GOOD = new Set(["confirmed", "completed", "captured", "delivered", "succeeded", "received", "authorized"]);
const BAD = new Set(["cancelled", "expired", "failed", "voided", "unknown", "rejected", "lost"]);

/** A status as a small label. */
export function status(name) {
  const grade = GOOD.has(name) ? "good" : BAD.has(name) ? "bad" : "";
  return el("span", { class: `status ${grade}` }, words(name));
}

/** JSON, folded away. */
export function json(summary, value, label, key) {
  return el("details", { "data-key": key }, el("summary", {}, summary), block(JSON.stringify(value, null, 2), label));
}

/** Rows under columns of `[title, show, class]`; each row has a key. On a phone every row is a card. */
export function table(caption, columns, rows, key) {
  if (!rows.length) return el("p", { class: "empty" }, "Nothing yet.");
  const head = columns.map(([title, , kind]) => el("th", { scope: "col", class: kind }, title));
  const body = rows.map((row) =>
    el(
      "tr",
      { "data-key": key(row) },
      columns.map(([title, show, kind]) => el("td", { class: kind, "data-column": title }, show(row))),
    ),
  );
  return el(
    "table",
    { class: "rows" },
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, head)),
    el("tbody", {}, body),
  );
}

/** A section with a heading. */
export function section(title, ...content) {
  return el("section", { "data-key": title, class: "panel" }, el("h2", {}, title), content);
}

/** A field that narrows a list down to what holds every word. */
export function finder(label, sought) {
  return el(
    "p",
    { class: "finder" },
    el("label", { for: "find" }, label),
    el("input", { id: "find", type: "search", autocomplete: "off", spellcheck: "false", value: sought }),
  );
}

/** Whether a text holds every word that is looked for. */
export function holds(text, sought) {
  const hay = text.toLowerCase();
  return sought.toLowerCase().split(/\s+/).every((word) => hay.includes(word));
}

/** The part of a W3C traceparent that is the same wherever the trace leads. */
export function trace(traceparent) {
  return traceparent?.split("-")[1] ?? "";
}

/** A trace id that leads to the events behind it. */
export function traceLink(traceparent) {
  const id = trace(traceparent);
  return id ? el("a", { class: "code", href: `#/events/${id}` }, id) : "";
}
