//! `admin.apps.config.lookup` and `admin.apps.config.set`: success, and each refusal.

use serde_json::{Value, json};

use super::{Admin, KUDOS, MINUTES, VAULT};

#[tokio::test]
async fn what_is_set_for_a_connector_is_looked_up_by_app_or_preview() {
    let admin = Admin::start().await;
    let both = serde_json::to_string(&[KUDOS, MINUTES]).unwrap();
    let before = admin.fine("config.lookup", &[("app_ids", &both)]).await;
    let fresh = |app: &str| {
        json!({"app_id": app, "workflow_auth_strategy": "builder_choice", "rich_link_preview_type": "default_to_global_setting",
            "domain_restrictions": {"emails": [], "urls": []}})
    };
    assert_eq!(before["configs"], json!([fresh(KUDOS), fresh(MINUTES)]));
    let domains = r#"{"urls":["okta.example"],"emails":["northwind.example"]}"#;
    admin
        .fine(
            "config.set",
            &[
                ("app_id", KUDOS),
                ("workflow_auth_strategy", "end_user_only"),
                ("domain_restrictions", domains),
            ],
        )
        .await;
    admin
        .fine(
            "config.set",
            &[("app_id", KUDOS), ("rich_link_preview_type", "no_preview")],
        )
        .await;
    let after = admin
        .fine("config.lookup", &[("rich_link_preview_types", r#"["no_preview"]"#)])
        .await;
    assert_eq!(
        after["configs"],
        json!([{"app_id": KUDOS, "workflow_auth_strategy": "end_user_only", "rich_link_preview_type": "no_preview",
            "domain_restrictions": {"emails": ["northwind.example"], "urls": ["okta.example"]}}])
    );
    // As JSON, too: both methods take it.
    let url = format!("{}/api/admin.apps.config.lookup", admin.slack.sim.url());
    let request = admin
        .slack
        .http
        .post(url)
        .bearer_auth(&admin.token)
        .json(&json!({"app_ids": [KUDOS, "A0NOWHERE"]}));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&answer["ok"], answer["configs"].as_array().unwrap().len()),
        (&json!(true), 1)
    );
}

#[tokio::test]
async fn settings_are_refused_by_the_names_of_their_pages() {
    let admin = Admin::start().await;
    admin.refused("config.lookup", &[], "missing_args").await;
    let many = |name: &str| json!({name: (0..51).map(|n| format!("d{n}.example")).collect::<Vec<_>>()}).to_string();
    let restrictions = [
        ("{}".to_owned(), "no_domains_provided"),
        (r#"{"urls":[],"emails":[]}"#.to_owned(), "no_domains_provided"),
        (many("urls"), "too_many_domains_provided"),
        (many("emails"), "too_many_domains_provided"),
        (r#"{"urls":["no domain"]}"#.to_owned(), "invalid_domains"),
        (r#"{"emails":["localhost"]}"#.to_owned(), "invalid_domains"),
        (r#"{"emails":"northwind.example"}"#.to_owned(), "invalid_domains"),
    ];
    for (restrictions, code) in restrictions {
        let form = [("app_id", KUDOS), ("domain_restrictions", restrictions.as_str())];
        admin.refused("config.set", &form, code).await;
    }
    for (form, code) in [
        (vec![], "invalid_arguments"),
        (vec![("app_id", "A0NOWHERE")], "invalid_app"),
        (
            vec![("app_id", KUDOS), ("workflow_auth_strategy", "nobody")],
            "invalid_workflow_auth_strategy",
        ),
        (
            vec![("app_id", KUDOS), ("rich_link_preview_type", "some")],
            "invalid_arguments",
        ),
        (
            vec![("app_id", VAULT), ("domain_restrictions", r#"{"urls":["a.example"]}"#)],
            "url_restriction_not_supported",
        ),
    ] {
        admin.refused("config.set", &form, code).await;
    }
    let untouched = admin.fine("config.lookup", &[("app_ids", KUDOS)]).await;
    assert_eq!(
        untouched["configs"][0]["domain_restrictions"],
        json!({"emails": [], "urls": []})
    );
}
