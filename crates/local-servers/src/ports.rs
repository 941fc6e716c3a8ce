//! Loopback ports to listen on later, that nobody else takes meanwhile.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    process,
    sync::{Mutex, PoisonError},
};

/// Below the ports that systems give to whoever connects: such a one may be in use before its server listens.
const ALL: Range<u16> = 12_288..32_768;
const BLOCK: u16 = 64;

/// The first port of a block is listened on for as long as this process lives: who sees that takes another block.
struct Block {
    _guard: TcpListener,
    left: Range<u16>,
}

/// Of this process; from the last one ports are taken.
static BLOCKS: Mutex<Vec<Block>> = Mutex::new(Vec::new());

/// A loopback TCP port that nobody listens on. No process that asks here is given it while this process lives, and
/// this process is given it once.
///
/// # Errors
/// When none is left.
pub fn free_port() -> io::Result<u16> {
    let mut blocks = BLOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let left = blocks.last_mut().and_then(|block| block.left.find(|port| listen(*port).is_ok()));
        match left {
            Some(port) => return Ok(port),
            None => blocks.push(Block::take()?),
        }
    }
}

impl Block {
    /// Processes that start together begin their search at different places.
    fn take() -> io::Result<Self> {
        let blocks = (ALL.end - ALL.start) / BLOCK;
        let begin = u16::try_from(process::id() % u32::from(blocks)).unwrap_or_default();
        let firsts = (0..blocks).map(|block| ALL.start + (begin + block) % blocks * BLOCK);
        let mut free = firsts.filter_map(|first| Some((first, listen(first).ok()?)));
        let none = || io::Error::new(io::ErrorKind::AddrInUse, "no block of ports is free");
        let (first, guard) = free.next().ok_or_else(none)?;
        Ok(Self { _guard: guard, left: first + 1..first + BLOCK })
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn more_ports_than_a_block_has_are_given_once_each() {
        let ports: BTreeSet<_> = (0..150).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 150);
        assert!(ports.iter().all(|port| ALL.contains(port)));
    }

    #[test]
    fn two_who_take_a_block_take_different_ones() {
        let (one, other) = (Block::take().unwrap(), Block::take().unwrap());
        assert_ne!(one.left, other.left);
    }
}
