//! A diagnostic as rustc prints it: the message, the line, the place underlined, what to do.
//! Gives text; never prints it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, FileId, Severity, Sources, Span};

/// The text of a diagnostic, with a line feed at its end; `color` adds terminal colours.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code);
    let mut group = Group::with_title(title);
    for snippet in snippets(diagnostic, sources) {
        group = group.element(snippet);
    }
    if let Some(path) = &diagnostic.path {
        group = group.element(Level::NOTE.message(format!("at `{path}`")));
    }
    if diagnostic.span.is_none()
        && let Some(label) = &diagnostic.label
    {
        group = group.element(Level::NOTE.message(label));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n", renderer.render(&[group]))
}

/// One excerpt for the place and each related place; related places of the same line share it.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut snippets = Vec::new();
    if let Some(span) = diagnostic.span {
        let excerpt = Excerpt::around(span, sources);
        let mut annotation = AnnotationKind::Primary.span(excerpt.range(span));
        if let Some(label) = &diagnostic.label {
            annotation = annotation.label(label);
        }
        let same_line = diagnostic.related.iter().filter(|(related, _)| excerpt.holds(*related));
        let context = same_line
            .map(|(related, text)| AnnotationKind::Context.span(excerpt.range(*related)).label(text));
        snippets.push(excerpt.snippet(sources).annotation(annotation).annotations(context));
    }
    for (related, text) in &diagnostic.related {
        if !diagnostic.span.is_some_and(|span| Excerpt::around(span, sources).holds(*related)) {
            let excerpt = Excerpt::around(*related, sources);
            let annotation = AnnotationKind::Context.span(excerpt.range(*related)).label(text);
            snippets.push(excerpt.snippet(sources).annotation(annotation));
        }
    }
    snippets
}

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

    fn snippet<T: Clone>(&self, sources: &'a Sources) -> Snippet<'a, T> {
        Snippet::source(self.text).line_start(self.line + 1).path(sources.path(self.file))
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
