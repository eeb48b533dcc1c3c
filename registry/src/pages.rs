//! The pages of the documentation: the reference, and a page for each guide, made of its Markdown.
//!
//! They are made here and not where they are served, so that a Lambda function neither carries nor
//! starts a renderer for text that only changes with the code.

use std::collections::BTreeSet;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Where the pages' parts are, and where the finished pages go.
const ASSETS: &str = "functions/platform/assets/docs";

/// How many columns a table may have to fit beside the text.
const MOST_NARROW_COLUMNS: usize = 4;

/// A guide that is served as a page.
struct Guide {
    /// The last part of its address, and the page's name.
    name: &'static str,
    /// What links to it say.
    title: &'static str,
    /// One sentence for search engines.
    description: &'static str,
    /// Its Markdown.
    source: &'static str,
}

/// Every guide that is served, in the order of the page's head.
static GUIDES: [Guide; 7] = [
    Guide {
        name: "getting-started",
        title: "Getting started",
        description: "From nothing to a paid order in five minutes.",
        source: "docs/getting-started.md",
    },
    Guide {
        name: "authentication",
        title: "Authentication",
        description: "Sessions, tokens, roles and keys.",
        source: "docs/authentication.md",
    },
    Guide {
        name: "errors",
        title: "Errors",
        description: "Every error code, what it means and what to do about it.",
        source: "docs/errors.md",
    },
    Guide {
        name: "payments-testing",
        title: "Testing payments",
        description: "Payment methods that succeed, decline and fail on purpose.",
        source: "docs/payments-testing.md",
    },
    Guide {
        name: "pricing",
        title: "Pricing",
        description: "Taxes, shipping, promotions and coupons, and how they act together.",
        source: "docs/pricing.md",
    },
    Guide {
        name: "carts",
        title: "Carts",
        description: "From the first item to the order, alone or signed in, whatever changes meanwhile.",
        source: "docs/carts.md",
    },
    Guide {
        name: "changelog",
        title: "Changelog",
        description: "What changes for those who use the API.",
        source: "CHANGELOG.md",
    },
];

/// Every page with its path below the repository's root. `present` gives a file as it stands.
///
/// # Errors
/// The path of a page that cannot be made, and why.
pub fn pages(
    present: impl Fn(&str) -> String,
) -> Result<Vec<(String, String)>, (&'static str, String)> {
    let frame = present(&format!("{ASSETS}/frame.html"));
    let reference = Page {
        name: "docs",
        title: "Souk API",
        description: "Every route of the Souk API, to read and to try out.",
        script: "docs.js",
        content: &present(&format!("{ASSETS}/reference.html")),
    };
    let mut pages = vec![reference.written(&frame)];
    for guide in &GUIDES {
        let content = article(&present(guide.source)).map_err(|why| (guide.source, why))?;
        let page = Page {
            name: guide.name,
            title: &format!("{}: Souk API", guide.title),
            description: guide.description,
            script: "guide.js",
            content: &content,
        };
        pages.push(page.written(&frame));
    }
    Ok(pages)
}

struct Page<'a> {
    name: &'a str,
    title: &'a str,
    description: &'a str,
    script: &'a str,
    content: &'a str,
}

impl Page<'_> {
    /// The finished page and its path.
    fn written(&self, frame: &str) -> (String, String) {
        let page = frame
            .replace("{title}", self.title)
            .replace("{description}", self.description)
            .replace("{script}", self.script)
            .replace("{links}", &links(self.name))
            // Last, so that nothing in the content is taken for a place to fill.
            .replace("{content}", self.content.trim_end());
        (format!("{ASSETS}/pages/{}.html", self.name), page)
    }
}

/// The links in the head of a page, with the page itself marked.
fn links(current: &str) -> String {
    let link = |name: &str, address: &str, title: &str| {
        let mark = if name == current {
            " aria-current=\"page\""
        } else {
            ""
        };
        format!("<a href=\"{address}\"{mark}>{title}</a>")
    };
    let mut links = vec![link("docs", "/docs", "Reference")];
    for guide in &GUIDES {
        let address = format!("/docs/{}", guide.name);
        links.push(link(guide.name, &address, guide.title));
    }
    links.join("\n")
}

