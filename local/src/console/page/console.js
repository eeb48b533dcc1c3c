// The console: finds out which view is wanted, asks the store for what it shows, and draws it; once a
// second for as long as somebody looks.

import { el, redraw, second } from "./draw.js";
import { mailBox } from "./mails.js";
import { orderLife, orderList } from "./orders.js";
import { oneQueue, queueList } from "./queues.js";
import { books, events, glance, requestList } from "./traffic.js";

const PAUSE_MS = 1_000;
const byId = (id) => document.getElementById(id);

/** What is wanted, as the address says it, and what is looked for in a list. */
let wanted = { view: "", id: "", sought: "" };
/** What was shown last: which view, for which key, from which data, as of which overview. */
let shown = { view: null, key: null, data: [], overview: null };
let timer = null;

const queueNames = (queues) => queues.filter((queue) => queue.deadLetters > 0).map((queue) => queue.name);

async function askForQueues() {
  const [queues, streams] = await Promise.all([ask("queues"), ask("streams")]);
  const held = await Promise.all(queueNames(queues).map((name) => ask(`queues/${name}/messages`)));
  return [queues, streams, ...held];
}

const asks = (...paths) => () => Promise.all(paths.map((path) => ask(path)));

/** Each view: its name, what it asks for, how it is drawn, and what changes it, if not every second does. */
const VIEWS = {
  "": {
    name: "Overview",
    asks: asks("orders", "requests"),
    draw: glance,
    changes: ({ writes, requests }) => [writes, requests],
  },
  orders: { name: "Orders", asks: asks("orders"), draw: orderList, changes: ({ writes }) => writes },
  order: { asks: ({ id }) => asks(`orders/${encodeURIComponent(id)}`)(), draw: orderLife },
  queues: { name: "Queues", asks: askForQueues, draw: queueList },
  queue: { asks: ({ id }) => asks("queues", `queues/${encodeURIComponent(id)}/messages`)(), draw: oneQueue },
  mail: { name: "Mail", asks: asks("emails"), draw: mailBox, changes: ({ emails }) => emails },
  requests: { name: "Requests", asks: asks("requests"), draw: requestList, changes: ({ requests }) => requests },
  events: { name: "Events", asks: asks("events"), draw: events, changes: ({ writes }) => writes },
  provider: { name: "Provider", asks: asks("provider"), draw: books, changes: ({ writes }) => writes },
};
/** Views of one thing, by the list that they belong to. */
const SINGLE = { orders: "order", queues: "queue" };

async function ask(path, body) {
  const reply = await fetch(`/_local/${path}`, body);
  const said = await reply.json();
  if (!said.success) throw new Error([said.message, ...said.errors].join(" "));
  return said.data;
}

function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: body && JSON.stringify(body) });
}

/** Says something once: what stands there already is not read out again. */
function say(text) {
  if (byId("said").textContent !== text) byId("said").textContent = text;
}

function view() {
  return VIEWS[(wanted.id && SINGLE[wanted.view]) || wanted.view] ?? VIEWS[""];
}

function navigation({ messages }) {
  const badge = messages.deadLetters ? el("span", { class: "badge" }, `${messages.deadLetters} dead`) : null;
  const link = ([path, { name }]) =>
    el(
      "a",
      { href: `#/${path}`, "aria-current": path === wanted.view ? "page" : null },
      name,
      path === "queues" ? badge : null,
    );
  return Object.entries(VIEWS).filter(([, { name }]) => name).map(link);
}

function draw() {
  const { data, overview } = shown;
  redraw(byId("views"), navigation(overview));
  redraw(byId("content"), view().draw(data, { ...wanted, overview }));
  entitle();
}

function drawNothing(error) {
  redraw(byId("content"), [el("h1", {}, "Nothing to show"), el("p", {}, error.message)]);
  entitle();
}

function entitle() {
  document.title = `${byId("content").querySelector("h1").textContent}: Souk, the local store`;
}

/** What had the focus may be gone. Whoever cannot see that goes on reading where the view begins. */
function keepFocus() {
  if (document.activeElement === document.body) byId("content").focus({ preventScroll: true });
}

/** Asks what there is, and draws what has changed. */
async function look() {
  const sought = wanted;
  const overview = await ask("overview");
  byId("now").textContent = second(overview.now);
  const { asks: source, changes } = view();
  const key = JSON.stringify([wanted.view, wanted.id, changes?.(overview)]);
  const data = changes && key === shown.key ? shown.data : await source(wanted);
  // Somebody may have gone elsewhere meanwhile.
  if (sought.view !== wanted.view || sought.id !== wanted.id) return look();
  const elsewhere = shown.key !== null && shown.key !== key && shown.view !== view();
  shown = { view: view(), key, data, overview };
  draw();
  if (elsewhere) keepFocus();
}

async function tick() {
  clearTimeout(timer);
  try {
    await look();
    if (byId("content").dataset.troubled) say("");
    delete byId("content").dataset.troubled;
  } catch (error) {
    byId("content").dataset.troubled = "yes";
    say(`The store does not say: ${error.message}`);
    if (shown.view !== view()) drawNothing(error);
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(tick, PAUSE_MS);
}

/** Reads the address. Links within the page that are no views, such as the skip link, change nothing. */
function follow() {
  if (location.hash && !location.hash.startsWith("#/")) return;
  const [view = "", id = ""] = location.hash.slice(2).split("/");
  // What is named below the events is looked for among them.
  const sought = view === "events" ? id : "";
  wanted = { view, id: view === "events" ? "" : id, sought };
  if (byId("find")) byId("find").value = sought;
  say("");
  window.scrollTo(0, 0);
  tick();
}

/** Does something, says what came of it, and looks again. */
async function act(doing) {
  try {
    say(await doing());
  } catch (error) {
    say(error.message);
  }
  await tick();
  keepFocus();
}

async function redrive(queue) {
  const { moved } = await post(`queues/${queue}/redrive`);
  return `${moved} moved back to ${queue}.`;
}

async function advance(seconds) {
  const { now } = await post("clock", { advanceSeconds: seconds });
  return `It is now ${second(now)} in the store.`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.redrive) act(() => redrive(button.dataset.redrive));
  if (button?.dataset.advance) act(() => advance(Number(button.dataset.advance)));
});
byId("clock").addEventListener("submit", (event) => {
  event.preventDefault();
  act(() => advance(60 * Number(byId("minutes").value)));
});
document.addEventListener("input", (event) => {
  if (event.target.id !== "find") return;
  wanted = { ...wanted, sought: event.target.value };
  if (shown.view === view()) draw();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else tick();
});
window.addEventListener("hashchange", follow);
follow();
