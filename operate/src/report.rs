//! What there is to tell: rows, as aligned text for people or as JSON for programs, and notes.

use serde_json::{Map, Value, json};

/// What there is to tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    rows: Vec<Map<String, Value>>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a row: an object, whose members are the columns.
    pub(crate) fn row(&mut self, row: &Value) {
        self.rows.extend(row.as_object().cloned());
    }

    /// Adds what is to be said besides.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Map<String, Value>] {
        &self.rows
    }

    /// What is said besides.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str)
    }

    /// The rows as a JSON array.
    #[must_use]
    pub fn json(&self) -> String {
        format!("{:#}\n", json!(self.rows))
    }

    /// All of it, for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = self.table();
        lines.extend(self.notes.iter().cloned());
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// The rows below their columns' names, each column as wide as it must be.
    fn table(&self) -> Vec<String> {
        let Some(first) = self.rows.first() else {
            return Vec::new();
        };
        let heads = first.keys().map(|key| heading(key)).collect();
        let rows = self.rows.iter().map(|row| row.values().map(cell).collect());
        let lines: Vec<Vec<String>> = std::iter::once(heads).chain(rows).collect();
        let width = |column: usize| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..first.len()).map(width).collect();
        lines.iter().map(|line| aligned(line, &widths)).collect()
    }
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let cells = line.iter().zip(widths);
    let padded: Vec<String> = cells
        .map(|(cell, width)| format!("{cell:<width$}"))
        .collect();
    padded.join("  ").trim_end().to_owned()
}

/// A column's name: `dueSince` is `DUE SINCE`.
fn heading(key: &str) -> String {
    let mut heading = String::new();
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            heading.push(' ');
        }
        heading.push(letter.to_ascii_uppercase());
    }
    heading
}

/// A value on one line. Bodies are written by anybody: nothing in them may move the terminal's cursor.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let quoted = |letter: char| {
        if letter.is_control() {
            letter.escape_default().to_string()
        } else {
            letter.to_string()
        }
    };
    text.chars().map(quoted).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Report;

    #[test]
    fn columns_are_aligned_below_their_names() {
        let mut report = Report::default();
        report.row(&json!({"id": "a", "dueSince": null, "count": 10}));
        report.row(&json!({"id": "longer", "dueSince": "now", "count": 1}));
        report.note("There are more.");
        assert_eq!(
            report.text(),
            "ID      DUE SINCE  COUNT\n\
             a       -          10\n\
             longer  now        1\n\
             There are more.\n"
        );
    }

    #[test]
    fn what_is_shown_stays_on_its_line() {
        let mut report = Report::default();
        report.row(&json!({"body": "one\ntwo\u{1b}[2J"}));
        assert_eq!(report.text(), "BODY\none\\ntwo\\u{1b}[2J\n");
    }

    #[test]
    fn programs_read_json_also_of_nothing() {
        let report = Report::default();
        assert_eq!(report.json(), "[]\n");
        assert_eq!(report.text(), "");
    }
}
