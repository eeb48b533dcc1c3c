//! How a letter becomes HTML that mail programs can be trusted with.
//!
//! One column of at most 600 pixels, in tables where some programs know nothing else. All style is in
//! attributes: style sheets are dropped by many. Nothing is loaded from anywhere. Text and ground are
//! left to the reader's own colours, so that it is dark where the reader likes it dark; the few colours
//! there are stand on their own ground, or are no more than lines.

use crate::letter::{Goods, Letter, Link};

const FONT: &str =
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
/// Long words must not widen the column.
const WRAP: &str = "overflow-wrap:anywhere;word-break:break-word";
const PARAGRAPH: &str = "margin:0 0 16px;font-size:16px;line-height:26px";
const SMALL: &str = "font-size:14px;line-height:22px";
/// Fainter than the rest on whatever ground.
const FAINT: &str = "opacity:0.8";
const RULE: &str = "border-top:1px solid #8a8f98";
/// White on it, and it on white or black, can be told apart.
const BUTTON: &str = "#1f5fbf";
/// How much of a letter a list of mails shows, in characters.
const PREVIEW: usize = 140;

/// The letter as an HTML document.
pub(crate) fn write(letter: &Letter, shop: &str) -> String {
    let Letter {
        kind: _,
        subject,
        greets,
        body,
        goods,
        sums,
        facts,
        link,
        closing,
    } = letter;
    let greeting = greets.as_ref().map(|name| format!("Hello {name},"));
    let opening: String = greeting
        .iter()
        .chain(body)
        .map(|text| paragraph(text))
        .collect();
    let content = [
        opening,
        link.as_ref().map(button).unwrap_or_default(),
        about(facts),
        list(goods, sums),
        closing.as_deref().map(paragraph).unwrap_or_default(),
    ]
    .concat();
    let (subject, shop) = (escaped(subject), escaped(shop));
    let preview: String = letter.short().chars().take(PREVIEW).collect();
    let preview = escaped(&preview);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{subject}</title>\n</head>\n\
         <body style=\"margin:0;padding:0\">\n\
         <div aria-hidden=\"true\" style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">\
         {preview}</div>\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n\
         <tr><td align=\"center\" style=\"padding:32px 20px\">\n\
         <!--[if mso]><table role=\"presentation\" width=\"600\"><tr><td><![endif]-->\n\
         <div role=\"main\" style=\"max-width:600px;margin:0 auto;text-align:left;{FONT};{WRAP}\">\n\
         <p dir=\"auto\" style=\"margin:0 0 24px;{SMALL};font-weight:600\">{shop}</p>\n\
         <h1 dir=\"auto\" style=\"margin:0 0 20px;font-size:24px;line-height:32px;font-weight:600\">\
         {subject}</h1>\n\
         {content}\
         <p dir=\"auto\" style=\"margin:32px 0 0;padding-top:16px;{RULE};{SMALL}\">\
         <span style=\"{FAINT}\">{shop}</span></p>\n\
         </div>\n\
         <!--[if mso]></td></tr></table><![endif]-->\n\
         </td></tr>\n</table>\n</body>\n</html>\n"
    )
}

fn paragraph(text: &str) -> String {
    let text = escaped(text);
    format!("<p dir=\"auto\" style=\"{PARAGRAPH}\">{text}</p>\n")
}

/// A button, and the same in words for where buttons do not work.
fn button(link: &Link) -> String {
    let Link { label, url, token } = link;
    let url = escaped(url);
    let token = token.as_ref().map(|token| {
        let token = escaped(token);
        format!(
            "<p style=\"margin:0 0 16px;{SMALL}\">Where a page or program asks for a token: \
             <code style=\"font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px\">\
             {token}</code></p>\n"
        )
    });
    let token = token.unwrap_or_default();
    format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"margin:8px 0 20px\">\n<tr><td bgcolor=\"{BUTTON}\" \
         style=\"border-radius:6px;background-color:{BUTTON}\"><a href=\"{url}\" \
         style=\"display:inline-block;padding:12px 24px;border-radius:6px;background-color:{BUTTON};\
         color:#ffffff;font-size:16px;line-height:24px;font-weight:600;text-decoration:none\">\
         {label}</a></td></tr>\n</table>\n\
         <p style=\"margin:0 0 16px;{SMALL}\">Or open this address: \
         <a href=\"{url}\">{url}</a></p>\n{token}"
    )
}

/// Names and values, each pair on a line of its own.
fn about(facts: &[(&'static str, String)]) -> String {
    let line = |(name, value): &(&str, String)| {
        let value = escaped(value);
        format!("<strong style=\"font-weight:600\">{name}:</strong> <bdi>{value}</bdi>")
    };
    if facts.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = facts.iter().map(line).collect();
    let lines = lines.join("<br>\n");
    format!("<p style=\"{PARAGRAPH}\">{lines}</p>\n")
}

/// What the letter is about, a row for each, and what it comes to.
fn list(goods: &[Goods], sums: &[(&'static str, String)]) -> String {
    if goods.is_empty() {
        return about(sums);
    }
    let priced = goods.iter().any(|goods| goods.total.is_some()) || !sums.is_empty();
    let mut heads = head("left", "Item");
    if priced {
        heads.push_str(&head("right", "Total"));
    }
    let rows: String = goods.iter().map(|goods| row(goods, priced)).collect();
    let sums: String = sums.iter().map(sum).collect();
    format!(
        "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"width:100%;margin:8px 0 20px;border-collapse:collapse\">\n\
         <tr>{heads}</tr>\n{rows}{sums}</table>\n"
    )
}

fn head(align: &str, text: &str) -> String {
    format!(
        "<th scope=\"col\" align=\"{align}\" style=\"padding:8px 0;text-align:{align};{SMALL};\
         font-weight:600\">{text}</th>"
    )
}

fn row(goods: &Goods, priced: bool) -> String {
    let Goods {
        name,
        details,
        quantity,
        total,
    } = goods;
    let (name, details) = (escaped(name), escaped(details));
    let total = match (priced, total) {
        (true, total) => amount(total.as_deref().unwrap_or_default(), "400"),
        (false, _) => String::new(),
    };
    format!(
        "<tr><td style=\"padding:10px 0;{RULE};font-size:16px;line-height:24px;vertical-align:top\">\
         <div dir=\"auto\">{quantity} × {name}</div>\
         <div dir=\"auto\" style=\"{SMALL};{FAINT}\">{details}</div></td>{total}</tr>\n"
    )
}

fn amount(text: &str, weight: &str) -> String {
    let text = escaped(text);
    format!(
        "<td align=\"right\" style=\"padding:10px 0 10px 12px;{RULE};font-size:16px;line-height:24px;\
         font-weight:{weight};text-align:right;vertical-align:top;white-space:nowrap\">{text}</td>"
    )
}

fn sum((name, value): &(&'static str, String)) -> String {
    // What everything comes to stands out.
    let weight = if *name == "Total" { "600" } else { "400" };
    let value = amount(value, weight);
    format!(
        "<tr><th scope=\"row\" align=\"left\" style=\"padding:10px 0;{RULE};\
         font-size:16px;line-height:24px;font-weight:{weight};text-align:left\">{name}</th>{value}</tr>\n"
    )
}

/// Text as it may stand between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut html, letter| {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
        html
    })
}
