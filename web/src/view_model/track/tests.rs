//! The drawing is to scale, stays in its frame, and says what was late.

use super::*;
use crate::view_model::requests::tests::round;

fn spent(age_ms: u64, left_us: u64, answered_us: u64) -> RoundView {
    RoundView {
        age_ms: Some(age_ms),
        verified_us: Some(2_000),
        left_us: Some(left_us),
        answered_us: Some(answered_us),
        ..round()
    }
}

#[test]
fn in_time_the_limit_stands_far_right_and_says_what_was_to_spare() {
    let round = spent(0, 11_000, 214_000);
    let svg = drawing(&round);
    assert!(svg.contains(r#"<line class="edge" x1="840.0""#), "{svg}");
    assert!(
        svg.contains("11 ms to leave, answered after 214 ms · 2,786 ms to spare"),
        "{svg}"
    );
    assert!(!svg.contains("late"));
    assert_eq!(
        summary(&round),
        "spent after 11 ms, answered after 214 ms, limit 3,000 ms"
    );
}

#[test]
fn late_is_red_and_says_by_how_much() {
    let svg = drawing(&spent(4_091, 11_000, 214_000));
    assert!(svg.contains(r#"<rect class="late""#));
    assert!(svg.contains("1,102 ms too late"), "{svg}");
    let edge: f64 = svg
        .split(r#"class="edge" x1=""#)
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(edge < 700.0, "the limit moves left to make room: {edge}");
}

#[test]
fn nothing_is_drawn_outside_the_frame_however_late() {
    for age in [0, 2_999, 10_000, 600_000] {
        let svg = drawing(&spent(age, 1_000, 900_000));
        let places = svg
            .split(" x=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok());
        assert!(places.clone().count() > 4);
        assert!(places.into_iter().all(|x| (30.0..=960.0).contains(&x)), "{age}: {svg}");
    }
}

#[test]
fn a_press_that_was_never_spent_says_so() {
    assert_eq!(summary(&round()), "not spent, limit 3,000 ms");
    assert!(!drawing(&round()).contains("Asked Slack"));
}

#[test]
fn parts_of_a_millisecond_are_seen() {
    assert_eq!(
        [20, 380, 999, 1_000, 11_400].map(millis),
        ["under 0.1 ms", "0.3 ms", "0.9 ms", "1 ms", "11 ms"]
    );
}
