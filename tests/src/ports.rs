//! Ports for servers whose address has to be known before they listen.
//!
//! A port of the system's choice ("port 0") that was let go again may be given to somebody else before the server
//! takes it: many tests run at once, and each opens many connections. These ports are of a range that the system
//! gives to nobody, and each is one process's own until that process ends.

use std::{
    fs::{self, File, TryLockError},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::Mutex,
};

use anyhow::{Context as _, bail};

/// Below the ports that the system gives to outgoing connections (32768 and up; see `ip_local_port_range` in
/// `man 7 ip`).
const RANGE: std::ops::Range<u16> = 12_000..32_000;

/// What this process holds: a locked file for each port. The lock ends with the process, however it ends.
static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port on the loopback that nobody listens on, and that no other test will be given while this process lives.
///
/// # Errors
///
/// Fails where no file can be locked in the machine's folder for temporary files, and where all are taken.
pub fn free() -> anyhow::Result<u16> {
    let folder = std::env::temp_dir().join("grantbook-test-ports");
    fs::create_dir_all(&folder).context("no folder for the ports' locks")?;
    let count = u32::from(RANGE.end - RANGE.start);
    // Processes begin at different places, so that they seldom meet.
    let start = std::process::id().wrapping_mul(37) % count;
    for step in 0..count {
        let port = RANGE.start + u16::try_from((start + step) % count)?;
        if let Some(lock) = locked(&folder, port)?
            && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        {
            HELD.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(lock);
            return Ok(port);
        }
    }
    bail!("no free port")
}

/// The lock of a port, unless somebody has it.
fn locked(folder: &Path, port: u16) -> anyhow::Result<Option<File>> {
    let path = folder.join(port.to_string());
    let file = File::options().create(true).append(true).open(&path);
    let file = file.with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).context("a port's lock"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn no_port_is_given_twice() {
        let ports: BTreeSet<u16> = (0..100).map(|_| super::free().unwrap()).collect();
        assert_eq!(ports.len(), 100);
        assert!(ports.iter().all(|port| super::RANGE.contains(port)));
    }
}
