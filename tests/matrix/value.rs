//! The values that are put at a place: each type, and the neighbours of what a predicate compares with.

use palisade::ir::{Count, Literal, Predicate, Reading};
use serde_json::{Value, json};

/// One value of each type, with the empty ones.
pub fn of_each_type() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!(false),
        json!(true),
        json!(0),
        json!(1),
        json!(1.5),
        json!([null]),
        json!(["x"]),
        json!([{}]),
        json!([["x"]]),
        json!({"x": "y"}),
        json!({"x": {}}),
    ]
}

/// What a reading accepts and what it only just refuses.
pub fn of_reading(reading: Reading) -> Vec<Value> {
    let texts: &[&str] = match reading {
        Reading::Raw => &["a \"quoted\" \\ text\n\tof {{ two }} $(lines) `é…`", "%v", "\u{202e}x\u{0}"],
        Reading::Quantity => &[
            "0", "1", "1.5Gi", "1000m", "1e3", "1E3", "1024Ki", "-1", "+1", "1n", "1u", "1GI", ".5", "1.",
            "1e",
        ],
        Reading::Duration => {
            &["0s", "1h", "60m", "3600s", "1h1s", "1s1h", "1h1h", "1d", "1.5h", "-1h", "1ms", "Never", "1h\n"]
        }
        Reading::Integer => &["0", "-1", "+1", "1.0", "0001", "999999999999999", "1000000000000000", "1 "],
        Reading::HostPath => &[
            "/",
            "//",
            "/x",
            "/var/run",
            "/var/run/",
            "/var//run/x",
            "/run/./x",
            "/run/../x",
            "..",
            "x",
            "./x",
            "/var/runx",
            "/a/..",
            "/...",
        ],
        Reading::Image => &[
            "nginx",
            "nginx:1",
            "docker.io/nginx",
            "index.docker.io/nginx",
            "docker.io/library/nginx@sha256:00",
            "localhost/x",
            "localhost:5000/x:1",
            "a.b/c",
            "a/b/c",
            "A/b",
            "/x",
            "x y",
            "-x",
            "x@",
            "http://x/y",
            "x:1/y",
            "docker.io/library/../x",
            "docker.io//x",
            "x:1:2",
            "x@sha256:1:2",
            "x_y__z--a/b",
        ],
    };
    let numbers = match reading {
        Reading::Quantity | Reading::Integer | Reading::Duration => {
            vec![
                json!(5),
                json!(-5),
                json!(5.0),
                json!(9_007_199_254_740_991_i64),
                json!(9_007_199_254_740_992_i64),
            ]
        }
        Reading::Raw | Reading::HostPath | Reading::Image => Vec::new(),
    };
    texts.iter().map(|text| json!(text)).chain(numbers).collect()
}

/// A literal as a value, and what lies beside it.
pub fn around(literal: &Literal) -> Vec<Value> {
    match literal {
        Literal::Boolean(value) => vec![json!(value), json!(!value), json!(value.to_string())],
        Literal::Integer(value) => {
            let (below, above) = (value.saturating_sub(1), value.saturating_add(1));
            vec![json!(value), json!(below), json!(above), json!(value.to_string()), json!(below.to_string())]
        }
        Literal::Text(text) => beside(text),
        Literal::Quantity(text) => [text.clone(), format!("{text}i"), format!("1{text}"), format!("0{text}")]
            .map(Value::from)
            .to_vec(),
        Literal::Duration(text) => {
            [text.clone(), format!("{text}1s"), format!("1{text}"), "1s".to_owned()].map(Value::from).to_vec()
        }
        Literal::HostPath(text) => {
            let plain = text.trim_end_matches('/');
            let parent = plain.rsplit_once('/').map_or("/", |(parent, _)| parent);
            let mut values = beside(plain);
            values.extend(
                [
                    text.as_str(),
                    parent,
                    &format!("{plain}/below"),
                    &format!("/{plain}/./"),
                    &plain.replace("/run/", "/var/run/"),
                ]
                .map(Value::from),
            );
            values
        }
        Literal::Image(pattern) => {
            let prefix = instance(pattern);
            let plain = prefix.trim_end_matches('/');
            let mut values = beside(plain);
            values.extend(
                [
                    format!("{plain}/app:1"),
                    format!("{plain}x/app"),
                    format!("{plain}/a/b@sha256:00"),
                    format!("x.{plain}/app"),
                ]
                .map(Value::from),
            );
            values.extend(plain.strip_prefix("docker.io/").map(|short| json!(format!("{short}/app"))));
            values
        }
        Literal::Pattern(pattern) => beside(&instance(pattern)),
    }
}

