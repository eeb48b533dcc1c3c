// Shows schemas to people, and makes examples of them.

import { el, fold, line } from "./dom.js";

/** How many words to choose from are listed. */
const MOST_CHOICES = 12;

let description = {};

/** Names the document that references point into. */
export function describe(document) {
  description = document;
}

/** What a reference stands for, or the thing itself. */
export function resolve(thing) {
  let found = thing;
  for (let steps = 0; found && found.$ref && steps < 8; steps += 1) {
    const { $ref, ...beside } = found;
    const target = $ref
      .replace(/^#\//, "")
      .split("/")
      .reduce((at, key) => at?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], description);
    found = { ...target, ...beside };
  }
  return found ?? {};
}

const isNull = (schema) => schema.type === "null" || schema.const === null;

/** A schema without the choice of being null, and whether it had that choice. */
function present(schema) {
  const found = resolve(schema);
  const choices = found.anyOf ?? found.oneOf;
  if (choices?.some((choice) => isNull(resolve(choice)))) {
    const left = choices.filter((choice) => !isNull(resolve(choice)));
    const { anyOf, oneOf, ...beside } = found;
    const bare = left.length === 1 ? { ...resolve(left[0]), ...beside } : { ...beside, anyOf: left };
    return { schema: bare, nullable: true };
  }
  if (Array.isArray(found.type) && found.type.includes("null")) {
    const left = found.type.filter((type) => type !== "null");
    return { schema: { ...found, type: left.length === 1 ? left[0] : left }, nullable: true };
  }
  return { schema: found, nullable: false };
}

const choicesOf = (schema) => schema.oneOf ?? schema.anyOf;

/** All properties and what is required, with those of every part of an `allOf`. */
function properties(schema) {
  const parts = (schema.allOf ?? []).map((part) => properties(resolve(part)));
  const all = [...parts, { fields: schema.properties ?? {}, required: schema.required ?? [] }];
  return {
    fields: Object.assign({}, ...all.map((part) => part.fields)),
    required: all.flatMap((part) => part.required),
  };
}

const hasFields = (schema) => Object.keys(properties(schema).fields).length > 0;

function range(least, most, unit) {
  if (least == null && most == null) return null;
  if (least === most) return `${least} ${unit}`;
  if (least == null || (least === 0 && most != null)) return `up to ${most} ${unit}`;
  if (most == null) return `at least ${least} ${unit}`;
  return `${least} to ${most} ${unit}`;
}

/** Words to choose from, the first of them if there are too many to read. */
function listed(given) {
  const choices = given.filter((each) => each !== null);
  const more = choices.length - MOST_CHOICES;
  return more > 1 ? `${choices.slice(0, MOST_CHOICES).join(" | ")} and ${more} more` : choices.join(" | ");
}

/** What a schema is, without its limits. */
function kind(schema) {
  const choices = choicesOf(schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (choices?.every((choice) => resolve(choice).const !== undefined)) {
    return listed(choices.map((choice) => resolve(choice).const));
  }
  if (schema.enum) return listed(schema.enum);
  if (choices) return choices.map(words).join(" or ");
  if (schema.type === "array") {
    // Each of several things: strings, objects.
    return `list of ${words(schema.items ?? {}).replace(/^(string|integer|number|object|boolean)\b/, "$1s")}`;
  }
  return [schema.type ?? (hasFields(schema) ? "object" : "anything")].flat().join(" or ");
}

/** A schema's type and limits in words. */
export function words(given) {
  const { schema, nullable } = present(given);
  const parts = [kind(schema)];
  const isChoice = schema.enum || schema.const !== undefined;
  if (schema.format && schema.type === "string" && !isChoice) parts.push(schema.format);
  parts.push(
    isChoice ? null : range(schema.minLength, schema.maxLength, "characters"),
    range(schema.minItems, schema.maxItems, "entries"),
    schema.type === "integer" || schema.type === "number" ? range(schema.minimum, schema.maximum, "") : null,
    schema.default !== undefined ? `default ${JSON.stringify(schema.default)}` : null,
    nullable ? "or null" : null,
  );
  return parts.filter(Boolean).map((part) => part.trim()).join(", ");
}

/** What of a schema has fields of its own: itself, the entries of a list, or its choices. */
function inner(given) {
  const { schema } = present(given);
  if (hasFields(schema)) return [schema];
  if (schema.type === "array") return inner(schema.items ?? {});
  if (typeof schema.additionalProperties === "object") return inner(schema.additionalProperties);
  return (choicesOf(schema) ?? []).flatMap(inner);
}

/** The fields of a schema, each with its type and meaning; what is inside a field opens on demand. */
export function shape(given) {
  const shapes = inner(given);
  if (shapes.length === 0) return el("p", { class: "type" }, words(given));
  return el("div", {}, shapes.map(fieldsOf));
}

function fieldsOf(schema) {
  const { fields, required } = properties(schema);
  const items = Object.entries(fields).map(([name, field]) => {
    const meaning = resolve(field).description;
    const head = el("span", {}, el("code", {}, name), " ", el("span", { class: "type" }, words(field)));
    if (required.includes(name)) head.append(" ", el("span", { class: "needed" }, "required"));
    const more = inner(field).length
      ? fold(el("summary", {}, `Fields of ${name}`), () => shape(field), { class: "inside" })
      : null;
    return el("li", {}, head, meaning ? el("p", {}, line(meaning)) : null, more);
  });
  return el("ul", { class: "fields" }, items);
}

const SAMPLES = {
  "date-time": "2026-01-15T08:30:00.000Z",
  moment: "2026-01-15T08:30:00.000Z",
  uuid: "019bc0b1-4de8-7000-8000-000000100001",
  email: "ada@example.com",
  uri: "https://example.com/",
  "uri-reference": "/api/v1/products",
  currency: "EUR",
  country: "GB",
  sku: "MUG-STONE-BLUE",
  "payment-method": "pm_test_ok",
};

/** Something that the schema could be of: its own example where it has one. */
export function sample(given, depth = 0) {
  const { schema } = present(given);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (depth > 6) return null;
  if (choicesOf(schema)) return sample(choicesOf(schema)[0], depth + 1);
  if (hasFields(schema)) {
    const { fields } = properties(schema);
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, sample(field, depth + 1)]));
  }
  switch ([schema.type].flat()[0]) {
    case "array":
      return [sample(schema.items ?? {}, depth + 1)];
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, Math.min(1, schema.maximum ?? 1));
    case "boolean":
      return true;
    case "string":
      return SAMPLES[schema.format] ?? "text".padEnd(schema.minLength ?? 0, "x").slice(0, schema.maxLength ?? 99);
    default:
      return {};
  }
}

/** The example of a body: its own, or one made of its schema. */
export function exampleOf(media) {
  if (media.example !== undefined) return media.example;
  const named = Object.values(media.examples ?? {}).map(resolve);
  return named.length ? named[0].value : sample(media.schema ?? {});
}
