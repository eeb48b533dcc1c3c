// Orders: the newest, and the life of one.

import { el, finder, holds, instant, json, money, section, status, table, traceLink, words } from "./draw.js";
import { messages } from "./queues.js";

const COLUMNS = [
  ["Order", (order) => el("a", { href: `#/orders/${order.id}` }, order.number)],
  ["Placed", (order) => instant(order.createdAt)],
  ["Status", (order) => status(order.status)],
  ["Payment", (order) => status(order.paymentStatus)],
  ["Fulfilment", (order) => status(order.fulfilmentStatus)],
  ["Total", (order) => money(order.total), "number"],
  ["For", (order) => order.email],
];

/** The newest orders. */
export function orderTable(caption, orders) {
  return table(caption, COLUMNS, orders, (order) => order.id);
}

export function orderList([orders], { sought }) {
  const shown = orders.filter((order) => holds(Object.values(order).join(" "), sought));
  return [
    el("h1", {}, "Orders"),
    finder("Find an order by its number, id, address or status", sought),
    orderTable(`The newest ${shown.length}`, shown),
  ];
}

/** Who did something: an actor is `guest`, `system`, or a kind and an id. */
function who(actor, people) {
  const [kind, id] = actor.split(":");
  if (kind === "system") return "the shop itself";
  return id ? `${kind}, ${people[id] ?? id}` : kind;
}

function timeline(entries, people) {
  return el(
    "ol",
    { class: "timeline" },
    entries.map(({ at, type, actor, data }, index) =>
      el(
        "li",
        { "data-key": `entry-${index}` },
        el("strong", {}, words(type)),
        data ? el("span", { class: "what" }, data) : null,
        el("span", { class: "faint" }, instant(at), ` by ${who(actor, people)}`),
      ),
    ),
  );
}

/** What became of a line's units, in words. */
function progress(line) {
  const counts = ["shipped", "delivered", "returned", "refunded", "cancelled"].filter((name) => line[name] > 0);
  return counts.map((name) => `${line[name]} ${name}`).join(", ") || "waits";
}

function lines(order) {
  const name = (line) => {
    const options = Object.values(line.options).join(", ");
    return [line.name, options ? ` (${options})` : null, el("code", { class: "sku" }, line.sku)];
  };
  return table("What was ordered", [
    ["Item", name],
    ["Units", (line) => String(line.quantity), "number"],
    ["Each", (line) => money(line.unitPrice), "number"],
    ["Discount", (line) => money(line.discount), "number"],
    ["Total", (line) => money(line.total), "number"],
    ["Progress", progress],
  ], order.lines, (line) => line.id);
}

function totals({ totals: sums }) {
  const rows = [
    ["Items", sums.items],
    ["Discount", sums.discount],
    ["Shipping", sums.shipping],
    [sums.taxIncluded ? "Tax, contained" : "Tax", sums.tax],
    ["Total", sums.total],
    ["Captured", sums.captured],
    ["Refunded", sums.refunded],
  ];
  return el("dl", { class: "sums" }, rows.map(([name, sum]) => [el("dt", {}, name), el("dd", {}, money(sum))]));
}

function units(order, parts) {
  const sku = (id) => order.lines.find((line) => line.id === id)?.sku ?? id;
  return parts.map((part) => `${part.quantity} × ${sku(part.lineId)}`).join(", ");
}

function payments(all) {
  return table("What was charged", [
    ["Payment", (payment) => el("code", {}, payment.id)],
    ["Status", (payment) => [status(payment.status), payment.failure ? ` ${words(payment.failure)}` : null]],
    ["Method", (payment) => `${payment.method}, attempt ${payment.attempt}`],
    ["Amount", (payment) => money(payment.amount), "number"],
    ["Captured", (payment) => money(payment.captured), "number"],
    ["Refunded", (payment) => money(payment.refunded), "number"],
  ], all, (payment) => payment.id);
}

