//! Who may import whom. The tables below are the picture in `docs/ARCHITECTURE.md`; what is not in them is
//! forbidden. Tests and development dependencies are free to use anything.

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Each room of the house, and the rooms it may look into.
const HOUSE: [(&str, &[&str]); 8] = [
    ("core", &[]),
    ("api", &["core"]),
    ("migrations", &[]),
    ("store", &["core", "migrations"]),
    ("flows", &["store", "api", "core"]),
    ("simulator", &["api", "core"]),
    ("web", &["core"]),
    ("server", &["flows", "store", "api", "core", "migrations"]),
];

/// Doors that exist only behind a feature: from, to, feature.
const BEHIND_A_FEATURE: [(&str, &str, &str); 1] = [("server", "simulator", "demo")];

/// Workshops: they may look everywhere, and nobody looks into them.
const WORKSHOPS: [&str; 2] = ["tests", "xtask"];

/// Families of third-party crates (`x` and `x-…`), and the rooms that may name them.
const FOREIGN: [(&str, &[&str]); 10] = [
    ("sea-orm", &["store", "migrations"]),
    ("sqlx", &["store", "migrations"]),
    ("reqwest", &["api"]),
    ("hyper", &["api"]),
    ("tokio-tungstenite", &["api"]),
    ("oauth2", &["api"]),
    ("axum", &["server", "simulator"]),
    ("leptos", &["web"]),
    ("clap", &["server", "simulator"]),
    ("figment", &["server"]),
];

/// What would make `core` depend on the outside: a runtime, randomness, logs.
const NOT_PURE: [&str; 5] = ["tokio", "rand", "getrandom", "tracing", "futures"];

/// What one package names outside its tests.
#[derive(Debug)]
struct Room {
    name: String,
    names: Vec<Named>,
}

#[derive(Debug)]
struct Named {
    krate: String,
    /// The features that switch it on; `None` when it is always there.
    features: Option<BTreeSet<String>>,
}

fn short(package: &str) -> &str {
    package.strip_prefix("grantbook-").unwrap_or(package)
}

/// Every rule that a room breaks, as the sentence a reviewer would say.
fn violations(room: &Room, house: &BTreeSet<&str>) -> Vec<String> {
    if WORKSHOPS.contains(&room.name.as_str()) {
        return Vec::new();
    }
    let judge = |named: &Named| {
        if house.contains(named.krate.as_str()) {
            inside(room, named)
        } else {
            outside(room, named)
        }
    };
    room.names.iter().filter_map(judge).collect()
}

/// Rooms that look into each other.
fn inside(room: &Room, named: &Named) -> Option<String> {
    let (from, to) = (room.name.as_str(), short(&named.krate));
    if WORKSHOPS.contains(&to) {
        return Some(format!(
            "`{from}` imports `{to}`: nobody may, it is for tests and building only"
        ));
    }
    if let Some((.., feature)) = BEHIND_A_FEATURE.iter().find(|door| (door.0, door.1) == (from, to)) {
        let only = BTreeSet::from([(*feature).to_owned()]);
        return (named.features.as_ref() != Some(&only)).then(|| {
            format!(
                "`{from}` imports `{to}` outside the feature `{feature}`: make it optional, behind that feature alone"
            )
        });
    }
    let Some((_, allowed)) = HOUSE.iter().find(|(name, _)| *name == from) else {
        return Some(format!(
            "`{from}` is a room that the picture does not show: add it to the table and to the picture"
        ));
    };
    (!allowed.contains(&to)).then(|| match allowed {
        [] => format!("`{from}` imports `{to}`: it may import nobody"),
        _ => format!("`{from}` imports `{to}`: it may import only {}", listed(allowed)),
    })
}

/// Rooms that name third-party crates.
fn outside(room: &Room, named: &Named) -> Option<String> {
    let (from, krate) = (room.name.as_str(), named.krate.as_str());
    let of = |family: &str| {
        krate
            .strip_prefix(family)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    };
    if from == "core" && NOT_PURE.iter().any(|family| of(family)) {
        return Some(format!(
            "`core` names {krate}: meaning is pure, without I/O, clock, randomness or runtime"
        ));
    }
    let (_, allowed) = FOREIGN.iter().find(|(family, _)| of(family))?;
    (!allowed.contains(&from)).then(|| format!("`{from}` names {krate}: only {} may", listed(allowed)))
}

fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => "nobody".to_owned(),
    }
}

fn workspace() -> Metadata {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    MetadataCommand::new().manifest_path(root).no_deps().exec().unwrap()
}

