// The reference: every operation of openapi.json, to be read and to be tried out. Nothing is fetched
// from elsewhere.

import { block, el, fold, line, prose } from "./dom.js";
import { describe, exampleOf, resolve, shape, words } from "./schema.js";
import { carry, signIn, trial } from "./trial.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const byId = (id) => document.getElementById(id);

/** Every operation with what the lists say of it. */
function operationsOf(description) {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({
      ...methods[method],
      path,
      method: method.toUpperCase(),
    })),
  );
}

const mark = (method) => el("span", { class: `method ${method.toLowerCase()}` }, method);

/** The path with places to break it. */
function breakable(path) {
  return path.split(/(?=\/)/).flatMap((part) => [part, el("wbr")]);
}

/** Who is let in, in a word. */
function wanted(security = []) {
  if (security.length === 0 || security.some((way) => Object.keys(way).length === 0)) return null;
  const scopes = security.flatMap((way) => Object.values(way).flat());
  return el("span", { class: "wanted" }, scopes.length ? [...new Set(scopes)].join(", ") : "token");
}

function parametersOf(operation) {
  const parameters = (operation.parameters ?? []).map(resolve);
  if (!parameters.length) return [];
  const items = parameters.map((parameter) =>
    el(
      "li",
      {},
      el("span", {}, el("code", {}, parameter.name), " ", el("span", { class: "type" }, `${parameter.in}, ${words(parameter.schema ?? {})}`)),
      parameter.required ? [" ", el("span", { class: "needed" }, "required")] : null,
      parameter.description ? el("p", {}, line(parameter.description)) : null,
    ),
  );
  return [el("h4", {}, "Parameters"), el("ul", { class: "fields" }, items)];
}

function bodyOf(operation) {
  const body = resolve(operation.requestBody);
  const media = Object.entries(body.content ?? {});
  if (!media.length) return [];
  return [
    el("h4", {}, "Body"),
    prose(body.description),
    media.map(([type, { schema }]) => [el("p", {}, el("code", {}, type)), shape(schema ?? {})]),
  ];
}

function responsesOf(operation) {
  const items = Object.entries(operation.responses ?? {}).map(([status, given]) => {
    const response = resolve(given);
    const [first] = (response.description ?? "").split("\n");
    const grade = status < "300" ? "good" : status < "400" ? "" : "bad";
    const summary = el("summary", {}, el("strong", { class: grade }, status), " ", line(first));
    return fold(summary, () => contentOf(status, response), { class: "response" });
  });
  return [el("h4", {}, "Answers"), ...items];
}

function contentOf(status, response) {
  const [, ...further] = (response.description ?? "").split("\n");
  const media = Object.entries(response.content ?? {}).flatMap(([type, media]) => [
    el("p", {}, el("code", {}, type)),
    ...(media.schema ? [shape(media.schema)] : []),
    ...(type.endsWith("json") && media.schema
      ? [block(JSON.stringify(exampleOf(media), null, 2), `Example of ${status} as ${type}`)]
      : []),
  ]);
  return [
    ...prose(further.join("\n")),
    ...media,
    ...(response.headers ? [fold(el("summary", {}, "Headers"), () => headersOf(response.headers))] : []),
  ];
}

function headersOf(headers) {
  const items = Object.entries(headers).map(([name, header]) =>
    el("li", {}, el("code", {}, name), el("p", {}, line(resolve(header).description ?? ""))),
  );
  return el("ul", { class: "fields" }, items);
}

function operationOf(operation) {
  const { operationId, method, path, summary } = operation;
  const title = el(
    "summary",
    {},
    mark(method),
    el("h3", { class: "path" }, breakable(path)),
    el("span", { class: "does" }, summary),
    wanted(operation.security),
  );
  const inside = () => [
    el(
      "div",
      { class: "inside" },
      prose(operation.description),
      parametersOf(operation),
      bodyOf(operation),
      responsesOf(operation),
    ),
    el("div", { class: "inside try" }, el("h4", {}, "Try it out"), trial(operation, method, path)),
  ];
  return fold(title, inside, { class: "operation", id: operationId });
}

/** Shows only what holds every word that is looked for. */
function find(operations, text) {
  const sought = text.toLowerCase().split(/\s+/).filter(Boolean);
  byId("find").parentElement.classList.toggle("finding", sought.length > 0);
  for (const { method, path, summary, operationId } of operations) {
    const hay = `${method} ${path} ${summary} ${operationId}`.toLowerCase();
    const hidden = !sought.every((word) => hay.includes(word));
    byId(operationId).hidden = hidden;
    byId(`to-${operationId}`).hidden = hidden;
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.hidden = !group.querySelector(".operation:not([hidden]), li:not([hidden])");
  }
}

/** Opens the operation that the address names. */
function follow() {
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  if (!target?.matches(".operation")) return;
  target.fill();
  target.open = true;
  target.scrollIntoView();
}

function authorise() {
  const become = (token, who) => {
    carry(token);
    byId("forget").hidden = token === null;
    byId("who").textContent = who;
  };
  byId("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    become(byId("token").value.trim(), "Authorised: requests carry the token.");
  });
  byId("sign-in").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { token, refused } = await signIn(byId("email").value, byId("password").value);
    if (refused) {
      byId("who").textContent = refused;
      return;
    }
    byId("token").value = token;
    become(token, `Authorised: requests carry the token of ${byId("email").value}.`);
  });
  byId("forget").addEventListener("click", () => {
    byId("token").value = "";
    become(null, "No token: requests go out as a guest's.");
  });
}

async function start() {
  const reply = await fetch("/openapi.json");
  if (!reply.ok) throw new Error(`the shop answers ${reply.status}`);
  const description = await reply.json();
  describe(description);
  const operations = operationsOf(description);
  byId("about").replaceChildren(...prose(description.info.summary), ...prose(description.info.description));
  const groups = description.tags.map((tag) => ({
    ...tag,
    title: tag.name[0].toUpperCase() + tag.name.slice(1),
    operations: operations.filter((operation) => operation.tags?.[0] === tag.name),
  }));
  byId("operations").replaceChildren(
    ...groups.map(({ name, title, description: about, operations: members }) =>
      el(
        "section",
        { "data-group": name, "aria-labelledby": `group-${name}` },
        el("h2", { id: `group-${name}` }, title),
        prose(about),
        members.map(operationOf),
      ),
    ),
  );
  byId("index").replaceChildren(
    ...groups.map(({ name, title, operations: members }) =>
      el(
        "div",
        { "data-group": name },
        el("p", { id: `index-${name}` }, title),
        el(
          "ul",
          { "aria-labelledby": `index-${name}` },
          members.map(({ operationId, method, summary }) =>
            el("li", { id: `to-${operationId}` }, el("a", { href: `#${operationId}` }, mark(method), summary)),
          ),
        ),
      ),
    ),
  );
  byId("find").addEventListener("input", (event) => find(operations, event.target.value));
  window.addEventListener("hashchange", follow);
  follow();
}

authorise();
start().catch((error) => {
  byId("operations").replaceChildren(el("p", {}, `The description cannot be read: ${error.message}`));
});
