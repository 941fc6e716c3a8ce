//! What the guide has people type, typed.

use crate::harness::World;
use std::path::{Path, PathBuf};

/// Pages of the guide.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { pages(&path) } else { vec![path] }).collect()
}

/// The commands of a page: in blocks, and in a sentence or a table. A line that ends in a backslash goes on.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, part) in page.replace("\\\n", " ").split("```").enumerate() {
        let of_block = part.lines().filter(|_| at % 2 == 1).map(str::trim);
        let of_text =
            part.split('`').enumerate().filter(|(piece, _)| at % 2 == 0 && piece % 2 == 1).map(|(_, text)| text);
        found.extend(of_block.chain(of_text).filter(|line| line.starts_with("kubectl ")).map(str::to_owned));
    }
    found
}

/// As it is tried: what changes something is a dry run, what filters the answer is left out, and names to be filled in are.
fn tried(command: &str) -> Option<String> {
    let piped = command.split_once(" | ").filter(|(before, _)| before.matches('\'').count() % 2 == 0);
    let command = piped.map_or(command, |(before, _)| before);
    let command = command.trim_end_matches(" &").replace("HASH", "3f2a9c1b7d").replace(" -w", "");
    match command.split_whitespace().nth(1)? {
        "patch" if !command.contains(" -p ") => None, // spoken of
        "patch" | "annotate" => Some(format!("{command} --dry-run=server")),
        "get" | "describe" => Some(command),
        // The rest needs pods, or files of one's own.
        _ => None,
    }
}

/// Of objects that a real cluster has, and kinds that others bring.
fn is_only_missing(said: &str) -> bool {
    ["NotFound", "not found", "the server doesn't have a resource type"].iter().any(|words| said.contains(words))
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_guide_says_to_type_is_understood_by_kubectl_and_the_api_server() {
    let world = World::without_operator("securechat").await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    world.kubectl_apply(&std::fs::read_to_string(root.join("deploy/cluster/minimal.yaml")).unwrap());
    let (mut patches, mut all, mut wrong) = (0, 0, Vec::new());
    for page in pages(&root.join("docs/operations")).into_iter().chain([root.join("README.md")]) {
        for command in commands(&std::fs::read_to_string(&page).unwrap()).iter().filter_map(|command| tried(command)) {
            let (succeeded, said) = world.server.shell(&command);
            let fits = succeeded || !command.contains(" schat ") && is_only_missing(&said);
            if !fits || said.contains("unknown field") {
                wrong.push(format!("{}: {command}\n{said}", page.display()));
            }
            patches += usize::from(command.contains("patch schat"));
            all += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(patches > 15 && all > 60, "the guide says what to type: {patches} patches of {all} commands");
}
