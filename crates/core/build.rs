//! Turns `data/scopes.json` into a sorted static table, so that the catalogue costs nothing at start-up
//! and the browser needs no parser for it.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use serde_json::Value;

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo tells a build script its folder by the environment"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data/scopes.json");
    let data: Value = serde_json::from_str(&fs::read_to_string("data/scopes.json")?)?;
    let mut scopes: Vec<&Value> = data["scopes"].as_array().ok_or("no scopes")?.iter().collect();
    scopes.sort_by_key(|scope| scope["name"].as_str());
    let mut table = String::from("static TABLE: &[ScopeInfo] = &[\n");
    for scope in scopes {
        let resource_types: Vec<String> = texts(&scope["resource_types"])
            .iter()
            .map(|kind| {
                let camel: String = kind.split('_').map(|w| w[..1].to_uppercase() + &w[1..]).collect();
                format!("ResourceType::{camel}")
            })
            .collect();
        writeln!(
            table,
            "ScopeInfo {{ name: {:?}, description: {:?}, token_kinds: &{:?}, resource_types: &[{}], documented: {}, admin: {}, status: {:?} }},",
            scope["name"].as_str().ok_or("no name")?,
            scope["description"].as_str().unwrap_or(""),
            texts(&scope["token_types"]),
            resource_types.join(", "),
            scope["certainty"].as_str() == Some("documented by example"),
            scope["admin"].as_bool().unwrap_or(false),
            scope["status"].as_str().unwrap_or("current"),
        )?;
    }
    table.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("catalogue.rs"), table)?;
    Ok(())
}
