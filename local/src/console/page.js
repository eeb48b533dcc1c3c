"use strict";

// Everything shown is set as text, never as markup: mail and events may contain anything.

const byId = (id) => document.getElementById(id);

function node(name, content, className) {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const part of [content].flat()) if (part !== undefined) made.append(part);
  return made;
}

function table(caption, columns, rows) {
  if (rows.length === 0) return node("p", "Nothing yet.", "empty");
  const kind = (column) => (column.number ? "number" : undefined);
  const head = node("tr", columns.map((column) => {
    const cell = node("th", column.title, kind(column));
    cell.scope = "col";
    return cell;
  }));
  const body = rows.map((row) =>
    node("tr", columns.map((column) => node("td", column.show(row), kind(column)))));
  return node("table", [node("caption", caption), node("thead", head), node("tbody", body)]);
}

function details(summary, text) {
  return node("details", [node("summary", summary), node("pre", text)]);
}

function say(text) {
  byId("said").textContent = text;
}

async function call(path, body) {
  const sent = body === undefined
    ? { method: "POST" }
    : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const reply = await (await fetch(path, sent)).json();
  if (!reply.success) throw new Error([reply.message, ...reply.errors].join(" "));
  return reply.data;
}

function act(label, action) {
  const button = node("button", label);
  button.type = "button";
  button.addEventListener("click", () => action().then(show, (error) => say(error.message)));
  return button;
}

// Currencies differ in how many decimals their minor unit has.
function price(charge, amount) {
  const style = new Intl.NumberFormat("en", { style: "currency", currency: charge.currency });
  const digits = style.resolvedOptions().maximumFractionDigits;
  return `${(amount / 10 ** digits).toFixed(digits)} ${charge.currency}`;
}

const VIEWS = {
  emails: (mails) => table(`${mails.length} captured, newest first`, [
    { title: "At", show: (mail) => mail.at },
    { title: "To", show: (mail) => mail.to },
    { title: "Mail", show: (mail) => details(mail.subject, mail.text) },
  ], mails.slice().reverse()),

  queues: (queues) => table("How much each queue holds", [
    { title: "Queue", show: (queue) => queue.name },
    { title: "Visible", number: true, show: (queue) => String(queue.visible) },
    { title: "In flight", number: true, show: (queue) => String(queue.inFlight) },
    { title: "Delayed", number: true, show: (queue) => String(queue.delayed) },
    { title: "Dead letters", number: true, show: (queue) => String(queue.deadLetters) },
    { title: "Action", show: (queue) => queue.deadLetters === 0 ? "" :
      act(`Redrive ${queue.name}`, async () => {
        const done = await call(`/_local/queues/${queue.name}/redrive`);
        say(`${done.moved} moved back to ${queue.name}.`);
      }) },
  ], queues),

  provider: (charges) => table("What the provider has charged and given back", [
    { title: "Key", show: (charge) => charge.key },
    { title: "Method", show: (charge) => charge.method },
    { title: "Status", show: (charge) => charge.status },
    { title: "Amount", number: true, show: (charge) => price(charge, charge.amount) },
    { title: "Captured", number: true, show: (charge) => price(charge, charge.captured) },
    { title: "Refunded", number: true, show: (charge) => price(charge, charge.refunded) },
  ], charges),

  events: (events) => table(`${events.length} in the outboxes, newest first`, [
    { title: "At", show: (event) => event.occurredAt },
    { title: "Event", show: (event) => details(event.type, JSON.stringify(event, null, 2)) },
    { title: "About", show: (event) => event.aggregate },
  ], events.slice().reverse()),
};

async function show() {
  for (const [name, view] of Object.entries(VIEWS)) {
    const reply = await (await fetch(`/_local/${name}`)).json();
    byId(name).replaceChildren(view(reply.data));
  }
}

byId("refresh").addEventListener("click", () => show().then(() => say("Refreshed.")));
byId("clock").addEventListener("submit", (event) => {
  event.preventDefault();
  call("/_local/clock", { advanceSeconds: 60 * Number(byId("minutes").value) })
    .then((done) => { say(`It is now ${done.now} in the store.`); return show(); })
    .catch((error) => say(error.message));
});
show();
