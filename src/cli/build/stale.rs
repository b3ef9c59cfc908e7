//! What `build --check` prints: a unified diff from what is there to what should be there.

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use super::folder::{Deviation, Fault};

/// The diff of one file.
pub(super) fn difference(deviation: &Deviation, expected: Option<&[u8]>, out: &str) -> String {
    let path = format!("{out}/{}", deviation.path);
    if matches!(deviation.fault, Fault::Unknown | Fault::InTheWay) {
        return format!(
            "{}\n",
            colored(AnsiColor::Yellow, &format!("no build wrote {path}: move it elsewhere"))
        );
    }
    let found = String::from_utf8_lossy(deviation.found.as_deref().unwrap_or_default());
    let wanted = String::from_utf8_lossy(expected.unwrap_or_default());
    let name = |side: &str, is_there: bool| match is_there {
        true => format!("{side}/{path}"),
        false => "/dev/null".to_owned(),
    };
    let diff = TextDiff::from_lines(found.as_ref(), wanted.as_ref());
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(&name("a", deviation.found.is_some()), &name("b", expected.is_some()))
        .to_string();
    text.split_inclusive('\n').map(line).collect()
}

fn line(line: &str) -> String {
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, ""),
    };
    let color = match text.as_bytes().first() {
        Some(b'+') => AnsiColor::Green,
        Some(b'-') => AnsiColor::Red,
        Some(b'@') => AnsiColor::Cyan,
        Some(_) | None => return line.to_owned(),
    };
    format!("{}{end}", colored(color, text))
}

fn colored(color: AnsiColor, text: &str) -> String {
    let style: Style = color.on_default();
    format!("{style}{text}{style:#}")
}

/// What is wrong, in a word.
pub(super) fn word(fault: Fault) -> &'static str {
    match fault {
        Fault::Missing => "missing",
        Fault::Stale => "stale",
        Fault::Edited => "edited by hand",
        Fault::LeftOver => "left over",
        Fault::Unknown | Fault::InTheWay => "unknown",
    }
}
