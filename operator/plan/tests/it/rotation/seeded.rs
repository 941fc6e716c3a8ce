//! Rotations asked for at any time, with an operator that dies anywhere.

use super::world::World;
use crate::seeded::Seeded;
use securechat_operator_plan::Rotation;

const STEPS: usize = 150;

fn run(world: &mut World, seed: u64, loses_status: bool) {
    let mut random = Seeded::new(seed);
    let mut words = 0;
    for _ in 0..STEPS {
        match random.below(20) {
            0 => {
                words += 1;
                world.ask(format!("word {words}"));
            }
            1 if loses_status && random.once_in(3) => world.lose_status(),
            2..=4 => world.sync(),
            5..=7 => world.run_jobs(&mut random),
            8 => world.restart_broker(),
            9..=12 => world.replace_pods(&mut random),
            _ => world.look(&mut random, true),
        }
    }
    let mut quiet = 0;
    // The last pod that ends does so by the toss of a coin.
    while quiet < 40 {
        let before = world.trail.len();
        world.run_jobs(&mut random);
        world.restart_broker();
        world.replace_pods(&mut random);
        world.sync();
        world.look(&mut random, false);
        quiet = if world.trail.len() == before { quiet + 1 } else { 0 };
        assert!(world.trail.len() < 10_000, "it never comes to rest");
    }
    world.is_at_rest();
    // A word that was there when the status was lost, and one that another followed at once, may have asked for nothing.
    let mut begun = world.begun.clone();
    begun.dedup();
    assert_eq!(begun, world.begun, "a word asked twice");
    if words > 0 && !loses_status {
        assert_eq!(begun.last(), Some(&format!("word {words}")), "the last word asked for nothing");
    }
}

#[expect(clippy::print_stdout, reason = "figures")]
fn run_all(seeds: u64) {
    let new = World::new();
    let (mut rotations, mut deaths) = (0, 0);
    for seed in 0..seeds {
        let mut world = new.clone();
        world.trail.clear();
        let loses_status = seed % 4 == 3;
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&mut world, seed, loses_status)));
        assert!(ran.is_ok(), "seed {seed}:\n{}", world.trail.join("\n"));
        rotations += world.begun.len();
        deaths += world.trail.iter().filter(|line| *line == "died").count();
        assert!(matches!(world.status.unwrap().rotation, Rotation::Rest(_)));
    }
    println!("{seeds} runs, {deaths} deaths of the operator, {rotations} rotations");
    // Or else the runs prove little.
    assert!(rotations > 0 && deaths > 0);
}

/// Proves: B-06.
#[test]
fn wherever_the_operator_dies_every_pod_is_let_in_and_each_word_rotates_once() {
    run_all(150);
}

#[test]
#[ignore = "takes minutes: cargo test -p securechat-operator-plan --test it -- --ignored --nocapture"]
fn the_same_five_thousand_times() {
    run_all(5_000);
}
