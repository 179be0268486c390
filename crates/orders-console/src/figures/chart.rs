//! A chart of bars, as the template `chart.html` draws it in SVG: colours and letters are the style sheet's.

use std::fmt::Write;

use super::scale::Scale;

/// How many bars a chart has at most: those behind are not drawn.
pub const MOST_BARS: usize = 366;

/// How wide a chart is, in hundredths of its unit, as all lengths here.
const WIDTH: i128 = 40_000;
/// The line on which bars stand.
const BASE: i128 = 14_800;
/// How high the highest bar may be.
const HIGH: i128 = 13_800;
/// How wide a letter is at most.
const LETTER: i128 = 640;
/// How wide a bar is at most.
const WIDEST: i128 = 4_000;

/// A bar: what it stands for, and how much that is; nothing if that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it stands for: a day, a status, a product.
    pub name: String,
    /// How much.
    pub value: Option<i64>,
}

/// A line of the axis.
pub struct Line {
    /// How high it is.
    pub y: String,
    /// Its value.
    pub text: String,
}

/// A name below the bars.
pub struct Name {
    /// Where.
    pub x: String,
    /// Which side of it is there: `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// The name.
    pub text: String,
}

/// A chart.
pub struct Chart {
    /// How its parts are called in the page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What is to be seen on it.
    pub description: String,
    /// The lines, from 0 up.
    pub lines: Vec<Line>,
    /// Where the bars begin.
    pub left: String,
    /// The names below them.
    pub names: Vec<Name>,
    /// The bars, as one path.
    pub path: String,
}

impl Chart {
    /// A chart of these bars.
    pub fn new(id: String, title: String, bars: &[Bar], scale: Scale) -> Self {
        let bars = bars.get(..MOST_BARS).unwrap_or(bars);
        let largest = bars.iter().filter_map(|bar| bar.value).max().unwrap_or_default();
        let lines = scale.lines(largest);
        let top = lines.last().copied().unwrap_or(1).max(1);
        let text = |line: i128| scale.written(i64::try_from(line).unwrap_or(i64::MAX));
        let longest = lines.iter().map(|line| length(&text(*line))).max().unwrap_or_default();
        let left = longest * LETTER + 600;
        let line = |line: &i128| Line { y: at(BASE - line * HIGH / top), text: text(*line) };
        Self {
            description: described(bars, scale),
            lines: lines.iter().map(line).collect(),
            left: at(left),
            names: names(bars, left),
            path: path(bars, left, top),
            id,
            title,
        }
    }
}

/// What is to be seen, in words.
fn described(bars: &[Bar], scale: Scale) -> String {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return "There is nothing to show.".to_owned();
    };
    let known = bars.iter().filter_map(|bar| bar.value.map(|value| (value, &bar.name)));
    // Of several the first.
    let largest = known.rev().max_by_key(|(value, _)| *value);
    let range = if bars.len() == 1 { first.name.clone() } else { format!("{} to {}", first.name, last.name) };
    match largest {
        None => format!("{range}: nothing is known."),
        Some((0, _)) => format!("{range}: all are 0."),
        Some((value, name)) => format!("{range}; the largest is {}, {name}.", scale.written(value)),
    }
}

/// Where a bar's place begins.
fn slot(index: usize, count: usize, left: i128) -> i128 {
    let (index, count) = (whole(index), whole(count).max(1));
    left + index * (WIDTH - left) / count
}

/// The names that have room: all of them, or those of the first, the middle and the last bar.
fn names(bars: &[Bar], left: i128) -> Vec<Name> {
    let count = bars.len();
    let longest = bars.iter().map(|bar| length(&bar.name)).max().unwrap_or_default();
    let has_room = (longest + 1) * LETTER * whole(count) <= WIDTH - left;
    let name = |(index, bar): (usize, &Bar)| {
        let (begin, end) = (slot(index, count, left), slot(index + 1, count, left));
        let (anchor, x) = if has_room || index == count / 2 {
            ("middle", i128::midpoint(begin, end))
        } else if index == 0 {
            ("start", begin)
        } else {
            ("end", end)
        };
        Name { x: at(x), anchor, text: bar.name.clone() }
    };
    let is_named = |index: usize| has_room || index == 0 || index + 1 == count || index == count / 2;
    bars.iter().enumerate().filter(|(index, _)| is_named(*index)).map(name).collect()
}

