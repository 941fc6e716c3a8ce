//! What the person at the terminal is told.

/// Tells one line.
#[expect(clippy::print_stdout, reason = "this program talks to the person who started it")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}
