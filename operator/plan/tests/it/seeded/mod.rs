//! A played cluster under seeded random edits, crashes, stale watches and failures. Whatever happens: no two Jobs work on
//! one schema at once, no file is run twice, nothing is taken away from a program that needs it, and in the end what was
//! asked for last runs, or was refused.

mod operator;
mod world;

use crate::releases::{release, with_needs};
use securechat_operator_plan::{Change, Releases};
use world::World;

/// A generator that gives the same numbers for the same seed (SplitMix64).
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(n).unwrap()).unwrap()
    }

    /// Once in so many times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const VERSIONS: [&str; 6] = ["1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.4.0"];

/// Expand, contract and data files; one that is mended in the next release; a jump; services that need each other.
fn releases() -> Releases {
    let needs = [("chats", "users", "1.3.0")];
    Releases::of(vec![
        release("1.0.0", &[("users", "1e"), ("chats", "1e"), ("auth", "1e")]),
        release("1.1.0", &[("users", "1e 2e"), ("chats", "1e"), ("auth", "1e 2d")]),
        release("1.1.1", &[("users", "1e 2e"), ("chats", "1e"), ("auth", "1e 2d")]),
        release("1.2.0", &[("users", "1e 2e 3e 4c"), ("chats", "1e 2e"), ("auth", "1e 2d")]),
        with_needs("1.3.0", &[("users", "1e 2e 3e 4c 5e"), ("chats", "1e 2e 3c"), ("auth", "1e 2d 3e")], &needs),
        with_needs("1.4.0", &[("users", "1e 2e 3e 4c 5e"), ("chats", "1e 2e 3c"), ("auth", "1e 2d 3e")], &needs),
    ])
}

/// How many steps a run has before everything is left to come to rest.
const STEPS: usize = 120;

fn run(world: &mut World, seed: u64) {
    let mut random = Seeded(seed);
    for _ in 0..STEPS {
        match random.below(20) {
            0 => world.ask_for(VERSIONS[random.below(VERSIONS.len())]),
            // Two quick edits.
            1 => {
                let version = VERSIONS[random.below(VERSIONS.len())];
                world.ask_for(version);
                operator::look(world, &mut random, true);
                world.ask_for(VERSIONS[random.below(VERSIONS.len())]);
            }
            2 => world.retry(random.below(1_000)),
            3..=6 => world.sync(),
            7..=9 => world.run_jobs(&mut random, 4),
            10..=13 => world.replace_pods(&mut random),
            _ => operator::look(world, &mut random, true),
        }
    }
    // Nobody edits any more, nothing fails any more, and somebody asks for what has failed to be run again.
    let (mut quiet, mut words) = (0, 0);
    while quiet < 8 || words < 3 {
        if quiet >= 8 {
            (quiet, words) = (0, words + 1);
            world.retry(1_000 + words);
        }
        let before = world.trail.len();
        world.run_jobs(&mut random, usize::MAX);
        world.replace_pods(&mut random);
        world.sync();
        operator::look(world, &mut random, false);
        quiet = if world.trail.len() == before { quiet + 1 } else { 0 };
        assert!(world.trail.len() < 10_000, "it never comes to rest");
    }
}

/// Whether what was asked for last runs in the end. Panics where something happened that never may.
fn arrives(world: &mut World, seed: u64) -> bool {
    run(world, seed);
    let wish = world.releases.find(&world.asked).unwrap();
    let refusals = Change::plan(wish, &world.observe()).refusals;
    let acted = world.approved.clone().unwrap_or_default();
    assert!(acted == world.asked || !refusals.is_empty(), "{acted} runs, {} was asked for", world.asked);
    world.is_at_rest(&acted);
    acted == world.asked
}

#[expect(clippy::print_stdout, reason = "figures")]
fn run_all(seeds: u64) {
    let (mut arrived, mut refused, mut deaths) = (0, 0, 0);
    let new = World::new(releases(), VERSIONS[0]);
    for seed in 0..seeds {
        let mut world = new.clone();
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| arrives(&mut world, seed)));
        assert!(told.is_ok(), "seed {seed}:\n{}", world.trail.join("\n"));
        deaths += world.trail.iter().filter(|line| *line == "died").count();
        if told.unwrap_or_default() {
            arrived += 1;
        } else {
            refused += 1;
        }
    }
    println!("{seeds} runs, {deaths} deaths of the operator; {arrived} arrived, {refused} were refused");
    // Or else the runs prove little.
    assert!(arrived > seeds / 4 && refused > seeds / 20);
}

/// Proves: W-34.
#[test]
fn whatever_happens_no_migration_runs_twice_or_beside_another_and_all_comes_to_rest() {
    run_all(200);
}

#[test]
#[ignore = "takes minutes: cargo test -p securechat-operator-plan --test it -- --ignored --nocapture"]
fn the_same_ten_thousand_times() {
    run_all(10_000);
}
