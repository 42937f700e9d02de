//! Rules made ready decide as they do when they are read as written, with the same reasons.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};

use super::{predicate, properties, request};
use crate::{
    approval::{Action, AppRequest, Compiled, Rule, Rules, decide},
    catalogue,
};

/// Everything that both say of these requests, compared.
fn alike(rules: &Rules, many: &[AppRequest]) -> Result<(), TestCaseError> {
    let compiled = Compiled::new(rules);
    let mut found = Vec::new();
    compiled.decide_all(many, |verdict, reasons| found.push((verdict, reasons.to_vec())));
    prop_assert_eq!(found.len(), many.len());
    for (asked, (verdict, reasons)) in many.iter().zip(found) {
        let plain = decide(rules, asked);
        prop_assert_eq!(verdict.position(), plain.position());
        prop_assert_eq!(verdict.request(), asked);
        prop_assert_eq!(compiled.decide(asked).position(), plain.position());
        prop_assert_eq!(reasons, plain.reasons().collect::<Vec<_>>());
    }
    Ok(())
}

/// Names out of the whole catalogue and some that it does not know: more than fit into one word of bits.
fn names(most: usize) -> impl Strategy<Value = Vec<String>> {
    let known: Vec<String> = catalogue::all().iter().map(|info| info.name.to_owned()).collect();
    let unknown = (0..20).map(|number| format!("made.up:{number}"));
    vec(select(known.into_iter().chain(unknown).collect::<Vec<_>>()), 0..most)
}

const TESTS: [&str; 6] = ["any_of", "all_of", "none_of", "within", "is", "is_not"];

fn about_scopes() -> impl Strategy<Value = Rule> {
    let wide = (select(&TESTS[..]), names(90)).prop_map(|(test, list)| json!({"scopes": {test: list}}));
    let narrow = (select(&TESTS[..]), names(4)).prop_map(|(test, list)| json!({"scopes": {test: list}}));
    let one = names(2).prop_map(|list| json!({"scopes": {"includes": list.first().map_or("admin", String::as_str)}}));
    let before = (select(&["scopes_match", "nothing_new"][..]), any::<bool>())
        .prop_map(|(test, wanted)| json!({"previous_resolution": {test: wanted}}));
    vec(prop_oneof![wide, narrow, one, before], 1..3).prop_map(|tests: Vec<Value>| {
        let cancel = Action::Cancel { reason: String::new() };
        Rule::new("r", "R", predicate(json!({"all": tests})), cancel)
    })
}

fn asking() -> impl Strategy<Value = AppRequest> {
    (names(12), option::of(names(12))).prop_map(|(scopes, before)| {
        let named = |list: Vec<String>| -> Value { list.into_iter().map(|name| json!({"name": name})).collect() };
        request(&json!({"scopes": named(scopes),
            "previous_resolution": before.map(|list| json!({"status": "approved", "scopes": named(list)}))}))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_rules_on_any_requests(rules in properties::rules(), many in vec(properties::requests(), 1..20)) {
        alike(&rules, &many)?;
    }

    #[test]
    fn more_scopes_than_fit_into_one_word(list in vec(about_scopes(), 1..8), many in vec(asking(), 1..10)) {
        alike(&Rules { version: 1, rules: list }, &many)?;
    }
}
