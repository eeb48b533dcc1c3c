//! As much of a shell as the guides use, so that they can be followed on a machine that has nothing
//! but Rust: variables, quotes, pipes, `$(...)`, and the four commands curl, sed, printf and sleep.
//! What it does not know it refuses, rather than guess.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::shop::Shop;

/// Where the guides have the store.
const ADDRESS: &str = "http://127.0.0.1:9000";

/// A piece of a word.
#[derive(Debug)]
enum Part {
    Text(String),
    Variable(String),
    Output(Vec<Command>),
}

type Word = Vec<Part>;
type Command = Vec<Word>;

#[derive(Debug)]
enum Statement {
    Assign(String, Word),
    Run(Vec<Command>),
}

/// A shell at work in a shop.
pub(crate) struct Shell<'a> {
    shop: &'a Shop,
    variables: BTreeMap<String, String>,
    expected: Option<u16>,
    requests: usize,
}

impl<'a> Shell<'a> {
    pub(crate) fn new(shop: &'a Shop) -> Self {
        Self {
            shop,
            variables: BTreeMap::new(),
            expected: None,
            requests: 0,
        }
    }

    /// How many requests were sent.
    pub(crate) fn requests(&self) -> usize {
        self.requests
    }

    /// Carries out a script, each of whose requests must succeed, or get the status that is expected.
    pub(crate) async fn run(&mut self, script: &str, expected: Option<u16>) {
        self.expected = expected;
        for statement in Reader::of(script).statements() {
            match statement {
                Statement::Run(pipeline) => {
                    self.pipeline(&pipeline).await;
                }
                Statement::Assign(name, word) => {
                    let value = self.word(&word).await;
                    assert!(!value.is_empty(), "{name} would be empty:\n{script}");
                    self.variables.insert(name, value);
                }
            }
        }
    }

    fn word<'b>(&'b mut self, word: &'b Word) -> LocalBoxFuture<'b, String> {
        async move {
            let mut text = String::new();
            for part in word {
                match part {
                    Part::Text(part) => text.push_str(part),
                    Part::Variable(name) => {
                        let value = self.variables.get(name);
                        text.push_str(value.unwrap_or_else(|| panic!("${name} is not set")));
                    }
                    Part::Output(pipeline) => {
                        let output = self.pipeline(pipeline).await;
                        text.push_str(output.trim_end_matches('\n'));
                    }
                }
            }
            text
        }
        .boxed_local()
    }

    async fn pipeline(&mut self, pipeline: &[Command]) -> String {
        let mut passed_on = String::new();
        for command in pipeline {
            let mut words = Vec::new();
            for word in command {
                words.push(self.word(word).await);
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            passed_on = match words.as_slice() {
                ["curl", arguments @ ..] => self.curl(arguments).await,
                ["sed", "-n", program] => sed(program, &passed_on),
                ["printf", "%s", text] => (*text).to_owned(),
                ["printf", "%s\\n", text] => format!("{text}\n"),
                ["sleep", seconds] => {
                    self.shop.wait(seconds.parse().expect("seconds")).await;
                    String::new()
                }
                other => panic!("the guides' shell does not know {other:?}"),
            };
        }
        passed_on
    }

    async fn curl(&mut self, arguments: &[&str]) -> String {
        let mut method = None;
        let mut url = None;
        let mut headers: Vec<(&str, &str)> = Vec::new();
        let mut body = None;
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || *rest.next().expect("the option's value");
            match *argument {
                "-s" => {}
                "-X" => method = Some(value()),
                "-H" => headers.push(value().split_once(": ").expect("a header")),
                "-d" => body = Some(value()),
                option if option.starts_with('-') => {
                    panic!("the guides' curl does not know {option}")
                }
                address => url = Some(address),
            }
        }
        let url = url.expect("an address");
        let path = url.strip_prefix(ADDRESS);
        let path = path.unwrap_or_else(|| panic!("{url} is not the store's"));
        let is_typed = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if body.is_some() && !is_typed {
            // What curl says of a body by itself.
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        let method = method.unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let mut ask = self.shop.anybody().ask(method, path);
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        let answer = ask.body(body.unwrap_or_default().as_bytes()).send().await;
        self.requests += 1;
        let text = String::from_utf8(answer.body).expect("UTF-8");
        let is_right = match self.expected {
            Some(status) => answer.status == status,
            None => (200..300).contains(&answer.status),
        };
        assert!(is_right, "{method} {url}: {} {text}", answer.status);
        text
    }
}

/// Carries out a program of the form `s/.*BEFORE\([SET]*\)AFTER.*/\1/p`: of each line that has it,
/// what stands after the last BEFORE for as long as its letters are of the SET.
fn sed(program: &str, input: &str) -> String {
    let inside = program
        .strip_prefix("s/.*")
        .and_then(|rest| rest.strip_suffix(".*/\\1/p"))
        .and_then(|rest| rest.split_once("\\(["))
        .and_then(|(before, rest)| Some((before, rest.split_once("]*\\)")?)));
    let (before, (set, after)) =
        inside.unwrap_or_else(|| panic!("the guides' sed does not know {program}"));
    let has_special = before.contains(['\\', '.', '*', '[', '^', '$', '/']);
    assert!(
        !has_special,
        "the guides' sed takes {before:?} to the letter"
    );
    let belongs = |letter: char| match set {
        "^\"" => letter != '"',
        "A-Za-z0-9._-" => letter.is_ascii_alphanumeric() || "._-".contains(letter),
        other => panic!("the guides' sed does not know [{other}]"),
    };
    let mut output = String::new();
    for line in input.lines() {
        let Some((_, rest)) = line.rsplit_once(before) else {
            continue;
        };
        let end = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        let (found, rest) = rest.split_at(end);
        if rest.starts_with(after) {
            output.push_str(found);
            output.push('\n');
        }
    }
    output
}

/// Reads a script into statements.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl<'a> Reader<'a> {
    fn of(script: &'a str) -> Self {
        Self {
            rest: script.chars().peekable(),
        }
    }