/// Lists, maps and texts at the edges of what a predicate says of their items.
pub fn of_length(predicate: &Predicate) -> Vec<Value> {
    match predicate {
        Predicate::HasAtLeast(Count::Literal(least)) => {
            let lengths = [least.saturating_sub(1), *least, least.saturating_add(1)];
            lengths.into_iter().filter(|length| (0..100).contains(length)).flat_map(of_so_many).collect()
        }
        Predicate::Distinct => vec![
            json!(["x", "X", "x "]),
            json!(["x", "y", "x"]),
            json!([1, "1", true, "true"]),
            json!([1, 2, 1.0]),
            json!([false, false]),
            json!(["x", null]),
            json!(["x", ["x"]]),
            json!(["x", {}]),
            json!([1, 1.5]),
            json!([9_007_199_254_740_992_i64, 1]),
            json!([9_007_199_254_740_991_i64, 9_007_199_254_740_990_i64]),
        ],
        Predicate::HasAtLeast(Count::Parameter(_))
        | Predicate::Set
        | Predicate::Empty
        | Predicate::Is { .. }
        | Predicate::In { .. }
        | Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::PrefixOf(_)
        | Predicate::Matches(_)
        | Predicate::Within(_)
        | Predicate::Covers(_)
        | Predicate::AtLeast(_)
        | Predicate::AtMost(_)
        | Predicate::ContainsAny(_)
        | Predicate::ContainsAll(_)
        | Predicate::SubsetOf(_) => Vec::new(),
    }
}

/// A list, a map and a text of this length.
fn of_so_many(length: i64) -> [Value; 3] {
    let names = || (0..length).map(|number| format!("x{number}"));
    [
        names().collect(),
        Value::Object(names().map(|name| (name, json!(1))).collect()),
        names().map(|_| 'é').collect::<String>().into(),
    ]
}

/// A text, and texts that a careless comparison takes for it.
fn beside(text: &str) -> Vec<Value> {
    let mut texts = vec![
        text.to_owned(),
        format!("{text}x"),
        format!("x{text}"),
        format!("{text}/x"),
        format!("{text}\n"),
        format!(" {text}"),
        text.to_uppercase(),
        text.to_lowercase(),
    ];
    texts.extend(text.char_indices().last().map(|(end, _)| text[..end].to_owned()));
    let mut values: Vec<Value> = Vec::new();
    for value in texts.into_iter().map(Value::from).chain([json!([text]), json!({text: text})]) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// A text that an expression of the simple kind matches: a class becomes the first of its characters; what is negated, and `.*`, an `x`.
pub fn instance(pattern: &str) -> String {
    let mut rest =
        pattern.trim_start_matches('^').trim_start_matches("(?:").trim_end_matches('$').trim_end_matches(')');
    let mut text = String::new();
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '\\' => text.extend(rest.chars().next().filter(|escaped| !escaped.is_ascii_alphanumeric())),
            '[' => {
                text.push(rest.chars().next().filter(|first| *first != '^').unwrap_or('x'));
                rest = rest.split_once(']').map_or("", |(_, behind)| behind);
                continue;
            }
            '.' => text.push('x'),
            '*' | '+' | '(' | ')' | '?' => {}
            other => text.push(other),
        }
        if character == '\\' {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    text
}
