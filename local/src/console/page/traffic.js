// What moves through the store: requests, events, charges, and all of it at a glance.

import { el, finder, holds, instant, money, section, status, table, traceLink } from "./draw.js";
import { eventList, orderTable } from "./orders.js";

/** How many rows the overview has room for. */
const MOST_AT_A_GLANCE = 8;

function grade(code) {
  return code < 400 ? "good" : "bad";
}

const METHOD = ["Method", ({ method }) => el("span", { class: `method ${method.toLowerCase()}` }, method)];
const PATH = ["Path", ({ target }) => el("code", {}, target)];
const STATUS = ["Status", (request) => el("strong", { class: grade(request.status) }, String(request.status)), "number"];
const TOOK = ["Took", ({ durationMs }) => `${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms`, "number"];
const COLUMNS = [
  ["At", ({ at }) => instant(at)],
  METHOD,
  PATH,
  STATUS,
  TOOK,
  ["Function", (request) => request.function ?? "the gateway itself"],
  ["Trace", ({ traceId }) => traceLink(traceId)],
];

export function requestList([requests], { sought }) {
  const shown = requests.filter((request) => holds(Object.values(request).join(" "), sought));
  return [
    el("h1", {}, "Requests"),
    finder("Find requests by path, status, function or trace", sought),
    table(`The last ${shown.length} answered, newest first`, COLUMNS, shown, ({ number }) => number),
  ];
}

export function events([all], { sought }) {
  const shown = all.filter((event) => holds(JSON.stringify(event), sought)).reverse();
  return [
    el("h1", {}, "Events"),
    finder("Find events by type, id, trace or what they tell", sought),
    el("p", { class: "faint" }, `${shown.length} in the outboxes, newest first`),
    eventList(shown),
  ];
}

export function books([charges]) {
  const sum = (name) => (charge) => money({ amount: charge[name], currency: charge.currency });
  return [
    el("h1", {}, "The test provider's books"),
    table("What it has charged and given back", [
      ["Order", ({ orderId }) => el("a", { class: "code", href: `#/orders/${orderId}` }, orderId)],
      ["Method", ({ method }) => method],
      ["Status", (charge) => status(charge.status)],
      ["Amount", sum("amount"), "number"],
      ["Captured", sum("captured"), "number"],
      ["Refunded", sum("refunded"), "number"],
      ["Calls", ({ calls }) => String(calls), "number"],
    ], charges, ({ key }) => key),
  ];
}

function tiles({ messages, behind, emails, requests }) {
  const tile = (name, number, href, kind = "") =>
    el("li", { "data-key": name }, el("a", { href, class: kind }, el("strong", {}, String(number)), el("span", {}, name)));
  return el(
    "ul",
    { class: "tiles" },
    tile("messages wait", messages.visible + messages.delayed, "#/queues"),
    tile("in flight", messages.inFlight, "#/queues"),
    tile("dead letters", messages.deadLetters, "#/queues", messages.deadLetters ? "bad" : ""),
    tile("records not relayed", behind, "#/queues"),
    tile("mails sent", emails, "#/mail"),
    tile("requests answered", requests, "#/requests"),
  );
}

export function glance([orders, requests], { overview }) {
  const last = requests.slice(0, MOST_AT_A_GLANCE);
  return [
    el("h1", {}, "What goes on"),
    tiles(overview),
    section("Newest orders", orderTable("Newest first", orders.slice(0, MOST_AT_A_GLANCE)), more("#/orders", "All orders")),
    section("Last requests", table("Newest first", COLUMNS, last, ({ number }) => number), more("#/requests", "All requests")),
  ];
}

function more(href, text) {
  return el("p", {}, el("a", { href }, text));
}
