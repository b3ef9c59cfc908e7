//! Conditions and loops in words, as Markdown. Says what the intermediate representation says, and nothing of how an engine asks it.

use super::markdown::code;
use crate::ir::{
    Argument, Arguments, Condition, ContainerList, Count, Leaf, Literal, Loop, Operand, Path, Predicate,
    Read, Reading, Source, Value,
};

/// What must hold, as the end of a sentence or as a list below it: `introduction` comes in front.
pub(super) fn condition(introduction: &str, condition: &Condition) -> String {
    match condition {
        Condition::True | Condition::False | Condition::Leaf(_) => {
            format!("{introduction} {}.\n", inline(condition))
        }
        Condition::All(_) | Condition::Any(_) | Condition::Some { .. } | Condition::Every { .. } => {
            format!("{introduction} {}\n\n{}", heading(condition), items(condition, 0))
        }
    }
}

/// The line above a list.
fn heading(condition: &Condition) -> String {
    match condition {
        Condition::All(_) => "all of these:".to_owned(),
        Condition::Any(_) => "at least one of these:".to_owned(),
        Condition::Some { each, .. } => format!("for at least one {}:", element(each)),
        Condition::Every { each, .. } => format!("for each {}:", element(each)),
        Condition::True | Condition::False | Condition::Leaf(_) => inline(condition),
    }
}

/// The list below a heading.
fn items(condition: &Condition, depth: usize) -> String {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().map(|part| item(part, depth)).collect(),
        Condition::Some { satisfies, .. } | Condition::Every { satisfies, .. } => item(satisfies, depth),
        Condition::True | Condition::False | Condition::Leaf(_) => String::new(),
    }
}

fn item(condition: &Condition, depth: usize) -> String {
    format!("{}- {}\n{}", "  ".repeat(depth), heading(condition), items(condition, depth + 1))
}

fn inline(condition: &Condition) -> String {
    match condition {
        Condition::True => "anything".to_owned(),
        Condition::False => "nothing".to_owned(),
        Condition::Leaf(leaf) => self::leaf(leaf),
        Condition::All(_) | Condition::Any(_) | Condition::Some { .. } | Condition::Every { .. } => {
            heading(condition)
        }
    }
}

fn leaf(leaf: &Leaf) -> String {
    format!("{} {}", operand(&leaf.operand), predicate(&leaf.predicate, leaf.holds))
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Read(read) => self::read(read),
        Operand::Sum(parts) => {
            format!("the sum of {}", parts.iter().map(read).collect::<Vec<_>>().join(" and "))
        }
        Operand::Find { text, pattern } => format!("what {} matches in {}", code(pattern), self::read(text)),
        Operand::Parameter(name) => format!("the parameter {}", code(name)),
    }
}

fn read(read: &Read) -> String {
    let reading = match read.reading {
        Reading::Raw => "",
        Reading::Quantity => "the quantity ",
        Reading::Duration => "the duration ",
        Reading::Integer => "the whole number ",
        Reading::HostPath => "the host path ",
        Reading::Image => "the image ",
    };
    let paths: Vec<String> = read.from.iter().map(path).collect();
    let default = read.default.as_ref().map(|default| format!(" ({} if absent)", literal(default)));
    format!("{reading}{}{}", paths.join(", else "), default.unwrap_or_default())
}

fn path(path: &Path) -> String {
    code(&path.to_string())
}

/// What is asked of an operand, in its positive or its negative form. An absent value is named where a reader could doubt.
fn predicate(predicate: &Predicate, holds: bool) -> String {
    let said = |positive: &str, negative: &str| if holds { positive.to_owned() } else { negative.to_owned() };
    match predicate {
        Predicate::Set => said("has a value", "has no value"),
        Predicate::Empty => said("is absent or empty", "has a value that isn't empty"),
        Predicate::Is { of: _, value } => format!("{} {}", said("is", "is not"), argument(value)),
        Predicate::In { of: _, values } => {
            several(("is", "is not"), ("is one of", "is none of"), holds, values)
        }
        Predicate::StartsWith(values) => several(
            ("begins with", "doesn't begin with"),
            ("begins with one of", "begins with none of"),
            holds,
            values,
        ),
        Predicate::EndsWith(values) => several(
            ("ends with", "doesn't end with"),
            ("ends with one of", "ends with none of"),
            holds,
            values,
        ),
        Predicate::PrefixOf(values) => several(
            ("is the beginning of", "is not the beginning of"),
            ("is the beginning of one of", "is the beginning of none of"),
            holds,
            values,
        ),
        Predicate::Matches(values) => {
            several(("matches", "doesn't match"), ("matches one of", "matches none of"), holds, values)
        }
        Predicate::Within(values) => several(
            ("is, or is below,", "is neither, nor is below,"),
            ("is one of, or is below one of,", "is none of, and is below none of,"),
            holds,
            values,
        ),
        Predicate::Covers(values) => several(
            ("is, or is above,", "is neither, nor is above,"),
            ("is one of, or is above one of,", "is none of, and is above none of,"),
            holds,
            values,
        ),
        Predicate::AtLeast(value) => {
            format!("{} {}", said("is at least", "is absent or less than"), argument(value))
        }
        Predicate::AtMost(value) => {
            format!("{} {}", said("is at most", "is absent or more than"), argument(value))
        }
        Predicate::ContainsAny(values) => {
            several(("contains", "doesn't contain"), ("contains one of", "contains none of"), holds, values)
        }
        Predicate::ContainsAll(values) => several(
            ("contains", "doesn't contain"),
            ("contains all of", "doesn't contain all of"),
            holds,
            values,
        ),
        Predicate::SubsetOf(values) => several(
            ("contains nothing but", "contains something else than"),
            ("contains nothing but", "contains something else than"),
            holds,
            values,
        ),
        Predicate::HasAtLeast(count) => {
            format!("{} {}", said("has a length of at least", "is shorter than"), self::count(count))
        }
        Predicate::Distinct => said("has no item twice", "has an item twice"),
    }
}

