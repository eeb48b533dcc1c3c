// Makes elements. Text stays text: nothing that the description says is ever read as HTML.

/** An element with attributes and children; `on` holds its listeners, and null children are left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (value === true) {
      element.setAttribute(key, "");
    } else if (value !== false && value != null) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child != null));
  return element;
}

/** A part that is closed at first, and made when it is opened: most are never looked at. */
export function fold(summary, make, attributes = {}) {
  const details = el("details", attributes, summary);
  details.addEventListener("toggle", () => details.open && fill(details, make));
  details.fill = () => fill(details, make);
  return details;
}

function fill(details, make) {
  if (details.filled) return;
  details.filled = true;
  details.append(...[make()].flat(Infinity));
}

/** Code that scrolls inside itself, reachable by keyboard. */
export function block(text, label) {
  return el("pre", { tabindex: "0", "aria-label": label, role: "group" }, el("code", {}, text));
}

const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** One line of Markdown: code, strong words and links. */
export function line(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(MARKS)) {
    nodes.push(text.slice(end, match.index));
    const [whole, code, strong, label, href] = match;
    if (code) nodes.push(el("code", {}, code));
    else if (strong) nodes.push(el("strong", {}, strong));
    else if (/^(https?:|\/|#)/.test(href)) nodes.push(el("a", { href }, label));
    else nodes.push(label);
    end = match.index + whole.length;
  }
  return [...nodes, text.slice(end)];
}

/** Paragraphs and lists of Markdown. */
export function prose(text = "") {
  return text
    .split(/\n{2,}/)
    .filter((part) => part.trim())
    .map((part) => {
      const lines = part.trim().split("\n");
      return lines.every((each) => /^[-*] /.test(each))
        ? el("ul", {}, lines.map((each) => el("li", {}, line(each.slice(2)))))
        : el("p", {}, line(lines.join(" ")));
    });
}
