//! Encryption keys and API keys in words.

use grantbook_core::view::{
    KeyView, Role,
    encryption::{DataKeyView, EncryptionView, KeyRotationView},
};

use super::number::{count, thousands};

/// How encryption stands, in one sentence.
pub fn summary(view: &EncryptionView) -> String {
    let Some(key) = view.keys.last() else {
        return "There is no data key yet: the first secret makes one.".to_owned();
    };
    let older = view.older();
    match (view.under_way(), older) {
        (Some(rotation), _) => format!("Secrets are moving to data key {}.", rotation.key),
        (None, 0) => format!("Every secret is sealed with data key {}.", key.id),
        (None, older) => format!(
            "{} not sealed with the newest data key; a rotation moves {}.",
            if older == 1 {
                "1 secret is".to_owned()
            } else {
                format!("{} are", count(older, "secret"))
            },
            if older == 1 { "it" } else { "them" }
        ),
    }
}

/// How far a rotation is: `4,120 of 20,002 secrets moved (20 %)`.
pub fn progress(rotation: &KeyRotationView) -> String {
    let KeyRotationView { done, total, .. } = *rotation;
    let percent = (done * 100).checked_div(total).unwrap_or(100).min(100);
    format!("{} of {} moved ({percent} %)", thousands(done), count(total, "secret"))
}

/// What a data key is for now.
pub const fn part(key: &DataKeyView) -> &'static str {
    match (key.retired_at, key.unused_since) {
        (None, _) => "Seals now",
        (Some(_), None) => "Opens only",
        (Some(_), Some(_)) => "Unused",
    }
}

/// What an API key may do.
pub fn rights(key: &KeyView) -> String {
    let role = match key.role {
        Role::Admin => "everything",
        Role::Approver => "decide app requests",
        Role::Viewer => "look",
    };
    if key.tokens {
        format!("{role}, read tokens")
    } else {
        role.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u32, retired: Option<i64>, secrets: u64) -> DataKeyView {
        let at = grantbook_core::Timestamp::from_seconds;
        DataKeyView {
            id,
            master: "4f2a".to_owned(),
            created_at: at(0),
            retired_at: retired.map(at),
            unused_since: retired.filter(|_| secrets == 0).map(at),
            secrets,
        }
    }

    fn rotation(done: u64, total: u64) -> KeyRotationView {
        KeyRotationView {
            key: 2,
            started_at: grantbook_core::Timestamp::from_seconds(0),
            finished_at: None,
            done,
            total,
        }
    }

    #[test]
    fn the_summary_says_what_is_to_be_done() {
        let mut view = EncryptionView {
            master: "4f2a".to_owned(),
            keys: vec![key(1, Some(1), 0), key(2, None, 40)],
            under_master: 0,
            rotation: None,
        };
        assert_eq!(summary(&view), "Every secret is sealed with data key 2.");
        view.under_master = 1;
        assert_eq!(
            summary(&view),
            "1 secret is not sealed with the newest data key; a rotation moves it."
        );
        view.rotation = Some(rotation(1, 2));
        assert_eq!(summary(&view), "Secrets are moving to data key 2.");
    }

    #[test]
    fn progress_has_a_base_and_never_passes_its_end() {
        assert_eq!(
            progress(&rotation(4_120, 20_002)),
            "4,120 of 20,002 secrets moved (20 %)"
        );
        assert_eq!(progress(&rotation(0, 0)), "0 of 0 secrets moved (100 %)");
        assert_eq!(progress(&rotation(3, 2)), "3 of 2 secrets moved (100 %)");
    }

    #[test]
    fn keys_say_what_they_are_for() {
        let parts = [key(1, Some(1), 0), key(2, Some(1), 3), key(3, None, 0)].map(|key| part(&key));
        assert_eq!(parts, ["Unused", "Opens only", "Seals now"]);
    }
}