function refunds(order) {
  return table("Money given back", [
    ["Asked for", (refund) => instant(refund.createdAt)],
    ["Status", (refund) => status(refund.status)],
    ["Amount", (refund) => money(refund.amount), "number"],
    ["Reason", (refund) => refund.reason ?? "made at the provider"],
  ], order.refunds, (refund) => refund.id);
}

function fulfilments(order) {
  const tracked = ({ tracking }) => (tracking ? [tracking.carrier, tracking.number].filter(Boolean).join(" ") : "none");
  return table("What was sent", [
    ["Sent", (parcel) => instant(parcel.shippedAt)],
    ["Status", (parcel) => status(parcel.status)],
    ["Units", (parcel) => units(order, parcel.lines)],
    ["Tracking", tracked],
    ["Delivered", (parcel) => (parcel.deliveredAt ? instant(parcel.deliveredAt) : "not yet")],
  ], order.fulfilments, (parcel) => parcel.id);
}

function returns(order) {
  const booked = (returned) => {
    const sum = (name) => returned.lines.reduce((total, line) => total + line[name], 0);
    return `${sum("restocked")} back on the shelf, ${sum("writtenOff")} written off`;
  };
  return table("What came back, or is to", [
    ["Asked for", (returned) => instant(returned.requestedAt)],
    ["Status", (returned) => status(returned.status)],
    ["Units", (returned) => units(order, returned.lines)],
    ["Reason", (returned) => returned.reason],
    ["Received", booked],
  ], order.returns, (returned) => returned.id);
}

function mails(all) {
  return table("Sent about it", [
    ["Mail", (mail) => el("a", { href: `#/mail/${mail.id}` }, mail.subject)],
    ["To", (mail) => mail.to],
    ["At", (mail) => instant(mail.at)],
  ], all, (mail) => mail.id);
}

/** The events of a list, each folded. */
export function eventList(events) {
  if (!events.length) return el("p", { class: "empty" }, "Nothing yet.");
  const item = (event) =>
    el(
      "li",
      { "data-key": event.id },
      json(
        [el("strong", {}, event.type), " ", el("span", { class: "faint" }, instant(event.occurredAt), ` ${event.aggregate}`)],
        event,
        event.type,
        "json",
      ),
      el("p", { class: "faint small" }, "Trace ", traceLink(event.traceparent)),
    );
  return el("ul", { class: "plain-list" }, events.map(item));
}

/** What there is only sometimes is shown only then. */
const some = (title, list, show) => (list.length ? section(title, show) : null);

export function orderLife([life]) {
  const { order, people, events, emails } = life;
  const { name, line1, line2, city, region, postalCode, country } = order.shippingAddress;
  const address = [name, line1, line2, city, region, postalCode, country].filter(Boolean).join(", ");
  const latest = order.updatedAt === order.createdAt ? null : [", changed ", instant(order.updatedAt)];
  return [
    el("p", { class: "back" }, el("a", { href: "#/orders" }, "All orders")),
    el("h1", {}, `Order ${order.number}`),
    el("p", { class: "statuses" }, status(order.status), status(order.paymentStatus), status(order.fulfilmentStatus)),
    el("p", {}, `For ${order.email}, to ${address}. Placed `, instant(order.createdAt), latest, `. Version ${order.version}.`),
    el("p", { class: "faint small" }, el("code", {}, order.id)),
    el(
      "div",
      { class: "beside" },
      section("Timeline", timeline(order.timeline, people)),
      el(
        "div",
        { class: "stack" },
        some("Waiting and failed messages", life.messages, messages(life.messages)),
        section("Lines", lines(order), totals(order)),
        section("Payments", payments(life.payments)),
        some("Refunds", order.refunds, refunds(order)),
        some("Fulfilments", order.fulfilments, fulfilments(order)),
        some("Returns", order.returns, returns(order)),
        section("Mails", mails(emails)),
        section("Events", eventList(events)),
      ),
    ),
  ];
}
