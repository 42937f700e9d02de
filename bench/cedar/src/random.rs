//! Numbers that look random and are the same in every run: the generator splitmix64.

/// A seeded sequence.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.part() * end as f64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Places from 0, the first the most frequent: the n-th comes with a weight of 1/n.
pub(crate) struct Zipf(Vec<f64>);

impl Zipf {
    pub(crate) fn new(places: usize) -> Self {
        let mut sum = 0.0;
        Self(
            (1..=places)
                .map(|place| {
                    sum += 1.0 / place as f64;
                    sum
                })
                .collect(),
        )
    }

    pub(crate) fn pick(&self, random: &mut Random) -> usize {
        let all = self.0.last().copied().unwrap_or(0.0);
        let wanted = random.part() * all;
        self.0.partition_point(|sum| *sum < wanted).min(self.0.len() - 1)
    }
}
