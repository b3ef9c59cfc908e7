//! A diagnostic as rustc prints it: the message, the line, the place underlined, what to do.
//! Gives text; never prints it.

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, FileId, Severity, Sources, Span};

/// The text of a diagnostic, with a line feed at its end; `color` adds terminal colours.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code);
    let mut group = Group::with_title(title).elements(excerpts(diagnostic, sources));
    if let Some(path) = &diagnostic.path {
        group = group.element(Level::NOTE.message(format!("at `{path}`")));
    }
    let underlined = diagnostic.span.is_some_and(|span| Excerpt::around(span, sources).is_shown());
    if !underlined && let Some(label) = &diagnostic.label {
        group = group.element(Level::NOTE.message(label));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n", renderer.render(&[group]))
}

/// One excerpt for the place and each related place; related places of the same line share it.
fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Element<'a>> {
    let mut excerpts = Vec::new();
    let mut others: Vec<&(Span, String)> = diagnostic.related.iter().collect();
    if let Some(span) = diagnostic.span {
        let excerpt = Excerpt::around(span, sources);
        let mut annotations =
            vec![AnnotationKind::Primary.span(excerpt.range(span)).label(diagnostic.label.as_deref())];
        others.retain(|(related, text)| {
            let shares = excerpt.holds(*related);
            if shares {
                annotations.push(AnnotationKind::Context.span(excerpt.range(*related)).label(text));
            }
            !shares
        });
        excerpts.push(excerpt.show(span, sources, annotations));
    }
    for (related, text) in others {
        let excerpt = Excerpt::around(*related, sources);
        let annotation = AnnotationKind::Context.span(excerpt.range(*related)).label(text);
        excerpts.push(excerpt.show(*related, sources, vec![annotation]));
    }
    excerpts
}

/// Of a line that is longer, in bytes, only the place is told.
const LONGEST_LINE: usize = 4096;

/// The line in which a place starts. A place of several lines is underlined in its first.
struct Excerpt<'a> {
    file: FileId,
    line: usize,
    start: usize,
    text: &'a str,
}

impl<'a> Excerpt<'a> {
    fn around(span: Span, sources: &'a Sources) -> Self {
        let line = sources.line_of(span.file, span.start);
        let start = sources.line_start(span.file, line);
        let end = sources.line_start(span.file, line + 1);
        let text = sources.text(span.file).get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        Self { file: span.file, line, start, text }
    }

    fn holds(&self, span: Span) -> bool {
        span.file == self.file && (self.start..=self.start + self.text.len()).contains(&span.start)
    }

    /// The place within the line, on whole characters, and at least one character wide where there is one.
    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let inside = |offset: usize| self.text.floor_char_boundary(offset.saturating_sub(self.start));
        let (start, end) = (inside(span.start), inside(span.end));
        let shown = self.text.get(start..end).map_or(0, |text| text.trim_end().len());
        start..self.text.ceil_char_boundary(start + shown.max(1))
    }

    fn is_shown(&self) -> bool {
        self.text.len() <= LONGEST_LINE
    }

    fn show(&self, span: Span, sources: &'a Sources, annotations: Vec<Annotation<'a>>) -> Element<'a> {
        let path = sources.path(self.file);
        if self.is_shown() {
            return Snippet::source(self.text)
                .line_start(self.line + 1)
                .path(path)
                .annotations(annotations)
                .into();
        }
        let (line, column) = sources.line_column(span);
        Origin::path(path).line(line).char_column(column).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_looks_as_rustc_prints_it() {
        let mut sources = Sources::new();
        let file = sources.add("policies/a.yaml", "id: A\nsevrity: high\nmap:\n  a: ü\n  a: 2\n".into());
        let diagnostic = Diagnostic::error("unknown-field", "unknown field `sevrity`")
            .at(Span::new(file, 6, 13))
            .label("expected `severity`, `title` or `why`")
            .help("did you mean `severity`?");
        insta::assert_snapshot!(render(&diagnostic, &sources, false), @r"
        error[unknown-field]: unknown field `sevrity`
         --> policies/a.yaml:2:1
          |
        2 | sevrity: high
          | ^^^^^^^ expected `severity`, `title` or `why`
          |
          = help: did you mean `severity`?
        ");
        let diagnostic = Diagnostic::warning("duplicate-key", "the key `a` is set twice")
            .at(Span::new(file, 35, 36))
            .related(Span::new(file, 27, 28), "first set here")
            .help("remove one of them");
        insta::assert_snapshot!(render(&diagnostic, &sources, false), @r"
        warning[duplicate-key]: the key `a` is set twice
         --> policies/a.yaml:5:3
          |
        5 |   a: 2
          |   ^
          |
         ::: policies/a.yaml:4:3
          |
        4 |   a: ü
          |   - first set here
          |
          = help: remove one of them
        ");
        let diagnostic = Diagnostic::error("no-file", "no place").path("rules[0].id").label("expected an id");
        insta::assert_snapshot!(render(&diagnostic, &sources, false), @r"
        error[no-file]: no place
         |
         = note: at `rules[0].id`
         = note: expected an id
        ");
    }

    #[test]
    fn a_line_of_megabytes_is_not_shown() {
        let mut sources = Sources::new();
        let file =
            sources.add("a.json", format!("[\n{}é, x, {}\n]", "1, ".repeat(300), "2, ".repeat(1_000_000)));
        let diagnostic = Diagnostic::error("a-code", "a message").at(Span::new(file, 906, 907)).label("here");
        insta::assert_snapshot!(render(&diagnostic, &sources, false), @r"
        error[a-code]: a message
        --> a.json:2:904
         = note: here
        ");
    }

    #[test]
    fn odd_places_are_rendered_too() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "ü\tx\u{202e}\n\n".into());
        let empty = sources.add("b.yaml", String::new());
        for (file, start, end) in [(file, 1, 1), (file, 0, 90), (file, 7, 7), (file, 70, 99), (empty, 0, 0)] {
            let diagnostic = Diagnostic::error("x", "y").at(Span::new(file, start, end)).label("z");
            assert!(render(&diagnostic, &sources, true).contains("y"));
        }
    }
}
