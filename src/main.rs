//! The `palisade` command: everything is in the library's `cli`.

fn main() -> std::process::ExitCode {
    palisade::cli::main()
}
