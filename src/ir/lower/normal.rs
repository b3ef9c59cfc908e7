//! Normal forms of texts: what is written once here is compared alike by every target.
//!
//! Each function gives the normal form, or the reason why there is none, in lower case: what was expected.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;
use regex_syntax::ast::{self, Ast, ClassPerlKind, ClassSetItem};

use crate::ir::condition::{DURATION_FORM, IMAGE_FORM, QUANTITY_FORM, QUANTITY_LIMIT};
use crate::ir::number::compare_quantities;

/// A form of the language, compiled once.
type Form = LazyLock<Result<Regex, regex::Error>>;

static IMAGE: Form = LazyLock::new(|| Regex::new(IMAGE_FORM));
static QUANTITY: Form = LazyLock::new(|| Regex::new(QUANTITY_FORM));
static DURATION: Form = LazyLock::new(|| Regex::new(DURATION_FORM));

/// The length that a regular expression may have, in bytes.
const PATTERN_LIMIT: usize = 1_000;

/// A host path, cleaned, with `/` at its end and `/var/run` as `/run`.
pub(super) fn host_path(text: &str) -> Result<String, String> {
    if !text.starts_with('/') {
        return Err("expected a path that begins with `/`".to_owned());
    }
    let segments: Vec<&str> =
        text.split('/').filter(|segment| !segment.is_empty() && *segment != ".").collect();
    if segments.contains(&"..") {
        return Err("expected a path without `..`".to_owned());
    }
    let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
    let path = format!("{path}/");
    Ok(match path.strip_prefix("/var/run/") {
        Some(rest) => format!("/run/{rest}"),
        None => path,
    })
}

/// A pattern for images, as a regular expression that `registry/repository/` must match from its beginning.
pub(super) fn image(text: &str) -> Result<String, String> {
    let trimmed = text.strip_suffix('/').unwrap_or(text);
    let letters = trimmed.replace('*', "a");
    if form(&letters, &IMAGE, "").is_err() || trimmed.split('/').any(str::is_empty) {
        return Err("expected a registry or a repository, such as `registry.example.com/team`".to_owned());
    }
    if trimmed.contains('@') {
        return Err("expected a registry or a repository, without a digest".to_owned());
    }
    let (host, path) = trimmed.split_once('/').map_or((trimmed, None), |(host, path)| (host, Some(path)));
    if path.is_some_and(|path| path.contains(':')) {
        return Err("expected a registry or a repository, without a tag".to_owned());
    }
    let is_host = |host: &str| {
        host.contains(['.', ':', '*'])
            || host == "localhost"
            || host.chars().any(|letter| letter.is_ascii_uppercase())
    };
    let (host, path) = match (host, path) {
        ("index.docker.io", path) => ("docker.io", path.map(str::to_owned)),
        (host, path) if is_host(host) => (host, path.map(str::to_owned)),
        (name, None) => ("docker.io", Some(format!("library/{name}"))),
        (name, Some(path)) => ("docker.io", Some(format!("{name}/{path}"))),
    };
    let host = wildcard(host, "[^./:]+");
    let path = path.map(|path| format!("{}/", wildcard(&path, "[^/]+"))).unwrap_or_default();
    Ok(format!("^{host}/{path}"))
}

/// A text with `*`, each of which stands for what `any` matches, as a regular expression without anchors.
fn wildcard(text: &str, any: &str) -> String {
    text.split('*').map(regex_syntax::escape).collect::<Vec<_>>().join(any)
}

/// A pattern in which `*` stands for any run of characters, as an anchored regular expression.
pub(super) fn like(text: &str) -> Result<String, String> {
    whole(&wildcard(text, "(?s:.*)"))
}

/// A regular expression for a whole text, anchored.
pub(super) fn whole(text: &str) -> Result<String, String> {
    alike(text)?;
    compiled(&format!("^(?:{text})$"))
}

/// A regular expression for what is looked for inside a text. It matches no empty text and captures nothing, since engines differ in
/// what they find then.
pub(super) fn part(text: &str) -> Result<String, String> {
    alike(text)?;
    let parsed = regex_syntax::parse(text).map_err(|error| error.to_string())?;
    if parsed.properties().explicit_captures_len() > 0 {
        return Err("engines don't agree on what a group captures; write `(?:…)` for a group".to_owned());
    }
    match parsed.properties().minimum_len() {
        Some(0) => Err("it can match the empty text, and engines don't agree where".to_owned()),
        None => Err("it matches nothing".to_owned()),
        Some(_) => compiled(text),
    }
}

