//! Random numbers that are the same at each run.

/// Dice that fall the same way each time (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Another seed is another run of them.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    /// A place in a list of so many, and so a number below it.
    pub fn place(&mut self, many: usize) -> usize {
        usize::try_from(self.below(many as u64)).unwrap_or_default()
    }

    /// One of a list.
    ///
    /// # Panics
    ///
    /// Where the list is empty.
    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place(list.len())]
    }

    /// True in one of `many` cases.
    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// A whole number of seconds below `bound`.
    pub fn seconds(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).unwrap_or_default()
    }
}