fn count(count: &Count) -> String {
    match count {
        Count::Literal(number) => number.to_string(),
        Count::Parameter(name) => format!("the parameter {}", code(name)),
    }
}

/// A predicate with several values: other words if there is only one.
fn several(one: (&str, &str), many: (&str, &str), holds: bool, values: &Arguments) -> String {
    let chosen =
        |(positive, negative): (&str, &str)| if holds { positive.to_owned() } else { negative.to_owned() };
    match values {
        Arguments::Literals(literals) if literals.len() == 1 => {
            format!("{} {}", chosen(one), literals.iter().map(literal).collect::<String>())
        }
        Arguments::Literals(literals) => format!("{} {}", chosen(many), listed(literals)),
        Arguments::Parameters(names) => {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            let word = if names.len() == 1 { "parameter" } else { "parameters" };
            format!("{} the values of the {word} {}", chosen(many), names.join(" and "))
        }
        Arguments::Entry { parameter, key } => {
            format!("{} what the parameter {} has for {}", chosen(many), code(parameter), path(key))
        }
        Arguments::LiteralEntries { entries, key } => {
            let rows: Vec<String> =
                entries.iter().map(|(key, values)| format!("{}: {}", code(key), listed(values))).collect();
            format!("{} what stands for {} in {}", chosen(many), path(key), rows.join("; "))
        }
        Arguments::Path(list) => format!("{} {}", chosen(many), path(list)),
    }
}

fn argument(argument: &Argument) -> String {
    match argument {
        Argument::Literal(value) => literal(value),
        Argument::Parameter(name) => format!("the parameter {}", code(name)),
        Argument::Path(other) => path(other),
    }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => code(&value.to_string()),
        Literal::Integer(value) => code(&value.to_string()),
        Literal::HostPath(text) => {
            code(text.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(text))
        }
        Literal::Text(text)
        | Literal::Quantity(text)
        | Literal::Duration(text)
        | Literal::Image(text)
        | Literal::Pattern(text) => code(text),
    }
}

fn listed(literals: &[Literal]) -> String {
    literals.iter().map(literal).collect::<Vec<_>>().join(", ")
}

/// What a check looks at one by one: `each container, and in it each item of …`.
pub(super) fn loops(loops: &[Loop]) -> String {
    let one = |each: &Loop| match each.source {
        Source::Object | Source::Pod => format!("the {}", element(each)),
        Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Items(_)
        | Source::Entries(_)
        | Source::Fields(_)
        | Source::Parameter(_)
        | Source::ParameterEntries(_)
        | Source::Literals(_) => format!("each {}", element(each)),
    };
    loops.iter().map(one).collect::<Vec<_>>().join(", and in it ")
}

/// An element of a loop, with its name where a condition will use it.
fn element(each: &Loop) -> String {
    let named = |what: String| format!("{what}, called {}", code(&each.name));
    match &each.source {
        Source::Object => "object".to_owned(),
        Source::Pod => "Pod".to_owned(),
        Source::Containers(lists) => {
            let is_named_otherwise = each.name != "container";
            if is_named_otherwise { named(containers(lists)) } else { containers(lists) }
        }
        Source::SecurityContexts => "security context, the Pod's and the containers'".to_owned(),
        Source::Images => "image, of containers and of volumes".to_owned(),
        Source::Items(list) => named(format!("item of {}", path(list))),
        Source::Entries(map) => named(format!("entry of {}", path(map))),
        Source::Fields(fields) => {
            let fields: Vec<String> = fields.iter().map(path).collect();
            named(format!("of {} that has a value", fields.join(", ")))
        }
        Source::Parameter(name) => named(format!("item of the parameter {}", code(name))),
        Source::ParameterEntries(name) => named(format!("entry of the parameter {}", code(name))),
        Source::Literals(values) => {
            let values: Vec<String> = values.iter().map(constant).collect();
            named(format!("of {}", values.join(", ")))
        }
    }
}

fn containers(lists: &[ContainerList]) -> String {
    if ContainerList::ALL.iter().all(|list| lists.contains(list)) {
        return "container (init and ephemeral ones too)".to_owned();
    }
    let lists: Vec<String> = lists.iter().map(|list| code(list.name())).collect();
    format!("container of {}", lists.join(" and "))
}

fn constant(value: &Value) -> String {
    match value {
        Value::Literal(value) => literal(value),
        Value::List(_) | Value::Map(_) => code(&value.to_json().to_string()),
    }
}
