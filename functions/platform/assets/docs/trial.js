// Sends an operation's request for real, as a form, and shows what comes back.

import { block, el } from "./dom.js";
import { exampleOf, resolve, words } from "./schema.js";

/** The most of a reply that is shown. */
const MOST_SHOWN = 100_000;

let token = null;

/** Has every later request carry this token; none for null. */
export function carry(given) {
  token = given;
}

const quoted = (text) => `'${text.replaceAll("'", `'"'"'`)}'`;

/** The same request for a shell. */
function curl({ method, url, headers, body }) {
  const parts = ["curl -s", method === "GET" ? "" : method === "HEAD" ? "-I" : `-X ${method}`, quoted(location.origin + url)];
  for (const [name, value] of headers) parts.push(`\\\n  -H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`\\\n  -d ${quoted(body)}`);
  return parts.filter(Boolean).join(" ");
}

/** The field of a parameter, with what it starts with. */
function fieldOf(id, parameter) {
  const schema = resolve(parameter.schema);
  const about = `${id}-about`;
  const attributes = { id, name: id, autocomplete: "off", spellcheck: "false", "aria-describedby": about };
  const isKey = parameter.name === "Idempotency-Key" && parameter.required;
  const start = isKey ? crypto.randomUUID() : parameter.example ?? schema.examples?.[0] ?? "";
  const choices = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
  const input = choices
    ? el("select", attributes, ["", ...choices].map((choice) => el("option", { value: choice }, String(choice))))
    : el("input", { ...attributes, class: "code", required: parameter.in === "path", value: start });
  const hint = [parameter.in, parameter.required ? "required" : null, words(parameter.schema ?? {})];
  return el(
    "p",
    {},
    el("label", { for: id }, parameter.name),
    input,
    el("span", { class: "type", id: about }, hint.filter(Boolean).join(", ")),
  );
}

/** The form of one operation. */
export function trial(operation, method, path) {
  const id = operation.operationId;
  const parameters = (operation.parameters ?? []).map(resolve);
  const fields = parameters.map((parameter, at) => fieldOf(`${id}-${at}`, parameter));
  const media = Object.entries(resolve(operation.requestBody).content ?? {});
  const type = el("select", { id: `${id}-type` }, media.map(([name]) => el("option", {}, name)));
  const text = el("textarea", { id: `${id}-body`, class: "code", spellcheck: "false", rows: 10 });
  const fresh = () => {
    const [, chosen] = media[type.selectedIndex];
    text.value = JSON.stringify(exampleOf(chosen), null, 2);
    text.rows = Math.min(18, text.value.split("\n").length + 1);
  };
  const body = media.length
    ? [
        media.length > 1 ? el("p", {}, el("label", { for: type.id }, "Content-Type"), type) : null,
        el("p", {}, el("label", { for: text.id }, "Body"), text),
      ]
    : [];
  if (media.length) fresh();
  type.addEventListener("change", fresh);

  const request = (form) => {
    const headers = [];
    const query = new URLSearchParams();
    let url = path;
    parameters.forEach((parameter, at) => {
      const value = form.elements[`${id}-${at}`].value;
      if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value && parameter.in === "query") query.append(parameter.name, value);
      else if (value && parameter.in === "header") headers.push([parameter.name, value]);
    });
    if (query.size) url += `?${query}`;
    if (token) headers.push(["Authorization", `Bearer ${token}`]);
    if (!media.length) return { method, url, headers };
    headers.push(["Content-Type", media[Math.max(0, type.selectedIndex)][0]]);
    return { method, url, headers, body: text.value };
  };

  const button = el("button", {}, "Send request");
  const said = el("p", { role: "status", class: "said" });
  const answer = el("div", { class: "answer" });
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "Waiting…";
    const asked = request(event.target);
    try {
      await show(asked, said, answer);
    } catch (error) {
      said.textContent = `No answer came: ${error.message}`;
      answer.replaceChildren();
    }
    button.disabled = false;
  };
  return el("form", { class: "trial", on: { submit: send } }, fields, body, el("p", {}, button), said, answer);
}

async function show(asked, said, answer) {
  const began = performance.now();
  const { method, url, headers, body } = asked;
  const reply = await fetch(url, { method, headers, body, cache: "no-store" });
  const content = await reply.text();
  const took = Math.round(performance.now() - began);
  said.replaceChildren(
    el("strong", { class: reply.ok ? "good" : "bad" }, `${reply.status} ${reply.statusText}`.trim()),
    ` in ${took} ms`,
  );
  const list = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  answer.replaceChildren(
    content ? block(pretty(content), "Body of the answer") : el("p", {}, "No content."),
    el("details", {}, el("summary", {}, "Headers of the answer"), block(list, "Headers of the answer")),
    el("details", {}, el("summary", {}, "The request as curl"), block(curl(asked), "The request as curl")),
  );
}

function pretty(text) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // It is not JSON, and is shown as it came.
  }
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}\n…` : shown;
}

/** Signs in, and gives the access token or what the shop said instead. */
export async function signIn(email, password) {
  const reply = await fetch("/api/v1/sessions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
    // The page keeps a token of its own, and leaves the browser's session alone.
    credentials: "omit",
  });
  const said = await reply.json();
  return reply.ok ? { token: said.data.accessToken } : { refused: said.message };
}
