// The mails that were captured instead of sent.

import { block, el, finder, holds, instant } from "./draw.js";

function list(mails, chosen) {
  const item = (mail) =>
    el(
      "li",
      { "data-key": mail.id },
      el(
        "a",
        { href: `#/mail/${mail.id}`, "aria-current": mail.id === chosen ? "true" : null },
        el("strong", {}, mail.subject),
        el("span", { class: "faint" }, `${mail.to}, `, instant(mail.at)),
      ),
    );
  return el("ul", { class: "letters" }, mails.map(item));
}

/** A mail as its reader sees it, in a frame where nothing of it can act, and as plain text. */
function letter({ id, subject, to, at, html, text }) {
  const title = `The mail ${subject}`;
  return el(
    "article",
    { "data-key": id, class: "letter" },
    el("p", { class: "back" }, el("a", { href: "#/mail" }, "All mails")),
    el("h2", {}, subject),
    el("p", { class: "faint" }, `To ${to}, `, instant(at)),
    html ? el("iframe", { title, sandbox: true, src: `/_local/emails/${id}/html` }) : null,
    el("h3", {}, "As text"),
    block(text, `${title} as text`),
  );
}

export function mailBox([mails], { id, sought }) {
  const newest = mails.toReversed();
  const shown = newest.filter((mail) => holds(`${mail.subject} ${mail.to} ${mail.text}`, sought));
  const chosen = mails.find((mail) => mail.id === id);
  return [
    el("h1", {}, "Mail"),
    el(
      "div",
      { class: chosen ? "beside reading" : "beside" },
      el(
        "div",
        { class: "box" },
        finder("Find a mail", sought),
        shown.length ? list(shown, id) : el("p", { class: "empty" }, "Nothing yet."),
      ),
      chosen ? letter(chosen) : el("p", { class: "empty hint" }, "Choose a mail to read it."),
    ),
  ];
}
