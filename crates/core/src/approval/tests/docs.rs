//! The rules in `docs/rules.md` and those of the demo are rules.

use crate::approval::{Rules, check};

const PAGE: &str = include_str!("../../../../../docs/rules.md");

/// The blocks of a language, in order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let mut found = Vec::new();
    for after in PAGE.split(&fence).skip(1) {
        found.push(after.split("```").next().unwrap().to_owned());
    }
    found
}

#[test]
fn the_files_in_the_documentation_are_read_and_nothing_is_wrong_with_them() {
    let toml = blocks("toml");
    assert_eq!(toml.len(), 1);
    let rules = Rules::from_toml(&toml[0]).unwrap();
    assert_eq!(rules.rules.len(), 5);
    assert_eq!(check(&rules), []);
    let json = blocks("json");
    assert_eq!(json.len(), 1);
    let same = Rules::from_value(&serde_json::from_str(&json[0]).unwrap()).unwrap();
    assert_eq!(same.rules, rules.rules[2..3]);
}

/// Every condition and action of the tables, as it is written there with a value in the place of the dots.
#[test]
fn every_row_of_the_tables_is_understood() {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    let conditions = rows
        .filter_map(|row| row.split_once('`').map(|(condition, _)| condition))
        .filter(|condition| condition.contains(" = "));
    let mut seen = 0;
    for condition in conditions {
        let of_scopes = |text: &str| {
            text.replace("[ … ]", "[\"chat:write\"]")
                .replace("\"…\"", "\"chat:write\"")
        };
        let condition = match condition.split_once(" = ").unwrap().0 {
            "any" | "all" => condition.replace("[ … ]", "[{ app = { is = [\"A1\"] } }]"),
            "not" => condition.replace("{ … }", "{ app = { is = [\"A1\"] } }"),
            "scopes" => of_scopes(condition),
            "distribution" => condition.replace('…', "internal"),
            "previous_resolution" => condition.replace('…', "approved"),
            _ => condition.replace('…', "1"),
        };
        let text = format!("[[rules]]\nid = \"a\"\nname = \"A\"\nwhen = {{ {condition} }}\nthen = {{ ask = {{}} }}\n");
        let read = Rules::from_toml(&text);
        assert!(read.is_ok(), "{text}{read:?}");
        seen += 1;
    }
    assert!(seen >= 18, "{seen}");
}
