// Queues with what they hold, dead letters, and the streams that feed them.

import { block, el, instant, section, table, traceLink } from "./draw.js";

function redrive(queue, count) {
  return el("button", { type: "button", "data-redrive": queue }, `Redrive ${count}`, el("span", { class: "unseen" }, ` of ${queue}`));
}

const count = (name) => (queue) => String(queue[name]);

function depths(queues) {
  return table("How much each queue holds", [
    ["Queue", (queue) => el("a", { href: `#/queues/${queue.name}` }, queue.name)],
    ["Visible", count("visible"), "number"],
    ["In flight", count("inFlight"), "number"],
    ["Delayed", count("delayed"), "number"],
    ["Dead letters", (queue) => el("span", { class: queue.deadLetters ? "bad strong" : "" }, count("deadLetters")(queue)), "number"],
    ["Repair", (queue) => (queue.deadLetters ? redrive(queue.name, queue.deadLetters) : null)],
  ], queues, (queue) => queue.name);
}

/** Why a message is where it is, as far as it can be told from here: what failed before the store was
 *  started is in no memory. */
function reason({ deadLetter, received, mostReceives, unreadable, failure }) {
  const what = unreadable ? `It is ${unreadable}.` : failure ? `Its last failure: ${failure}.` : null;
  const unknown = deadLetter ? "Why it failed is not known here." : null;
  return [
    `Received ${received} of ${mostReceives} times. `,
    !deadLetter && received ? "It comes again unless it is being dealt with. " : null,
    what ?? unknown,
  ];
}

function message(message) {
  const { id, queue, deadLetter, at, body, event } = message;
  return el(
    "li",
    { "data-key": id, class: deadLetter ? "dead" : "" },
    el(
      "p",
      {},
      el("strong", { class: deadLetter ? "bad" : "" }, deadLetter ? "Dead letter" : "Message"),
      " of ",
      el("a", { href: `#/queues/${queue}` }, queue),
      event ? `, ${event.type} about ${event.aggregate}` : null,
    ),
    el("p", {}, reason(message)),
    el("p", { class: "faint small" }, "Sent ", instant(at), event ? [", trace ", traceLink(event.traceparent)] : null),
    el("details", {}, el("summary", {}, "Body"), block(pretty(body), `Body of message ${id}`)),
  );
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // It is not JSON, and is shown as it came.
    return body;
  }
}

/** Messages, dead letters first. */
export function messages(all) {
  if (!all.length) return el("p", { class: "empty" }, "Nothing waits.");
  const dead = all.filter((one) => one.deadLetter);
  const others = all.filter((one) => !one.deadLetter);
  return el("ul", { class: "plain-list" }, [...dead, ...others].map(message));
}

function streams(all) {
  const next = (stream) => stream.next.map(({ change, pk, sk }) => `${change} ${pk} ${sk}`).join("; ") || "nothing";
  return table("How far each reader has come", [
    ["Table", (stream) => stream.table],
    ["Reader", (stream) => stream.function],
    ["Checkpoint", (stream) => el("code", {}, stream.checkpoint ?? "at the beginning")],
    ["Behind", (stream) => `${stream.behind}${stream.behindIsAtLeast ? " or more" : ""}`, "number"],
    ["Next", next],
  ], all, (stream) => stream.table);
}

export function queueList([queues, streamed, ...held]) {
  const dead = held.flat().filter((one) => one.deadLetter);
  return [
    el("h1", {}, "Queues and streams"),
    section("Queues", depths(queues)),
    dead.length ? section("Dead letters", messages(dead)) : null,
    section("Streams", streams(streamed)),
  ];
}

export function oneQueue([queues, held], { id }) {
  const queue = queues.find(({ name }) => name === id);
  return [
    el("p", { class: "back" }, el("a", { href: "#/queues" }, "All queues")),
    el("h1", {}, id),
    queue ? section("Depth", depths([queue])) : null,
    section("Messages", messages(held)),
  ];
}
