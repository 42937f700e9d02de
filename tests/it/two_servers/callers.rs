//! Five hundred callers in a process of their own, each with a connection of its own: a machine that lets a
//! process open a thousand files has no room for a thousand callers in one.
//!
//! The process is told its order on its standard input, and says on its standard output when all are connected,
//! when all have asked, and what each was answered.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    net::SocketAddr,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

const CONNECTED: &str = "all are connected";
const ASKED: &str = "all have asked";

/// Whom to ask, and for what.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Order {
    /// By turns.
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) path: String,
    pub(super) key: String,
    pub(super) callers: usize,
}

/// What one caller was answered.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) address: SocketAddr,
    pub(super) status: u16,
    pub(super) body: Value,
}

/// The process, seen from the test.
pub(super) struct Callers {
    child: Child,
    orders: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
}

impl Callers {
    /// Returns when all callers are connected.
    pub(super) fn start(order: &Order) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--exact", "two_servers::the_callers", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().context("its standard input")?;
        let says = BufReader::new(child.stdout.take().context("its standard output")?).lines();
        let mut callers = Self { child, orders, says };
        callers.tell(&serde_json::to_string(order)?)?;
        callers.hear(CONNECTED)?;
        Ok(callers)
    }

    /// All ask at once.
    pub(super) fn go(&mut self) -> anyhow::Result<()> {
        self.tell("go")
    }

    /// Returns when every question is on its way.
    pub(super) fn asked(&mut self) -> anyhow::Result<()> {
        self.hear(ASKED)
    }

    /// What all were answered.
    pub(super) fn answers(mut self) -> anyhow::Result<Vec<Answer>> {
        let mut answers = Vec::new();
        for line in self.says.by_ref() {
            let line = line?;
            if line.starts_with('{') {
                answers.push(serde_json::from_str(&line)?);
            }
        }
        ensure!(self.child.wait()?.success(), "the callers failed");
        Ok(answers)
    }

    fn tell(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.orders, "{line}")?;
        Ok(self.orders.flush()?)
    }

    fn hear(&mut self, word: &str) -> anyhow::Result<()> {
        for line in self.says.by_ref() {
            if line? == word {
                return Ok(());
            }
        }
        anyhow::bail!("the callers ended before they said that {word}")
    }
}

impl Drop for Callers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process itself.
pub(super) fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut orders = std::io::stdin().lines();
    let order: Order = serde_json::from_str(&orders.next().unwrap().unwrap()).unwrap();
    runtime.block_on(async {
        let mut streams = Vec::new();
        for number in 0..order.callers {
            let address = order.addresses[number % order.addresses.len()];
            streams.push((address, TcpStream::connect(address).await.unwrap()));
        }
        // The test runner has begun a line.
        println!("\n{CONNECTED}");
        assert_eq!(orders.next().unwrap().unwrap(), "go");
        for (address, stream) in &mut streams {
            let question = format!(
                "GET {} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
                order.path, order.key
            );
            stream.write_all(question.as_bytes()).await.unwrap();
        }
        println!("{ASKED}");
        let mut hearing = JoinSet::new();
        for (address, mut stream) in streams {
            hearing.spawn(async move {
                let mut text = String::new();
                stream.read_to_string(&mut text).await.unwrap();
                read(address, &text)
            });
        }
        while let Some(answer) = hearing.join_next().await {
            println!("{}", serde_json::to_string(&answer.unwrap()).unwrap());
        }
    });
}

fn read(address: SocketAddr, text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer {
        address,
        status: status.unwrap_or(0),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}
