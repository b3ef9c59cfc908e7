use super::*;
#[test]
fn smoke() {
    let mut sources = Sources::new();
    let file = sources.add(
        "a.yaml",
        "a: yes\nb: [1, {c: 0o17}]\n---\non: !!int '5'\n<<: {x: 1}\n---\n{a: [}\n--- \nz: 1\n".into(),
    );
    let read = read(&sources, file, Dialect::Manifest, &Budget::default());
    for d in &read.diagnostics {
        println!("{}", crate::diagnostic::render(d, &sources, false));
    }
    for d in &read.documents {
        println!("{}", d.to_json());
    }
}
