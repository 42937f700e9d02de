//! What the benchmarks share: numbers from the command line, rates and latencies, and the line that shows them.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use hdrhistogram::Histogram;

use crate::load::Answer;

/// A rate, and how long answers took in microseconds.
#[derive(Debug)]
pub struct Measured {
    /// Answers a second.
    pub per_second: f64,
    /// Microseconds.
    pub latencies: Histogram<u64>,
}

impl Measured {
    /// Of answers that took so long together.
    ///
    /// # Errors
    ///
    /// Fails where one is not 200.
    pub fn of(answers: &[Answer], took: Duration) -> anyhow::Result<Self> {
        let refused = answers.iter().filter(|answer| answer.status != Some(200)).count();
        ensure!(
            refused == 0,
            "{refused} of {} were not answered with 200",
            answers.len()
        );
        let mut latencies = Histogram::new(3)?;
        for answer in answers {
            latencies.record(u64::try_from(answer.took.as_micros())?)?;
        }
        Ok(Self {
            per_second: f64::from(u32::try_from(answers.len())?) / took.as_secs_f64(),
            latencies,
        })
    }

    /// Prints it below [`heads`].
    pub fn show(&self, name: &str) {
        let at = |quantile| milliseconds(&self.latencies, quantile);
        println!(
            "{name:<28} {:>10.0} {:>10.2} {:>10.2} {:>10.2} {:>10.2}",
            self.per_second,
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0)
        );
    }
}

/// Prints what the columns of [`Measured::show`] are; `rate` is the first.
pub fn heads(rate: &str) {
    println!(
        "{:<28} {rate:>10} {:>10} {:>10} {:>10} {:>10}",
        "", "p50 ms", "p90 ms", "p99 ms", "max ms"
    );
}

/// Prints the ratios of all rounds beside the bar.
pub fn ratios(what: &str, bar: &str, mut ratios: Vec<f64>) {
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    println!("ratio {what}: median {median:.2} (bar {bar}), all {ratios:.2?}");
}

/// A latency in milliseconds.
pub fn milliseconds(latencies: &Histogram<u64>, quantile: f64) -> f64 {
    Duration::from_micros(latencies.value_at_quantile(quantile)).as_secs_f64() * 1e3
}

/// Reads `--name number` pairs into their places.
///
/// # Errors
///
/// Fails where a name is not among them, or has no number.
pub fn numbers<const N: usize>(args: &[String], mut places: [(&str, &mut usize); N]) -> anyhow::Result<()> {
    let mut args = args.iter().filter(|arg| *arg != "--bench");
    while let Some(name) = args.next() {
        let Some((_, place)) = places.iter_mut().find(|(known, _)| known == name) else {
            let known: Vec<_> = places.iter().map(|(known, _)| *known).collect();
            bail!("unknown argument {name}: {}", known.join(", "));
        };
        let number = args.next().with_context(|| format!("{name} takes a number"))?;
        **place = number.parse()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_find_their_places_and_unknown_names_are_told() {
        let args = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (mut rounds, mut events) = (3, 5);
        numbers(
            &args("--bench --events 7"),
            [("--rounds", &mut rounds), ("--events", &mut events)],
        )
        .unwrap();
        assert_eq!((rounds, events), (3, 7));
        let error = numbers(&args("--laps 7"), [("--rounds", &mut rounds)]).unwrap_err();
        assert_eq!(error.to_string(), "unknown argument --laps: --rounds");
        assert!(numbers(&args("--rounds"), [("--rounds", &mut rounds)]).is_err());
    }
}
