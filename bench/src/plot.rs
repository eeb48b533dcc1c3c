//! Plots as SVG: bars, one below the other, with what they stand for at their sides.

use std::fmt::Write;

/// One bar.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    /// Whether it is what others are compared with.
    pub(crate) is_floor: bool,
}

const WIDTH: f64 = 760.0;
const LABELS: f64 = 270.0;
const VALUES: f64 = 70.0;
const ROW: f64 = 20.0;
const TOP: f64 = 44.0;

/// Bars under a title, in the order they are given. Colours suit light pages and dark ones.
pub(crate) fn bars(title: &str, unit: &str, bars: &[Bar]) -> String {
    let height = bars.iter().fold(TOP + 12.0, |height, _| height + ROW);
    let longest = bars
        .iter()
        .map(|bar| bar.value)
        .fold(f64::EPSILON, f64::max);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <title>{title}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" rx=\"6\" fill=\"#fbfaf8\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"14\" font-weight=\"600\" fill=\"#24211d\">{title}, {unit}</text>\n"
    );
    let mut y = TOP;
    for bar in bars {
        let length = (WIDTH - LABELS - VALUES) * bar.value / longest;
        let colour = if bar.is_floor { "#9a948b" } else { "#b4552d" };
        let (text, value) = (y + 13.0, LABELS + length + 6.0);
        // A text that is written into memory is never refused.
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\" fill=\"#24211d\">{}</text>\
             <rect x=\"{LABELS}\" y=\"{}\" width=\"{length:.1}\" height=\"14\" rx=\"2\" fill=\"{colour}\"/>\
             <text x=\"{value:.1}\" y=\"{text}\" fill=\"#5c564e\">{}</text>",
            LABELS - 8.0,
            bar.label,
            y + 2.0,
            rounded(bar.value),
        );
        y += ROW;
    }
    svg.push_str("</svg>\n");
    svg
}

/// A figure with as many digits as say something.
pub(crate) fn rounded(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, bars, rounded};

    #[test]
    fn the_longest_bar_takes_the_whole_width() {
        let bar = |label: &str, value| Bar {
            label: label.to_owned(),
            value,
            is_floor: false,
        };
        let plot = bars("Cold start", "ms", &[bar("one", 1.0), bar("two", 2.0)]);
        assert!(plot.contains("width=\"420.0\"") && plot.contains("width=\"210.0\""));
    }

    #[test]
    fn figures_have_three_digits() {
        let figures = [0.123, 12.34, 123.4].map(rounded);
        assert_eq!(figures, ["0.12", "12.3", "123"]);
    }
}