/// The bars as a path. One that is not 0 is to be seen, however small it is.
fn path(bars: &[Bar], left: i128, top: i128) -> String {
    let mut path = String::new();
    for (index, bar) in bars.iter().enumerate() {
        let value = i128::from(bar.value.unwrap_or_default().max(0));
        if value == 0 {
            continue;
        }
        let (begin, end) = (slot(index, bars.len(), left), slot(index + 1, bars.len(), left));
        let room = end - begin;
        let wide = if room < 300 { room } else { (room * 4 / 5).min(WIDEST) };
        let high = (value * HIGH / top).max(100);
        let x = begin + (room - wide) / 2;
        // Writing into a text does not fail.
        let _ = write!(path, "M{} {}h{}v-{}h-{}z", at(x), at(BASE), at(wide), at(high), at(wide));
    }
    path
}

/// A length in units.
fn at(hundredths: i128) -> String {
    match hundredths % 100 {
        0 => (hundredths / 100).to_string(),
        rest => format!("{}.{rest:02}", hundredths / 100),
    }
}

fn length(text: &str) -> i128 {
    whole(text.chars().count())
}

fn whole(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use orders_domain::Currency;

    use super::*;

    fn chart(values: &[Option<i64>], scale: Scale) -> Chart {
        let bar = |(index, value): (usize, &Option<i64>)| Bar { name: format!("d{index}"), value: *value };
        let bars: Vec<_> = values.iter().enumerate().map(bar).collect();
        Chart::new("c".to_owned(), "Orders".to_owned(), &bars, scale)
    }

    #[test]
    fn a_bar_is_as_high_as_its_value_is_of_the_axis() {
        let drawn = chart(&[Some(2), Some(0), Some(4), None], Scale::Count);
        let lines: Vec<_> = drawn.lines.iter().map(|line| (&*line.y, &*line.text)).collect();
        assert_eq!(lines, [("148", "0"), ("113.50", "1"), ("79", "2"), ("44.50", "3"), ("10", "4")]);
        assert_eq!(drawn.path.matches('M').count(), 2, "{}", drawn.path);
        assert!(drawn.path.contains("v-69h") && drawn.path.contains("v-138h"), "{}", drawn.path);
        assert_eq!(drawn.description, "d0 to d3; the largest is 4, d2.");
        assert_eq!(drawn.names.len(), 4);
    }

    #[test]
    fn nothing_and_zeros_are_drawn_without_bars() {
        for (values, said) in [
            (&[][..], "There is nothing to show."),
            (&[Some(0), Some(0)], "d0 to d1: all are 0."),
            (&[None], "d0: nothing is known."),
        ] {
            let drawn = chart(values, Scale::Count);
            assert_eq!((&*drawn.path, &*drawn.description), ("", said));
            assert_eq!(drawn.lines.last().map(|line| &*line.text), Some("1"));
        }
    }

    #[test]
    fn one_point_is_one_bar_of_a_bounded_width_in_the_middle() {
        let drawn = chart(&[Some(3)], Scale::Count);
        assert_eq!(drawn.path, "M186.20 148h40v-138h-40z");
        assert_eq!((drawn.names[0].anchor, &*drawn.names[0].x), ("middle", "206.20"));
        assert_eq!(drawn.description, "d0; the largest is 3, d0.");
    }

    #[test]
    fn the_largest_amounts_and_most_bars_stay_within_the_chart() {
        let drawn = chart(&vec![Some(i64::MAX); 1_000], Scale::Amount(Currency::USD));
        assert_eq!(drawn.path.matches('M').count(), MOST_BARS);
        let names: Vec<_> = drawn.names.iter().map(|name| (name.anchor, &*name.text)).collect();
        assert_eq!(names, [("start", "d0"), ("middle", "d183"), ("end", "d365")]);
        assert_eq!(drawn.names[2].x, "400");
        // A small one beside it is still seen.
        let drawn = chart(&[Some(i64::MAX), Some(1)], Scale::Count);
        assert!(drawn.path.contains("v-1h"), "{}", drawn.path);
        assert_eq!(drawn.description, "d0 to d1; the largest is 9223372036854775807, d0.");
    }
}
