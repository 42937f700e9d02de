//! Encryption at rest: administrators see how the keys stand, and never a key.

use grantbook_core::view::{Role, encryption::EncryptionView};
use http::{Method, StatusCode};

use super::harness::Harness;

const PATH: &str = "/api/v1/encryption";

#[tokio::test]
async fn administrators_see_how_the_keys_stand() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let answer = console.page(&ada, Method::GET, PATH, None).await;
    assert_eq!(answer.status, StatusCode::OK);
    let state: EncryptionView = answer.json();
    assert_eq!((state.keys.len(), state.older()), (1, 0));
    assert!(state.under_way().is_none() && state.keys[0].retired_at.is_none());
    assert!(!answer.text().contains("0707070707"), "the master key itself");
}

#[tokio::test]
async fn viewers_do_not() {
    let console = Harness::new().await;
    let orla = console.signed_in("orla", Role::Viewer).await;
    let answer = console.page(&orla, Method::GET, PATH, None).await;
    answer.assert_problem(403, "admin_only");
}
