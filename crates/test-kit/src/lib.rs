//! Dev-dependency only: the real servers of a test run, a fresh schema, vhost and prefix per test, a clock moved by hand,
//! ids that count, golden files.
//!
//! Everything here panics with the reason when something is wrong: a test has no better use for an error.
#![expect(clippy::panic, clippy::expect_used, reason = "a test has no better use for an error than to end with it")]

mod authority;
mod broker;
mod cache;
mod clock;
mod database;
mod eventually;
mod golden;
mod ids;
mod issuer;
mod proxy;
mod servers;
mod stub;

pub use authority::TestAuthority;
pub use broker::TestBroker;
pub use cache::TestCache;
pub use clock::TestClock;
pub use database::TestDatabase;
pub use eventually::eventually;
pub use golden::assert_golden;
pub use ids::{CountingIds, unique_name};
pub use issuer::{TestIssuer, TestUser};
pub use proxy::Proxy;
pub use servers::{SERVERS_VARIABLE, TestServers};
pub use stub::{Stub, StubAnswer, StubRequest};

/// Waits for `cleanup` on a thread of its own, so that it can be called from `drop` inside a runtime.
fn clean_up<F: Future<Output = ()> + Send + 'static>(cleanup: F) {
    let thread = std::thread::spawn(move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            runtime.block_on(cleanup);
        }
    });
    let _ = thread.join();
}