fn rooms(workspace: &Metadata) -> Vec<Room> {
    let room = |package: &cargo_metadata::Package| Room {
        name: short(&package.name).to_owned(),
        names: package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| Named {
                krate: dependency.name.clone(),
                features: dependency.optional.then(|| switches(package, &dependency.name)),
            })
            .collect(),
    };
    workspace.packages.iter().map(room).collect()
}

/// The features that switch an optional dependency on, directly.
fn switches(package: &cargo_metadata::Package, dependency: &str) -> BTreeSet<String> {
    let turns_on = |item: &String| item == &format!("dep:{dependency}") || item.starts_with(&format!("{dependency}/"));
    let features = package.features.iter().filter(|(_, items)| items.iter().any(turns_on));
    features.map(|(name, _)| name.clone()).collect()
}

#[test]
fn every_package_imports_only_what_the_picture_draws() {
    let workspace = workspace();
    let house = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    let broken: Vec<_> = rooms(&workspace)
        .iter()
        .flat_map(|room| violations(room, &house))
        .collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_package_follows_the_lints_of_the_workspace() {
    for package in workspace().packages {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        let follows = manifest
            .split("[lints]")
            .nth(1)
            .is_some_and(|rest| rest.trim_start().starts_with("workspace = true"));
        assert!(
            follows,
            "`{}` has lints of its own: write `[lints] workspace = true`",
            short(&package.name)
        );
    }
}

#[test]
fn a_default_build_of_the_server_has_no_simulator() {
    let workspace = workspace();
    for (from, _, feature) in BEHIND_A_FEATURE {
        let package = workspace
            .packages
            .iter()
            .find(|package| short(&package.name) == from)
            .unwrap();
        let default = package.features.get("default").cloned().unwrap_or_default();
        assert!(
            !default.iter().any(|item| item == feature),
            "`{from}` has `{feature}` among its default features"
        );
    }
}

/// Feeds one import and compares what the reviewer says.
#[track_caller]
fn check(from: &str, krate: &str, features: Option<&[&str]>, said: Option<&str>) {
    let names = [
        "grantbook-core",
        "grantbook-api",
        "grantbook-store",
        "grantbook-migrations",
        "grantbook-flows",
    ];
    let house = names
        .into_iter()
        .chain(["grantbook-server", "grantbook-simulator", "grantbook-tests", "xtask"])
        .collect();
    let features = features.map(|features| features.iter().map(|&feature| feature.to_owned()).collect());
    let room = Room {
        name: from.to_owned(),
        names: vec![Named {
            krate: krate.to_owned(),
            features,
        }],
    };
    assert_eq!(violations(&room, &house).first().map(String::as_str), said);
}

#[test]
fn a_forbidden_import_is_named_in_a_sentence() {
    check(
        "flows",
        "sea-orm",
        None,
        Some("`flows` names sea-orm: only `store` and `migrations` may"),
    );
    check(
        "server",
        "sea-orm-migration",
        None,
        Some("`server` names sea-orm-migration: only `store` and `migrations` may"),
    );
    check(
        "simulator",
        "reqwest",
        None,
        Some("`simulator` names reqwest: only `api` may"),
    );
    check(
        "core",
        "tokio",
        None,
        Some("`core` names tokio: meaning is pure, without I/O, clock, randomness or runtime"),
    );
    check(
        "core",
        "grantbook-store",
        None,
        Some("`core` imports `store`: it may import nobody"),
    );
    check(
        "web",
        "grantbook-api",
        None,
        Some("`web` imports `api`: it may import only `core`"),
    );
    check(
        "server",
        "xtask",
        None,
        Some("`server` imports `xtask`: nobody may, it is for tests and building only"),
    );
    check(
        "attic",
        "grantbook-core",
        None,
        Some("`attic` is a room that the picture does not show: add it to the table and to the picture"),
    );
}

#[test]
fn what_the_picture_draws_is_allowed() {
    check("store", "sea-orm", None, None);
    check("flows", "grantbook-store", None, None);
    check("core", "serde_json", None, None);
    check("tests", "reqwest", None, None);
    check("server", "axum-extra", None, None);
}

#[test]
fn the_simulator_comes_into_the_server_only_by_the_demo() {
    let said = "`server` imports `simulator` outside the feature `demo`: make it optional, behind that feature alone";
    check("server", "grantbook-simulator", Some(&["demo"]), None);
    check("server", "grantbook-simulator", None, Some(said));
    check("server", "grantbook-simulator", Some(&["demo", "debug"]), Some(said));
    check(
        "flows",
        "grantbook-simulator",
        None,
        Some("`flows` imports `simulator`: it may import only `store`, `api` and `core`"),
    );
}