/// The expression, if it isn't too large.
fn compiled(text: &str) -> Result<String, String> {
    regex::RegexBuilder::new(text).size_limit(1 << 20).build().map_err(|_| "it is too large".to_owned())?;
    Ok(text.to_owned())
}

/// Refuses an expression that RE2, Go and Rust don't read alike.
fn alike(text: &str) -> Result<(), String> {
    if text.len() > PATTERN_LIMIT {
        return Err(format!("a regular expression has at most {PATTERN_LIMIT} bytes"));
    }
    let parsed = ast::parse::ParserBuilder::new()
        .nest_limit(50)
        .build()
        .parse(text)
        .map_err(|error| format!("{}", error.kind()))?;
    ast::visit(&parsed, Subset)
}

/// Refuses what Rust's syntax has beyond RE2, or reads otherwise.
struct Subset;

impl ast::Visitor for Subset {
    type Output = ();
    type Err = String;

    fn finish(self) -> Result<(), String> {
        Ok(())
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), String> {
        let refuse = |what: &str| Err(format!("{what} is not understood by RE2"));
        match node {
            Ast::Flags(_) => refuse("a flag for the rest of the expression"),
            Ast::ClassPerl(class) => perl(&class.kind),
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::StartLine
                | ast::AssertionKind::EndLine
                | ast::AssertionKind::StartText
                | ast::AssertionKind::EndText => Ok(()),
                _ => refuse("a word boundary that isn't ASCII"),
            },
            Ast::Literal(literal) => match literal.kind {
                ast::LiteralKind::HexBrace(ast::HexLiteralKind::X)
                | ast::LiteralKind::HexFixed(ast::HexLiteralKind::X)
                | ast::LiteralKind::Verbatim
                | ast::LiteralKind::Meta
                | ast::LiteralKind::Special(_) => Ok(()),
                _ => refuse("this way to write a character"),
            },
            Ast::Repetition(repetition) => repeats(repetition),
            Ast::Group(group) => match &group.kind {
                ast::GroupKind::CaptureName { .. } => refuse("a named group"),
                ast::GroupKind::NonCapturing(flags) => flag_items(flags),
                ast::GroupKind::CaptureIndex(_) => Ok(()),
            },
            Ast::ClassUnicode(_) => refuse("a class of Unicode's properties"),
            Ast::Empty(_) | Ast::Dot(_) | Ast::ClassBracketed(_) | Ast::Alternation(_) | Ast::Concat(_) => {
                Ok(())
            }
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), String> {
        match item {
            ClassSetItem::Perl(class) => perl(&class.kind),
            ClassSetItem::Unicode(_) => {
                Err("a class of Unicode's properties is not understood by RE2".to_owned())
            }
            ClassSetItem::Bracketed(_) => Err("a class inside a class is not understood by RE2".to_owned()),
            ClassSetItem::Empty(_)
            | ClassSetItem::Literal(_)
            | ClassSetItem::Range(_)
            | ClassSetItem::Ascii(_)
            | ClassSetItem::Union(_) => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ast::ClassSetBinaryOp) -> Result<(), String> {
        Err("an operation on classes is not understood by RE2".to_owned())
    }
}

fn perl(kind: &ClassPerlKind) -> Result<(), String> {
    let (class, instead) = match kind {
        ClassPerlKind::Digit => ("\\d", "[0-9]"),
        ClassPerlKind::Space => ("\\s", "[ \\t]"),
        ClassPerlKind::Word => ("\\w", "[0-9A-Za-z_]"),
    };
    Err(format!("`{class}` means other characters in other engines; write `{instead}`"))
}

fn repeats(repetition: &ast::Repetition) -> Result<(), String> {
    if matches!(*repetition.ast, Ast::Repetition(_)) {
        return Err("a repetition of a repetition is not understood by RE2".to_owned());
    }
    let most = match &repetition.op.kind {
        ast::RepetitionKind::Range(
            ast::RepetitionRange::Exactly(count) | ast::RepetitionRange::AtLeast(count),
        ) => *count,
        ast::RepetitionKind::Range(ast::RepetitionRange::Bounded(_, most)) => *most,
        ast::RepetitionKind::ZeroOrOne | ast::RepetitionKind::ZeroOrMore | ast::RepetitionKind::OneOrMore => {
            0
        }
    };
    if most > 1_000 { Err("RE2 repeats at most 1000 times".to_owned()) } else { Ok(()) }
}

fn flag_items(flags: &ast::Flags) -> Result<(), String> {
    let known = flags.items.iter().all(|item| match &item.kind {
        ast::FlagsItemKind::Negation => true,
        ast::FlagsItemKind::Flag(flag) => {
            matches!(flag, ast::Flag::CaseInsensitive | ast::Flag::DotMatchesNewLine)
        }
    });
    if known { Ok(()) } else { Err("only the flags `i` and `s` mean the same everywhere".to_owned()) }
}

/// A quantity of the form that all engines read alike.
pub(super) fn quantity(text: &str) -> Result<String, String> {
    let text = form(text, &QUANTITY, "expected a quantity such as `500m`, `2`, `1.5G` or `1Gi`")?;
    match compare_quantities(&text, QUANTITY_LIMIT) {
        Some(Ordering::Less) => Ok(text),
        Some(Ordering::Equal | Ordering::Greater) | None => {
            Err(format!("expected less than `{QUANTITY_LIMIT}`: engines don't compare larger ones exactly"))
        }
    }
}

/// A duration of the form that all engines read alike.
pub(super) fn duration(text: &str) -> Result<String, String> {
    let reason = "expected hours, minutes and seconds, such as `336h` or `1h30m`";
    if text.is_empty() { Err(reason.to_owned()) } else { form(text, &DURATION, reason) }
}

/// The text, if it is of the form.
fn form(text: &str, form: &Form, reason: &str) -> Result<String, String> {
    let is_of_form = form.as_ref().is_ok_and(|form| form.is_match(text));
    if is_of_form { Ok(text.to_owned()) } else { Err(reason.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_paths_are_cleaned() {
        assert_eq!(host_path("/var//run/./x/"), Ok("/run/x/".to_owned()));
        assert_eq!(host_path("/"), Ok("/".to_owned()));
        assert_eq!(host_path("/var/runner"), Ok("/var/runner/".to_owned()));
        assert!(host_path("a").is_err() && host_path("/a/..").is_err());
    }

    #[test]
    fn images_match_by_segment() {
        let matches = |pattern: &str, name: &str| {
            regex::Regex::new(&image(pattern).unwrap()).unwrap().is_match(&format!("{name}/"))
        };
        assert!(matches("*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.eu-west-1.amazonaws.com/a"));
        assert!(!matches("*.dkr.ecr.*.amazonaws.com", "a/1.dkr.ecr.eu-west-1.amazonaws.com/a"));
        assert!(!matches("public.ecr.aws", "public.ecr.aws.evil.example/a"));
        assert!(matches("nginx", "docker.io/library/nginx"));
        assert!(matches("docker.io/falcosecurity", "docker.io/falcosecurity/falco"));
        assert!(image("a b").is_err() && image("a/b:1").is_err() && image("a//b").is_err());
    }

    #[test]
    fn quantities_are_compared_only_where_all_engines_are_exact() {
        assert_eq!(quantity("999P"), Ok("999P".to_owned()));
        assert_eq!(quantity("0.000001m"), Ok("0.000001m".to_owned()));
        for text in ["1E", "1000P", "1e99", "1000000000000000", "0.0000001", "-1", "1K"] {
            assert!(quantity(text).is_err(), "{text}");
        }
    }

    #[test]
    fn expressions_outside_the_common_subset_are_refused() {
        for bad in
            ["(", r"\d", r"[\w]", "a{1001}", "(?x)a", r"\pL", "[a&&b]", "a**", "(?<n>a)", r"\u0041", r"\b"]
        {
            assert!(whole(bad).is_err(), "{bad}");
        }
        for good in ["a|b", "[0-9]{1,3}", "(?i:x)", r"a\.b", "[[:alpha:]]+", "(a)", "x?"] {
            assert!(whole(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_is_looked_for_is_never_empty_and_captures_nothing() {
        for bad in ["", "a*", "a?", "a|", "^", "(?:a?b*)", "(a)", "(?:x(a))", r"\d", "[^\\x00-\\x{10FFFF}]"] {
            assert!(part(bad).is_err(), "{bad}");
        }
        for good in ["c[0-9]+", "(?:a|bc)", "^a", "a$", "x?y", "(?i:x)+?"] {
            assert_eq!(part(good).as_deref(), Ok(good));
        }
    }
}