/// A guide's Markdown as the main part of its page.
fn article(markdown: &str) -> Result<String, String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut taken = BTreeSet::new();
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut parser = Parser::new_ext(markdown, options);
    let mut columns: Vec<String> = Vec::new();
    let mut cell = 0;
    while let Some(event) = parser.next() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let inside: Vec<Event<'_>> = parser
                    .by_ref()
                    .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
                    .collect();
                let id = anchor(&text(&inside), &mut taken);
                let open = format!("<{level} id=\"{id}\"><a class=\"anchor\" href=\"#{id}\">");
                events.push(Event::Html(open.into()));
                events.extend(inside);
                events.push(Event::Html(format!("</a></{level}>\n").into()));
            }
            // Written here, so that each cell can name its column where the screen is too narrow for
            // a table; and what is too wide scrolls inside itself, in reach of the keyboard.
            Event::Start(Tag::Table(alignments)) => {
                columns.clear();
                events.push(html_of(if alignments.len() > MOST_NARROW_COLUMNS {
                    "<div class=\"wide broad\" tabindex=\"0\"><table>\n"
                } else {
                    "<div class=\"wide\" tabindex=\"0\"><table>\n"
                }));
            }
            Event::Start(Tag::TableHead) => {
                for event in parser.by_ref() {
                    match event {
                        Event::Start(Tag::TableCell) => columns.push(String::new()),
                        Event::Text(text) | Event::Code(text) => {
                            if let Some(column) = columns.last_mut() {
                                column.push_str(&text);
                            }
                        }
                        Event::End(TagEnd::TableHead) => break,
                        _ => {}
                    }
                }
                events.push(html_of("<thead><tr>"));
                for column in &columns {
                    events.push(html_of("<th scope=\"col\">"));
                    events.push(Event::Text(column.clone().into()));
                    events.push(html_of("</th>"));
                }
                events.push(html_of("</tr></thead><tbody>\n"));
            }
            Event::Start(Tag::TableRow) => {
                cell = 0;
                events.push(html_of("<tr>"));
            }
            Event::Start(Tag::TableCell) => {
                let column = columns.get(cell).map_or("", String::as_str);
                let column = column.replace('&', "&amp;").replace('"', "&quot;");
                cell += 1;
                events.push(Event::Html(format!("<td data-column=\"{column}\">").into()));
            }
            Event::End(TagEnd::TableCell) => events.push(html_of("</td>")),
            Event::End(TagEnd::TableRow) => events.push(html_of("</tr>\n")),
            Event::End(TagEnd::Table) => events.push(html_of("</tbody></table></div>\n")),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                events.push(html_of("<pre tabindex=\"0\"><code>"));
            }
            Event::End(TagEnd::CodeBlock) => events.push(html_of("</code></pre>\n")),
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => events.push(Event::Start(Tag::Link {
                link_type,
                dest_url: address(&dest_url)?.into(),
                title,
                id,
            })),
            other => events.push(other),
        }
    }
    let mut article = String::from("<main class=\"guide\" id=\"content\" tabindex=\"-1\">\n");
    html::push_html(&mut article, events.into_iter());
    article.push_str("</main>\n");
    Ok(article)
}

fn html_of(text: &'static str) -> Event<'static> {
    Event::Html(CowStr::Borrowed(text))
}

/// The words of a heading.
fn text(events: &[Event<'_>]) -> String {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}

/// The name by which links find a heading, as GitHub makes it, so that links hold in both places.
fn anchor(heading: &str, taken: &mut BTreeSet<String>) -> String {
    let stem: String = heading
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ => letter.is_alphanumeric().then_some(letter),
        })
        .collect();
    let numbered = (1..).map(|number| format!("{stem}-{number}"));
    let mut names = std::iter::once(stem.clone()).chain(numbered);
    let free = names.find(|name| taken.insert(name.clone()));
    free.unwrap_or(stem)
}

/// Where a link of the Markdown leads on the served page. A guide may only point at what a reader of
/// the page can reach too.
fn address(link: &str) -> Result<String, String> {
    if let Some(served) = link.strip_prefix("http://127.0.0.1:9000/docs") {
        return Ok(format!("/docs{served}"));
    }
    if link.starts_with('#') || link.starts_with("https://") || link.starts_with("http://127.0.0.1")
    {
        return Ok(link.to_owned());
    }
    let (path, fragment) = match link.split_once('#') {
        Some((path, fragment)) => (path, format!("#{fragment}")),
        None => (link, String::new()),
    };
    let sought = path.trim_start_matches("../");
    if sought == "openapi.json" {
        return Ok(format!("/openapi.json{fragment}"));
    }
    GUIDES
        .iter()
        .find(|guide| guide.source.trim_start_matches("docs/") == sought)
        .map(|guide| format!("/docs/{}{fragment}", guide.name))
        .ok_or_else(|| format!("{link} is no page that a reader of the API's documentation has"))
}

#[cfg(test)]
mod tests {
    use super::{address, article};

    #[test]
    fn a_guide_becomes_a_page() {
        let page = article("# A & B\n\n## Same\n\n## Same\n\n```sh\na < b\n```\n").unwrap();
        assert!(page.contains("<h1 id=\"a--b\">"), "{page}");
        assert!(page.contains("id=\"same\"") && page.contains("id=\"same-1\""));
        let table = article("| a | b |\n|---|---|\n| 1 | `2` |\n").unwrap();
        assert!(table.contains("<th scope=\"col\">b</th>"), "{table}");
        assert!(
            table.contains("<td data-column=\"b\"><code>2</code></td>"),
            "{table}"
        );
        assert!(page.contains("<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>"));
    }

    #[test]
    fn links_lead_to_what_is_served() {
        for (link, leads_to) in [
            ("errors.md", "/docs/errors"),
            ("../CHANGELOG.md", "/docs/changelog"),
            ("errors.md#catalogue", "/docs/errors#catalogue"),
            ("../openapi.json", "/openapi.json"),
            ("http://127.0.0.1:9000/docs", "/docs"),
            ("https://example.com/", "https://example.com/"),
        ] {
            assert_eq!(address(link).as_deref(), Ok(leads_to));
        }
        assert!(address("../shared/edge/src/problem.rs").is_err());
    }
}
