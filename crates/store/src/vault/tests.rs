//! What the vault promises, with and without data keys.

use super::*;

fn bare(digit: &str) -> Vault {
    Vault::from_hex(&digit.repeat(64).into(), 1).unwrap()
}

/// With data keys 1 to `newest`, each filled with its number.
fn ringed(newest: u8) -> Vault {
    let vault = bare("a");
    let mut ring = Ring::default();
    for id in 1..=newest {
        ring.add_data(u32::from(id), Key::new(Box::new([id; 32])));
    }
    ring.set_mac(Key::new(Box::new([99; 32])));
    vault.learn(&ring);
    vault
}

fn place() -> Place {
    Place::new("tokens", "access", "insectoid.T061EG9R6")
}

#[test]
fn what_is_sealed_opens_at_its_place_only() {
    for vault in [bare("a"), ringed(2)] {
        let sealed = vault.seal(&place(), b"xoxa-2-secret").unwrap();
        assert_eq!(*vault.open(&place(), &sealed).unwrap(), b"xoxa-2-secret");
        for elsewhere in [
            Place {
                table: "apps",
                ..place()
            },
            Place {
                column: "refresh",
                ..place()
            },
            Place {
                row: "insectoid.T061EG9R7".to_owned(),
                ..place()
            },
        ] {
            assert!(
                matches!(vault.open(&elsewhere, &sealed), Err(VaultError::Refused { .. })),
                "{elsewhere:?}"
            );
        }
    }
}

#[test]
fn parts_of_a_place_do_not_run_into_one_another() {
    assert_ne!(Place::new("ab", "c", "d").encode(), Place::new("a", "bc", "d").encode());
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    for vault in [bare("a"), ringed(3)] {
        let sealed = vault.seal(&place(), b"x").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(vault.open(&place(), &changed).is_err(), "bit {bit}");
        }
        assert!(matches!(
            vault.open(&place(), &sealed[..cipher::HEADER - 1]),
            Err(VaultError::Layout)
        ));
        assert!(vault.open(&place(), &sealed[..cipher::HEADER]).is_err());
    }
}

#[test]
fn another_key_does_not_open_and_says_so() {
    let sealed = bare("a").seal(&place(), b"x").unwrap();
    assert!(matches!(
        bare("b").open(&place(), &sealed),
        Err(VaultError::Refused { .. })
    ));
    let second = Vault::from_hex(&"a".repeat(64).into(), 2).unwrap();
    let error = second.open(&place(), &sealed).unwrap_err();
    assert!(matches!(
        error,
        VaultError::OtherKey {
            sealed_with: 1,
            present: 2
        }
    ));
    let later = ringed(5).seal(&place(), b"x").unwrap();
    assert!(matches!(
        ringed(4).open(&place(), &later),
        Err(VaultError::UnknownKey { id: 5 })
    ));
}

#[test]
fn the_newest_data_key_seals_and_all_before_it_open() {
    let vault = ringed(2);
    let old = [bare("a"), ringed(1)].map(|vault| vault.seal(&place(), b"old").unwrap());
    for sealed in old {
        assert_eq!(*vault.open(&place(), &sealed).unwrap(), b"old");
    }
    let sealed = vault.seal(&place(), b"new").unwrap();
    assert_eq!(SealedBy::of(&sealed).unwrap(), SealedBy::DataKey(2));
    assert_eq!((bare("a").key_id(), vault.key_id()), (0, 2));
}

#[test]
fn keys_read_late_do_not_take_the_newest_away() {
    let vault = ringed(3);
    let mut old = Ring::default();
    old.add_data(1, Key::new(Box::new([1; 32])));
    vault.learn(&old);
    assert_eq!(vault.key_id(), 3);
}

#[test]
fn a_second_master_key_opens_what_it_sealed() {
    let second = MasterKey::from_hex(&"b".repeat(64).into(), 2).unwrap();
    let sealed = second.seal(&place(), b"x").unwrap();
    assert!(bare("a").open(&place(), &sealed).is_err());
    let both = bare("a").with_other(second);
    assert_eq!(*both.open(&place(), &sealed).unwrap(), b"x");
}

#[test]
fn sealing_twice_gives_different_bytes() {
    for vault in [bare("a"), ringed(1)] {
        assert_ne!(vault.seal(&place(), b"x").unwrap(), vault.seal(&place(), b"x").unwrap());
    }
}

#[test]
fn a_mac_holds_for_its_purpose_its_data_and_its_key_only() {
    let vault = ringed(1);
    let mac = vault.mac("button", b"PR-7");
    assert!(vault.verify_mac("button", b"PR-7", &mac));
    assert!(!vault.verify_mac("link", b"PR-7", &mac));
    assert!(!vault.verify_mac("button", b"PR-8", &mac));
    assert!(!vault.verify_mac("button", b"PR-7", &mac[..31]));
    assert!(!vault.verify_mac("button", b"PR-7", &[]));
    assert!(!bare("a").verify_mac("button", b"PR-7", &mac));
    assert!(
        ringed(2).verify_mac("button", b"PR-7", &mac),
        "a new data key breaks no button"
    );
}

#[test]
fn nothing_secret_is_printed() {
    let vault = bare("a");
    let shown = format!("{vault:?}");
    assert!(!shown.contains("aaaa") && shown.contains("key_id: 0"), "{shown}");
    let error = Vault::from_hex(&"secret-key".into(), 1).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret-key"));
}
