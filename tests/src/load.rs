//! A load generator: signed deliveries over a fixed number of connections, each answer kept.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use grantbook_api::{
    events::{Envelope, Event, Grant, ResourceGrant},
    secret::SigningSecret,
    signature,
};
use grantbook_core::{AppId, ResourceId, ResourceType, Scope, TeamId, Tenant};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One signed POST.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The event's id, to count by.
    pub event_id: String,
    /// The raw body: JSON, or a form.
    pub body: Bytes,
    /// `X-Slack-Request-Timestamp`.
    pub timestamp: String,
    /// `X-Slack-Signature`.
    pub signature: String,
}

/// What came of one POST.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which of the requests.
    pub index: usize,
    /// The HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// From the first byte sent to the last byte read.
    pub took: Duration,
}

/// Makes `count` different `resources_added` and `resources_removed` events spread over `teams`, in
/// order of time, ending at `now_seconds`.
pub fn events(app: &AppId, teams: &[TeamId], count: usize, now_seconds: i64) -> Vec<(String, Bytes)> {
    let scopes: Vec<Scope> = ["chat:write", "channels:history"]
        .iter()
        .filter_map(|name| Scope::new(*name).ok())
        .collect();
    let start = now_seconds - i64::try_from(count).unwrap_or(0);
    (0..count)
        .filter_map(|index| {
            let team = teams[index % teams.len()].clone();
            let channel = ResourceId::new(format!("C0LOAD{:05}", (index / teams.len()) % 40)).ok()?;
            let resources = vec![ResourceGrant {
                resource_type: ResourceType::Channel,
                grant: Grant::Specific(channel),
                scopes: scopes.clone(),
            }];
            let event = if index % 3 == 2 {
                Event::ResourcesRemoved { resources }
            } else {
                Event::ResourcesAdded { resources }
            };
            let event_id = format!("EvLOAD{index:08}");
            let time = start + i64::try_from(index).unwrap_or(0);
            let envelope = Envelope::new(&Tenant::Team(team), app.clone(), event, event_id.clone(), time);
            Some((event_id, Bytes::from(envelope.to_json("verification").to_string())))
        })
        .collect()
}

/// Signs a body as Slack would at `now_seconds`.
pub fn sign(secret: &SigningSecret, event_id: String, body: Bytes, now_seconds: i64) -> Signed {
    let signature = signature::sign(secret, now_seconds, &body);
    Signed {
        event_id,
        body,
        timestamp: now_seconds.to_string(),
        signature,
    }
}

/// Sends every request once over `connections` connections to `path` at `address`. A connection that
/// breaks is opened again; a request whose answer did not come is not repeated, but reported.
pub async fn post_all(address: SocketAddr, path: &str, requests: Arc<Vec<Signed>>, connections: usize) -> Vec<Answer> {
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..connections)
        .map(|_| {
            let (next, requests, path) = (Arc::clone(&next), Arc::clone(&requests), path.to_owned());
            tokio::spawn(async move { worker(address, &path, &requests, &next).await })
        })
        .collect();
    let mut answers = Vec::with_capacity(requests.len());
    for worker in workers {
        answers.extend(worker.await.unwrap_or_default());
    }
    answers
}

async fn worker(address: SocketAddr, path: &str, requests: &[Signed], next: &AtomicUsize) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut connection: Option<SendRequest<Full<Bytes>>> = None;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(signed) = requests.get(index) else {
            return answers;
        };
        let began = Instant::now();
        let status = match ready(&mut connection, address).await {
            Some(sender) => send(sender, address, path, signed).await,
            None => None,
        };
        if status.is_none() {
            connection = None;
            // The server may be starting again; a short pause keeps this loop from spinning.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        answers.push(Answer {
            index,
            status,
            took: began.elapsed(),
        });
    }
}

async fn ready(
    connection: &mut Option<SendRequest<Full<Bytes>>>,
    address: SocketAddr,
) -> Option<&mut SendRequest<Full<Bytes>>> {
    let usable = match connection.as_mut() {
        Some(sender) => sender.ready().await.is_ok(),
        None => false,
    };
    if !usable {
        let stream = TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, driver) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(driver);
        *connection = Some(sender);
    }
    connection.as_mut()
}

async fn send(sender: &mut SendRequest<Full<Bytes>>, address: SocketAddr, path: &str, signed: &Signed) -> Option<u16> {
    let request = Request::post(path)
        .header("host", address.to_string())
        .header("content-type", content_type(&signed.body))
        .header(signature::TIMESTAMP_HEADER, &signed.timestamp)
        .header(signature::SIGNATURE_HEADER, &signed.signature)
        .body(Full::new(signed.body.clone()))
        .ok()?;
    let answer = sender.send_request(request).await.ok()?;
    let status = answer.status().as_u16();
    answer.into_body().collect().await.ok()?;
    Some(status)
}

/// Events are JSON objects; what people press comes as a form.
fn content_type(body: &[u8]) -> &'static str {
    if body.starts_with(b"{") {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    }
}

/// Sends the same GET `count` times over `connections` connections, with an API key; each answer kept. The last body
/// that came with 200 is answered too.
pub async fn get_all(
    address: SocketAddr,
    path: &str,
    key: &str,
    count: usize,
    connections: usize,
) -> (Vec<Answer>, Option<Bytes>) {
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..connections)
        .map(|_| {
            let (next, path, key) = (Arc::clone(&next), path.to_owned(), format!("Bearer {key}"));
            tokio::spawn(async move { getter(address, &path, &key, count, &next).await })
        })
        .collect();
    let (mut answers, mut last) = (Vec::with_capacity(count), None);
    for worker in workers {
        let (of_one, body) = worker.await.unwrap_or_default();
        answers.extend(of_one);
        last = body.or(last);
    }
    (answers, last)
}

async fn getter(
    address: SocketAddr,
    path: &str,
    authorization: &str,
    count: usize,
    next: &AtomicUsize,
) -> (Vec<Answer>, Option<Bytes>) {
    let (mut answers, mut last) = (Vec::new(), None);
    let mut connection: Option<SendRequest<Full<Bytes>>> = None;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= count {
            return (answers, last);
        }
        let began = Instant::now();
        let answered = match ready(&mut connection, address).await {
            Some(sender) => get(sender, address, path, authorization).await,
            None => None,
        };
        let status = answered.as_ref().map(|(status, _)| *status);
        match answered {
            Some((200, body)) => last = Some(body),
            Some(_) => {}
            None => {
                connection = None;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        answers.push(Answer {
            index,
            status,
            took: began.elapsed(),
        });
    }
}

async fn get(
    sender: &mut SendRequest<Full<Bytes>>,
    address: SocketAddr,
    path: &str,
    authorization: &str,
) -> Option<(u16, Bytes)> {
    let request = Request::get(path)
        .header("host", address.to_string())
        .header("authorization", authorization)
        .body(Full::default())
        .ok()?;
    let answer = sender.send_request(request).await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.into_body().collect().await.ok()?.to_bytes()))
}
