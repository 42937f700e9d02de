//! Looking for many secrets in many bytes at once.
//!
//! A secret is recognized by its random part, so that what everybody may see of it (`xoxb-…`) is no find. Every
//! stretch of eight bytes that may begin in the head or in the tail of that part is kept in a table; of the
//! bytes searched, each eighth place is looked up there, which meets every stretch of fifteen. What is met is
//! compared byte by byte: sixteen in a row are a find, so that half a secret is one, too.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasherDefault, Hasher},
};

use base64::{Engine as _, engine::general_purpose};

/// The length of a window.
const WINDOW: usize = 8;
/// Bytes in a row that are a find; of hexadecimal and base64, so many that they stand for as much.
const ENOUGH: usize = 16;
/// What is looked for of each end of a secret.
const END: usize = 24;
/// Bits in the first sieve: a power of two.
const SIEVE: usize = 1 << 24;

/// A secret and what kind of secret it is. Neither printed nor compared.
pub(crate) struct Secret {
    /// As its maker calls it, `refresh token`.
    pub(crate) kind: String,
    text: String,
}

impl Secret {
    /// A line of a simulator's list; `None` for one that has too little in it to be looked for.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (kind, text) = line.split_once('\t')?;
        let secret = Self {
            kind: kind.to_owned(),
            text: text.to_owned(),
        };
        (secret.random().len() >= ENOUGH).then_some(secret)
    }

    /// What follows the last mark of its kind, all of it chosen at random.
    fn random(&self) -> &str {
        let after = |mark| self.text.rsplit(mark).next().unwrap_or(&self.text);
        if self.text.starts_with("xox") || self.text.starts_with("xapp-") {
            after('-')
        } else {
            after('.')
        }
    }

    /// The secret in the disguises that are looked for, to be planted.
    pub(crate) fn disguised(&self) -> Vec<(&'static str, String)> {
        vec![
            ("plain", self.text.clone()),
            ("JSON", format!("{{\"token\":\"{}\"}}", self.text)),
            ("hexadecimal", hex::encode(&self.text)),
            ("base64", general_purpose::STANDARD.encode(&self.text)),
            (
                "base64",
                general_purpose::URL_SAFE_NO_PAD.encode(format!("id:{}", self.text)),
            ),
            ("plain", self.text[..self.text.len() - 8].to_owned()),
        ]
    }
}

/// One of the shapes of a secret.
struct Needle {
    /// Of which secret of the list.
    secret: usize,
    form: &'static str,
    bytes: Vec<u8>,
    /// Bytes in a row that are a find.
    enough: usize,
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Find {
    /// What kind of secret.
    pub(crate) kind: String,
    /// `plain`, `hexadecimal` or `base64`.
    pub(crate) form: &'static str,
}

/// Windows are text chosen at random: they need no better mixing.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {}

    fn write_u64(&mut self, window: u64) {
        self.0 = mixed(window);
    }
}

fn mixed(window: u64) -> u64 {
    let product = window.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 29)
}

fn window_at(bytes: &[u8], place: usize) -> Option<u64> {
    let window = bytes.get(place..place + WINDOW)?;
    Some(u64::from_le_bytes(window.try_into().ok()?))
}

/// The table of all that is looked for.
pub(crate) struct Search {
    secrets: Vec<Secret>,
    needles: Vec<Needle>,
    sieve: Vec<u64>,
    table: HashMap<u64, Vec<(u32, u32)>, BuildHasherDefault<Mixed>>,
}

impl Search {
    pub(crate) fn new(secrets: Vec<Secret>) -> Self {
        let mut search = Self {
            secrets: Vec::new(),
            needles: Vec::new(),
            sieve: vec![0; SIEVE / 64],
            table: HashMap::default(),
        };
        for (number, secret) in secrets.iter().enumerate() {
            let random = secret.random().as_bytes();
            let head = &random[..random.len().min(END)];
            search.add(number, "plain", random.to_vec(), ENOUGH, random.len());
            for text in [hex::encode(head), hex::encode_upper(head)] {
                search.add(number, "hexadecimal", text.into_bytes(), ENOUGH * 2, END);
            }
            for text in in_base64(head) {
                // What stands before it decides about its first letters, what follows about its last ones.
                search.add(number, "base64", text, ENOUGH, END);
            }
        }
        search.secrets = secrets;
        search
    }

    /// How many there are of each kind.
    pub(crate) fn kinds(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for secret in &self.secrets {
            *kinds.entry(secret.kind.as_str()).or_default() += 1;
        }
        kinds
    }

    /// One of each kind.
    pub(crate) fn samples(&self) -> Vec<&Secret> {
        let mut samples = BTreeMap::new();
        for secret in &self.secrets {
            samples.insert(secret.kind.as_str(), secret);
        }
        samples.into_values().collect()
    }

