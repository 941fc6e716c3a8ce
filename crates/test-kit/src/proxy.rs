//! A line to a server that can be cut and mended: an outage that is certain, and of one process alone.

use std::sync::Arc;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// The line; it is gone when dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    open: Arc<watch::Sender<bool>>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// A line to a server on this machine.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("a bound socket has an address").port();
        let open = Arc::new(watch::Sender::new(true));
        let gate = Arc::clone(&open);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut lines = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let mut open = gate.subscribe();
                lines.spawn(async move {
                    if !*open.borrow_and_update() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = open.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { port: own, open, _tasks: tasks }
    }

    /// Where the line begins.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection and takes no new ones.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    /// Takes connections again.
    pub fn mend(&self) {
        self.open.send_replace(true);
    }
}
