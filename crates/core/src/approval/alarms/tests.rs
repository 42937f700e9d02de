//! What is an alarm, and what is none.

use super::*;

fn place(id: &str) -> Place {
    (!id.is_empty()).then(|| id.parse().unwrap())
}

fn scopes(names: &str) -> BTreeSet<Scope> {
    Scope::parse_list(names).unwrap().into_iter().collect()
}

fn stands(places: &[(&str, Previous, &str)]) -> BTreeMap<Place, Standing> {
    let one = |(at, status, names): &(&str, Previous, &str)| {
        let scopes = scopes(names);
        (
            place(at),
            Standing {
                status: *status,
                scopes,
            },
        )
    };
    places.iter().map(one).collect()
}

fn facts() -> Facts {
    Facts {
        app_name: "Standup".to_owned(),
        ..Facts::default()
    }
}

fn found(facts: &Facts) -> Vec<(String, String)> {
    let names = [("T1".to_owned(), "Acme".to_owned())].into();
    let all = alarms(&"A1".parse().unwrap(), facts, &names);
    all.into_iter().map(|(key, alarm)| (key, alarm.sentence)).collect()
}

fn keys(facts: &Facts) -> Vec<String> {
    found(facts).into_iter().map(|(key, _)| key).collect()
}

const CHAT: &str = "chat:write";
const MORE: &str = "chat:write,files:read";

#[test]
fn nothing_is_wrong_with_an_app_that_is_installed_as_it_was_approved() {
    let mut facts = facts();
    assert_eq!(found(&facts), []);
    facts.standing = stands(&[("", Previous::Approved, MORE), ("T2", Previous::Restricted, CHAT)]);
    facts.installed = [(place("T1"), scopes(CHAT)), (place("T3"), scopes(MORE))].into();
    let own = Own {
        status: Previous::Approved,
        by: "user:orla".to_owned(),
        at: Timestamp::default(),
    };
    facts.own = [(None, own)].into();
    assert_eq!(found(&facts), []);
}

#[test]
fn a_restricted_app_that_is_installed_is_told_by_workspace_and_once_for_the_organization() {
    let mut facts = facts();
    facts.installed = [(place("T1"), scopes("")), (place("T2"), scopes(""))].into();
    facts.standing = stands(&[("", Previous::Approved, CHAT), ("T1", Previous::Restricted, CHAT)]);
    let expected = "Standup is restricted in Acme and still installed there. Restricting uninstalls nothing: \
                    uninstall it in Acme, or approve it.";
    let all = found(&facts);
    assert_eq!(
        all,
        [("restricted_but_installed:A1:T1".to_owned(), expected.to_owned())]
    );
    facts.standing = stands(&[("", Previous::Restricted, CHAT), ("T1", Previous::Restricted, CHAT)]);
    let all = found(&facts);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].0, "restricted_but_installed:A1:");
    assert!(all[0].1.contains("installed in Acme and T2."), "{}", all[0].1);
    facts.installed.clear();
    assert_eq!(found(&facts), []);
}

#[test]
fn what_is_asked_or_held_beyond_the_approval_is_told() {
    let mut facts = facts();
    let waiting = Waiting {
        id: 12,
        place: place("T1"),
        scopes: scopes(MORE),
        approved_before: None,
    };
    facts.waiting = vec![waiting];
    assert_eq!(found(&facts), [], "nothing was approved");
    facts.standing = stands(&[("T1", Previous::Approved, CHAT)]);
    let all = found(&facts);
    assert_eq!(all[0].0, "approved_under_old_scopes:A1:T1");
    assert!(all[0].1.contains("asks for more: files:read.") && all[0].1.contains("Decide request 12."));
    facts.standing = stands(&[("T1", Previous::Approved, CHAT), ("", Previous::Approved, MORE)]);
    assert_eq!(found(&facts), [], "the organization's approval covers it");
    facts.waiting.clear();
    facts.installed = [(place("T1"), scopes("chat:write,users:read"))].into();
    let all = found(&facts);
    assert!(
        all[0].1.contains("its approval does not have: users:read."),
        "{}",
        all[0].1
    );
}

#[test]
fn the_request_itself_tells_of_an_approval_that_no_list_shows() {
    let mut facts = facts();
    facts.waiting = vec![Waiting {
        id: 12,
        place: place("T1"),
        scopes: scopes(MORE),
        approved_before: Some(scopes(CHAT)),
    }];
    assert_eq!(keys(&facts), ["approved_under_old_scopes:A1:T1"]);
    facts.standing = stands(&[("T1", Previous::Restricted, CHAT)]);
    assert_eq!(found(&facts), [], "it is approved no more");
}

#[test]
fn a_change_elsewhere_is_told_unless_our_own_is_on_its_way() {
    let mut facts = facts();
    let own = |status| Own {
        status,
        by: "user:orla".to_owned(),
        at: Timestamp::from_seconds(86_400),
    };
    facts.own = [
        (place("T1"), own(Previous::Approved)),
        (place("T2"), own(Previous::Unresolved)),
        (None, own(Previous::Restricted)),
    ]
    .into();
    facts.standing = stands(&[("T2", Previous::Restricted, CHAT), ("", Previous::Restricted, CHAT)]);
    let all = found(&facts);
    assert_eq!(keys(&facts), ["changed_elsewhere:A1:T1", "changed_elsewhere:A1:T2"]);
    let expected = "Standup was approved for Acme here by user:orla on 2 January 1970, and Slack's lists do not \
                    show it: somebody changed it elsewhere. Decide it again here, or accept what Slack shows.";
    assert_eq!(all[0].1, expected);
    facts.on_the_way = [place("T1")].into();
    assert_eq!(keys(&facts), ["changed_elsewhere:A1:T2"]);
}

#[test]
fn long_lists_are_counted() {
    let names = |n: usize| (1..=n).map(|i| format!("W{i}")).collect::<Vec<_>>();
    for (n, expected) in [
        (1, "W1"),
        (2, "W1 and W2"),
        (5, "W1, W2, W3, W4 and W5"),
        (7, "W1, W2, W3, W4 and 3 more"),
    ] {
        assert_eq!(listed(&names(n)), expected);
    }
}
