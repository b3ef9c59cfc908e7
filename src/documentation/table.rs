//! Tables of plain text, with columns one below the other.

/// The rows, with each column as wide as its widest cell and two spaces between columns; no spaces at the ends of lines.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_stand_one_below_the_other() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows = [row(&["rule", "ä", "title"]), row(&["POD-001", "deny"])];
        assert_eq!(super::table(&rows), "rule     ä     title\nPOD-001  deny\n");
        assert_eq!(super::table(&[]), "");
    }
}
