//! `Connection`: one WebSocket from its greeting to its end.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::{Duration, Instant, MissedTickBehavior, interval_at, timeout},
};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::{
    Acknowledgement, DisconnectReason, Ended, Frame, Hello, Received, SocketError, SocketSettings, handshake::Stream,
    pool::Place,
};

/// The longest that one message may take to leave.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long Slack waits for an acknowledgement; so a closing connection waits as long for those still due.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(3);

/// Why a connection no longer serves.
#[derive(Debug)]
pub(super) enum Farewell {
    /// Slack wants another one in its place. This one still works for a while.
    Retire(DisconnectReason),
    /// It is over, for this connection.
    Lost(SocketError),
    /// It is over, for all.
    Ended(Ended),
}

/// One WebSocket that was greeted.
pub(super) struct Connection {
    stream: Stream,
    back: UnboundedSender<Acknowledgement>,
    acknowledgements: UnboundedReceiver<Acknowledgement>,
    born: Instant,
    heard: Instant,
    settings: SocketSettings,
    /// Given back when the connection ends.
    _place: Place,
}

impl Connection {
    /// Waits for Slack's greeting.
    pub(super) async fn greeted(
        mut stream: Stream,
        settings: &SocketSettings,
        mut place: Place,
    ) -> Result<(Self, Hello), SocketError> {
        let hello = timeout(settings.hello_timeout, hello(&mut stream))
            .await
            .unwrap_or(Err(SocketError::NoHello))?;
        place.stands(&hello);
        let (back, acknowledgements) = mpsc::unbounded_channel();
        let connection = Self {
            stream,
            back,
            acknowledgements,
            born: Instant::now(),
            heard: Instant::now(),
            settings: settings.clone(),
            _place: place,
        };
        Ok((connection, hello))
    }

    /// Whether the connection has lived so long that its end is no failure.
    pub(super) fn was_steady(&self) -> bool {
        self.born.elapsed() >= self.settings.steady_after
    }

    /// Hands out what arrives and sends acknowledgements, until the connection ends or should be replaced.
    pub(super) async fn serve(&mut self, out: &mpsc::Sender<Received>) -> Farewell {
        let every = self.settings.ping_every;
        let mut ping = interval_at(Instant::now() + every, every);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut waiting = None;
        loop {
            let step = tokio::select! {
                biased;
                Some(acknowledgement) = self.acknowledgements.recv() => self.acknowledge(&acknowledgement).await,
                () = out.closed() => Err(Farewell::Ended(Ended::Stopped)),
                permit = out.reserve(), if waiting.is_some() => {
                    if let (Ok(permit), Some(received)) = (permit, waiting.take()) {
                        permit.send(received);
                    }
                    // Nothing was read meanwhile, so the silence was not Slack's.
                    self.heard = Instant::now();
                    Ok(())
                }
                message = self.stream.next(), if waiting.is_none() => match self.heard(message) {
                    Ok(received) => {
                        waiting = received;
                        Ok(())
                    }
                    Err(farewell) => Err(farewell),
                },
                _ = ping.tick(), if waiting.is_none() => self.ping().await,
            };
            if let Err(farewell) = step {
                return farewell;
            }
        }
    }

    /// Goes on serving while another connection takes its place: until Slack closes, or for the longest time
    /// that the settings allow. Says so when there should be no other one.
    pub(super) async fn drain(mut self, out: &mpsc::Sender<Received>) -> Option<Ended> {
        let until = Instant::now() + self.settings.drain;
        loop {
            match tokio::time::timeout_at(until, self.serve(out)).await {
                Ok(Farewell::Retire(_)) => {}
                Ok(Farewell::Lost(_)) => return None,
                Ok(Farewell::Ended(Ended::Stopped)) | Err(_) => break,
                Ok(Farewell::Ended(ended)) => return Some(ended),
            }
        }
        self.finish().await;
        None
    }

    /// Sends the acknowledgements that are still due, within the time they have, and closes.
    pub(super) async fn finish(self) {
        let Self {
            mut stream,
            back,
            mut acknowledgements,
            ..
        } = self;
        // With this one gone, the last envelope to be acknowledged or dropped ends the list.
        drop(back);
        let rest = async {
            while let Some(acknowledgement) = acknowledgements.recv().await {
                write(&mut stream, text(&acknowledgement)).await?;
            }
            Ok::<_, SocketError>(())
        };
        let _ = timeout(ACKNOWLEDGE_WITHIN, rest).await;
        let _ = timeout(WRITE_TIMEOUT, stream.close(None)).await;
    }

    /// Takes one message apart. Gives what is for the caller.
    fn heard(
        &mut self,
        message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
    ) -> Result<Option<Received>, Farewell> {
        self.heard = Instant::now();
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            // Pings are answered by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => return Ok(None),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Farewell::Lost(SocketError::Closed)),
        };
        match Frame::parse(&text) {
            Ok(Frame::Envelope(envelope)) => Ok(Some(Received::new(*envelope, self.back.clone()))),
            Ok(Frame::Disconnect(disconnect)) => Err(farewell(disconnect.reason)),
            Ok(Frame::Hello(_)) => Ok(None),
            Ok(Frame::Unknown { kind }) => {
                tracing::debug!(slack.frame = kind, "a frame of an unknown type");
                Ok(None)
            }
            Err(error) => {
                tracing::warn!(%error, "a frame from Slack cannot be read");
                Ok(None)
            }
        }
    }

    async fn acknowledge(&mut self, acknowledgement: &Acknowledgement) -> Result<(), Farewell> {
        let message = text(acknowledgement);
        write(&mut self.stream, message).await.map_err(Farewell::Lost)
    }

    /// Asks whether the other side is there, unless it has been silent for too long.
    async fn ping(&mut self) -> Result<(), Farewell> {
        let quiet = self.heard.elapsed();
        if quiet >= self.settings.idle_timeout {
            return Err(Farewell::Lost(SocketError::Silent { quiet }));
        }
        let message = Message::Ping(Bytes::new());
        write(&mut self.stream, message).await.map_err(Farewell::Lost)
    }
}

fn farewell(reason: DisconnectReason) -> Farewell {
    match reason {
        DisconnectReason::LinkDisabled => Farewell::Ended(Ended::LinkDisabled),
        DisconnectReason::TooManyWebsockets => Farewell::Lost(SocketError::Disconnected { reason }),
        DisconnectReason::Warning | DisconnectReason::RefreshRequested | DisconnectReason::Other(_) => {
            Farewell::Retire(reason)
        }
    }
}

/// The first frame. Anything else than a greeting or a farewell will come again.
async fn hello(stream: &mut Stream) -> Result<Hello, SocketError> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => match Frame::parse(&text) {
                Ok(Frame::Hello(hello)) => return Ok(hello),
                Ok(Frame::Disconnect(disconnect)) => {
                    let reason = disconnect.reason;
                    return Err(SocketError::Disconnected { reason });
                }
                Ok(Frame::Envelope(_) | Frame::Unknown { .. }) | Err(_) => {}
            },
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(SocketError::Closed),
            Some(Ok(_)) => {}
        }
    }
}

fn text(acknowledgement: &Acknowledgement) -> Message {
    Message::text(serde_json::json!(acknowledgement).to_string())
}

async fn write(stream: &mut Stream, message: Message) -> Result<(), SocketError> {
    match timeout(WRITE_TIMEOUT, stream.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(SocketError::Closed),
    }
}