    fn add(&mut self, secret: usize, form: &'static str, bytes: Vec<u8>, enough: usize, upto: usize) {
        let number = u32::try_from(self.needles.len()).unwrap_or(u32::MAX);
        let last = bytes.len().min(upto).saturating_sub(WINDOW);
        let places = (0..=last).filter(|place| *place <= END - WINDOW || *place + END >= bytes.len());
        for place in places {
            let Some(window) = window_at(&bytes, place) else { break };
            let bit = sieve_bit(window);
            self.sieve[bit / 64] |= 1 << (bit % 64);
            let places = self.table.entry(window).or_default();
            places.push((number, u32::try_from(place).unwrap_or(u32::MAX)));
        }
        self.needles.push(Needle {
            secret,
            form,
            bytes,
            enough,
        });
    }

    /// Everything found in these bytes, with its place; the same place may be named more than once.
    pub(crate) fn look(&self, bytes: &[u8]) -> Vec<(usize, Find)> {
        let mut found = Vec::new();
        for (number, chunk) in bytes.chunks_exact(WINDOW).enumerate() {
            let Ok(window) = chunk.try_into().map(u64::from_le_bytes) else {
                continue;
            };
            let bit = sieve_bit(window);
            if window != 0 && self.sieve[bit / 64] & (1 << (bit % 64)) != 0 {
                self.compare(bytes, number * WINDOW, window, &mut found);
            }
        }
        found
    }

    fn compare(&self, bytes: &[u8], at: usize, window: u64, found: &mut Vec<(usize, Find)>) {
        for (number, place) in self.table.get(&window).into_iter().flatten() {
            let (needle, place) = (&self.needles[*number as usize], *place as usize);
            let back = equal(needle.bytes[..place].iter().rev(), bytes[..at].iter().rev());
            let on = equal(needle.bytes[place..].iter(), bytes[at..].iter());
            if back + on >= needle.enough {
                let find = Find {
                    kind: self.secrets[needle.secret].kind.clone(),
                    form: needle.form,
                };
                found.push((at - back, find));
            }
        }
    }
}

fn sieve_bit(window: u64) -> usize {
    usize::try_from(mixed(window)).unwrap_or(0) & (SIEVE - 1)
}

/// How many are the same from the beginning on.
fn equal<'a>(needle: impl Iterator<Item = &'a u8>, bytes: impl Iterator<Item = &'a u8>) -> usize {
    needle.zip(bytes).take_while(|(wanted, byte)| wanted == byte).count()
}

/// The letters that these bytes become wherever they stand in something longer: for each of the three ways that
/// the groups can fall, and in both alphabets.
fn in_base64(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let mut padded = vec![0; before];
        padded.extend(bytes);
        let whole = padded.len() / 3 * 4;
        let first = if before == 0 { 0 } else { 4 };
        for engine in [general_purpose::STANDARD_NO_PAD, general_purpose::URL_SAFE_NO_PAD] {
            let text = engine.encode(&padded);
            let form = text.as_bytes()[first..whole].to_vec();
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "xoxb-118205760160-4419307558260-ZK4JX2Q9M7WB3CVTHN5R8PDA";
    const CODE: &str = "118205760160.4419307558260.0c44b1ae4bd2f1c19c96cd19e8c1f3a24b9b7d65c8a90a3f3c6a1b0d9f8e7d6c";

    fn search() -> Search {
        let lines = [format!("bot token\t{TOKEN}"), format!("code\t{CODE}")];
        Search::new(lines.iter().filter_map(|line| Secret::read(line)).collect())
    }

    fn found(text: &str) -> Vec<String> {
        let mut found: Vec<_> = search().look(text.as_bytes()).into_iter().collect();
        found.dedup_by(|this, that| this.1 == that.1);
        found
            .into_iter()
            .map(|(_, find)| format!("{}, {}", find.kind, find.form))
            .collect()
    }

    #[test]
    fn a_secret_is_found_in_every_disguise_and_at_every_place() {
        let search = search();
        assert_eq!(search.samples().len(), 2);
        for secret in search.samples() {
            for (form, text) in secret.disguised() {
                for before in 0..20 {
                    let hidden = format!("{}{text}{}", "y".repeat(before), "z".repeat(9));
                    let found = search.look(hidden.as_bytes());
                    let form = if form == "JSON" { "plain" } else { form };
                    assert!(
                        found
                            .iter()
                            .any(|(_, find)| find.form == form && find.kind == secret.kind),
                        "{} as {form} after {before}",
                        secret.kind
                    );
                }
            }
        }
    }

    #[test]
    fn the_beginnings_that_everybody_may_see_are_no_find() {
        assert_eq!(found("xoxb-118205760160-4419307558260-"), Vec::<String>::new());
        assert_eq!(found("118205760160.4419307558260."), Vec::<String>::new());
        assert_eq!(found(&"0".repeat(1_000)), Vec::<String>::new());
    }

    #[test]
    fn the_tail_of_a_secret_is_one_and_says_where_it_begins() {
        let search = search();
        let found = search.look(format!("...{}", &TOKEN[TOKEN.len() - 17..]).as_bytes());
        assert_eq!(found.first().map(|(at, find)| (*at, find.form)), Some((3, "plain")));
    }

    #[test]
    fn what_has_too_little_in_it_is_not_looked_for() {
        assert!(Secret::read("code\t12").is_none());
        assert!(Secret::read("no tab").is_none());
    }
}
