//! Signing in and out, and setting up the first administrator.

use grantbook_core::view::{SessionView, SetUp, SignIn, WelcomeView};

use super::{UiError, http};

/// What the sign-in page needs to know; for everybody.
pub async fn welcome() -> Result<WelcomeView, UiError> {
    http::get("welcome", "").await
}

/// Who is signed in.
pub async fn session() -> Result<SessionView, UiError> {
    http::get("session", "").await.map(remembered)
}

/// Signs in with a name and a password.
pub async fn sign_in(who: &SignIn) -> Result<SessionView, UiError> {
    http::post("session", Some(who)).await.map(remembered)
}

/// Signs in to the demo with one click.
pub async fn demo_sign_in() -> Result<SessionView, UiError> {
    http::post("session/demo", None::<&()>).await.map(remembered)
}

/// Makes the first administrator with the one-time link, and signs in as them.
pub async fn set_up(first: &SetUp) -> Result<SessionView, UiError> {
    http::post("setup", Some(first)).await.map(remembered)
}

/// Ends the session.
pub async fn sign_out() -> Result<(), UiError> {
    http::delete("session").await?;
    http::remember_csrf_token(None);
    Ok(())
}

fn remembered(view: SessionView) -> SessionView {
    http::remember_csrf_token(Some(view.csrf_token.clone()));
    view
}
