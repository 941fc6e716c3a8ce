//! Whatever is done to the children, and wherever the operator is killed, it ends in the same state.
//!
//! A run follows from its seed. `SOAK_SEED=7` repeats that of seed 7, `SOAK_RUNS=1000` makes so many (`make soak`).

mod edits;
mod life;
mod seeded;
mod state;

use crate::harness::{Played, World};
pub(crate) use state::differences;

use edits::Edits;
use life::{Death, Life};
use securechat_operator_controller::kinds::Kind;
use seeded::Seeded;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// So many namespaces at once.
const LANES: usize = 6;
/// A look that failed is repeated after a minute at most.
const PATIENCE: Duration = Duration::from_secs(90);
/// An operator that writes nothing for so long is at rest.
const QUIET: Duration = Duration::from_millis(250);

fn number(variable: &str) -> Option<u64> {
    std::env::var_os(variable)?.to_str()?.parse().ok()
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_edited_and_wherever_the_operator_is_killed_the_end_state_is_the_same() {
    let seeds: VecDeque<u64> = match number("SOAK_SEED") {
        Some(seed) => [seed].into(),
        None => (1..=number("SOAK_RUNS").unwrap_or(12)).collect(),
    };
    let (count, started) = (seeds.len(), Instant::now());
    let (seeds, told) = (Arc::new(Mutex::new(seeds)), Arc::new(Mutex::new(Told::default())));
    let mut lanes = JoinSet::new();
    for lane in 0..LANES.min(count) {
        lanes.spawn(run_all(lane, Arc::clone(&seeds), Arc::clone(&told)));
    }
    while let Some(ended) = lanes.join_next().await {
        ended.unwrap();
    }
    let told = told.lock().unwrap();
    println!(
        "{count} runs, {} edits, {} deaths in {:.0} s; the slowest way back took {:.1} s; {} failed",
        told.edits,
        told.deaths,
        started.elapsed().as_secs_f64(),
        told.slowest.as_secs_f64(),
        told.failures.len()
    );
    assert!(told.failures.is_empty(), "{}", told.failures.join("\n\n"));
}

/// What all runs found.
#[derive(Default)]
struct Told {
    edits: usize,
    deaths: usize,
    slowest: Duration,
    failures: Vec<String>,
}

/// One run after the other in one namespace, which every run leaves as it found it; after a failure in another one.
async fn run_all(lane: usize, seeds: Arc<Mutex<VecDeque<u64>>>, told: Arc<Mutex<Told>>) {
    let mut grounds = 0;
    let mut ground: Option<Arc<Ground>> = None;
    loop {
        let Some(seed) = seeds.lock().unwrap().pop_front() else { return };
        let here = if let Some(ground) = ground.take() {
            ground
        } else {
            grounds += 1;
            Arc::new(Ground::new(&format!("soak-{lane}-{grounds}")).await)
        };
        let (on, all) = (Arc::clone(&here), Arc::clone(&told));
        // A task of its own: a panic is a failure of this seed.
        match tokio::spawn(async move { run(&on, seed, &all).await }).await {
            Ok(Ok(())) => ground = Some(here),
            Ok(Err(trouble)) => told.lock().unwrap().failures.push(format!("SOAK_SEED={seed}: {trouble}")),
            Err(panic) => told.lock().unwrap().failures.push(format!("SOAK_SEED={seed}: {panic}")),
        }
    }
}

/// A namespace with a platform that is as it should be.
struct Ground {
    world: World,
    played: Played,
    /// What the status says of such a platform.
    conditions: Vec<String>,
}

impl Ground {
    async fn new(name: &str) -> Self {
        let world = World::without_operator(name).await;
        let played = world.play();
        world.apply("");
        let life = Life::start(&world, None).await;
        world.until_ready().await;
        let at_rest = converged(&world, &life, None).await;
        assert!(at_rest.is_ok(), "a platform that nobody disturbs: {at_rest:?}");
        // From now on there are data that the key opens: it may never be made anew.
        world.kubectl_apply(&volume_claim());
        life.kill().await;
        let conditions = conditions(&world).await;
        Self { world, played, conditions }
    }
}

async fn run(ground: &Ground, seed: u64, told: &Mutex<Told>) -> Result<(), String> {
    let Ground { world, played, conditions } = ground;
    let mut random = Seeded::new(seed);
    let mut edits = Edits::new(world);
    let before = state::generated(&state::live(world).await);
    let done = played.succeeded().len();
    let deaths = random.below(4);
    for _ in 0..deaths {
        edits.some(&mut random).await;
        let death = Death { after: random.below(120), reached: random.once_in(2) };
        edits.trail.push(format!("start, to be killed after {} writes, {}", death.after, death.reached));
        let life = Life::start(world, Some(death)).await;
        edits.some(&mut random).await;
        life.until_dead().await;
    }
    edits.some(&mut random).await;
    edits.trail.push("start".to_owned());
    let life = Life::start(world, None).await;
    edits.some(&mut random).await;
    edits.undo().await;
    let started = Instant::now();
    let converged = converged(world, &life, Some(conditions)).await;
    life.kill().await;
    let trail = edits.trail.join("\n  ");
    converged.map_err(|differences| format!("{}\nafter\n  {trail}", differences.join("\n")))?;

    let after = state::generated(&state::live(world).await);
    let kept = |name: &String| !edits.renewed && !edits.touched.contains(&(Kind::Secret, name.clone()));
    let lost: Vec<_> = before.iter().filter(|(name, data)| kept(name) && after.get(*name) != Some(data)).collect();
    if !lost.is_empty() {
        return Err(format!("these Secrets have other values though nobody touched them: {lost:?}\nafter\n  {trail}"));
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for job in played.succeeded().split_off(done) {
        *times.entry(job).or_default() += 1;
    }
    let again = |job: &String| !edits.renewed && !edits.touched.contains(&(Kind::Job, job.clone()));
    let twice: Vec<_> = times.iter().filter(|(job, times)| **times > 1 && again(job)).collect();
    if !twice.is_empty() {
        return Err(format!("these Jobs ran more than once: {twice:?}\nafter\n  {trail}"));
    }
    let mut told = told.lock().unwrap();
    told.edits += edits.trail.len();
    told.deaths += deaths;
    told.slowest = told.slowest.max(started.elapsed());
    Ok(())
}

/// What the controller of StatefulSets makes of the database's template. Played: it does not run here.
fn volume_claim() -> String {
    serde_json::json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-acme-database-0", "labels": {
            "app.kubernetes.io/instance": "acme", "app.kubernetes.io/managed-by": "securechat-operator",
        }},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    })
    .to_string()
}

async fn conditions(world: &World) -> Vec<String> {
    let conditions = world.acme().await.status.unwrap_or_default().conditions;
    conditions.iter().map(|c| format!("{} {} {}: {}", c.type_, c.status, c.reason, c.message)).collect()
}

/// Waits until all is as it should be and the operator writes nothing more; else tells what differs.
async fn converged(world: &World, life: &Life, told: Option<&Vec<String>>) -> Result<(), Vec<String>> {
    let started = Instant::now();
    loop {
        let writes = life.writes();
        tokio::time::sleep(QUIET).await;
        let mut differences = Vec::new();
        if life.writes() == writes {
            let now = conditions(world).await;
            if told.is_some_and(|told| *told != now) {
                differences.push(format!("the status says {now:#?}"));
            }
            if differences.is_empty() || started.elapsed() > PATIENCE {
                differences.extend(state::differences(world).await);
            }
        } else {
            differences.push("the operator still writes".to_owned());
        }
        if differences.is_empty() {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            return Err(differences);
        }
    }
}
