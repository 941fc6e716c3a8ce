use similar::TextDiff;
use std::path::Path;

/// Compares `actual` with the file at `path`; with `UPDATE_GOLDEN=1` writes it instead.
///
/// # Panics
/// With a diff, when they differ.
#[expect(clippy::disallowed_methods, reason = "the person who runs the tests says by environment that goldens change")]
pub fn assert_golden(path: impl AsRef<Path>, actual: &str) {
    let path = path.as_ref();
    if std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1") {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("the golden's folder can be made");
        }
        std::fs::write(path, actual).expect("the golden can be written");
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        let diff = TextDiff::from_lines(&expected, actual).unified_diff().header("golden", "actual").to_string();
        panic!("{} differs; when that is right run again with UPDATE_GOLDEN=1\n{diff}", path.display());
    }
}