    fn statements(mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        while self.rest.peek().is_some() {
            let mut pipeline = self.commands(None);
            let assigned = match pipeline.as_mut_slice() {
                [command] if command.len() == 1 => assigned(&mut command[0]),
                _ => None,
            };
            match assigned {
                Some((name, value)) => statements.push(Statement::Assign(name, value)),
                None if pipeline.is_empty() => {}
                None => statements.push(Statement::Run(pipeline)),
            }
        }
        statements
    }

    /// The commands up to the end of the line, or up to `end`, which is taken away.
    fn commands(&mut self, end: Option<char>) -> Vec<Command> {
        let mut commands = Vec::new();
        let mut command: Command = Vec::new();
        loop {
            match self.rest.peek().copied() {
                Some('\n') if end.is_some() => {
                    panic!("a line ends within $(...)");
                }
                None | Some('\n') => {
                    self.rest.next();
                    break;
                }
                Some(letter) if end == Some(letter) => {
                    self.rest.next();
                    break;
                }
                Some('|') => {
                    self.rest.next();
                    commands.push(std::mem::take(&mut command));
                }
                Some(' ') => {
                    self.rest.next();
                }
                Some(_) => {
                    let word = self.word(end);
                    if !word.is_empty() {
                        command.push(word);
                    }
                }
            }
        }
        if !command.is_empty() {
            commands.push(command);
        }
        commands
    }

    fn word(&mut self, end: Option<char>) -> Word {
        let mut word = Word::new();
        while let Some(letter) = self.rest.peek().copied() {
            if " \n|".contains(letter) || end == Some(letter) {
                break;
            }
            self.rest.next();
            match letter {
                '\'' => {
                    let text: String = self.rest.by_ref().take_while(|one| *one != '\'').collect();
                    say(&mut word, &text);
                }
                '"' => self.quoted(&mut word),
                '$' => word.push(self.expansion()),
                // A line that goes on in the next one.
                '\\' if self.rest.peek() == Some(&'\n') => {
                    self.rest.next();
                }
                ';' | '&' | '<' | '>' | '`' | '#' | '\\' => {
                    panic!("the guides' shell does not know {letter}")
                }
                plain => say(&mut word, plain.encode_utf8(&mut [0; 4])),
            }
        }
        word
    }

    fn quoted(&mut self, word: &mut Word) {
        say(word, "");
        while let Some(letter) = self.rest.next() {
            let meant = match letter {
                '"' => return,
                '$' => {
                    word.push(self.expansion());
                    continue;
                }
                // Elsewhere a backslash between these quotes stands for itself.
                '\\' => self.rest.next_if(|next| "\"$\\`".contains(*next)),
                _ => None,
            };
            say(word, meant.unwrap_or(letter).encode_utf8(&mut [0; 4]));
        }
        panic!("a quote is not closed");
    }

    fn expansion(&mut self) -> Part {
        if self.rest.peek() == Some(&'(') {
            self.rest.next();
            return Part::Output(self.commands(Some(')')));
        }
        let mut name = String::new();
        while let Some(letter) = self.rest.peek().copied() {
            if !letter.is_ascii_alphanumeric() && letter != '_' {
                break;
            }
            name.push(letter);
            self.rest.next();
        }
        assert!(!name.is_empty(), "a lone dollar");
        Part::Variable(name)
    }
}

/// Adds text to a word.
fn say(word: &mut Word, text: &str) {
    match word.last_mut() {
        Some(Part::Text(before)) => before.push_str(text),
        _ => word.push(Part::Text(text.to_owned())),
    }
}

/// Takes an assignment's name and value out of a word, if it is one.
fn assigned(word: &mut Word) -> Option<(String, Word)> {
    let Some(Part::Text(text)) = word.first_mut() else {
        return None;
    };
    let (name, begin) = text.split_once('=')?;
    if name.is_empty() || !name.chars().all(|one| one.is_ascii_alphabetic()) {
        return None;
    }
    let name = name.to_owned();
    *text = begin.to_owned();
    Some((name, std::mem::take(word)))
}

#[cfg(test)]
mod tests {
    use super::sed;

    #[test]
    fn sed_takes_the_last_one() {
        let program = r#"s/.*"id":"\([^"]*\)".*/\1/p"#;
        assert_eq!(sed(program, r#"{"id":"a","b":{"id":"c"}}"#), "c\n");
        assert_eq!(sed(program, "nothing\n"), "");
    }
}
