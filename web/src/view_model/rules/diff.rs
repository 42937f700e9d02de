//! Two texts against each other, line by line.

/// Longer texts are told whole, without looking for what they share.
const MOST: usize = 2_000;
/// Lines shown around a difference.
const AROUND: usize = 2;

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// In both.
    Same(String),
    /// Only in the old text.
    Gone(String),
    /// Only in the new text.
    New(String),
    /// So many lines in both that are left out.
    Skipped(usize),
}

/// What differs, with a few lines around it; nothing where nothing does.
pub fn lines(old: &str, new: &str) -> Vec<Line> {
    if old == new {
        return Vec::new();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let mut all: Vec<Line> = old[..head].iter().map(|line| Line::Same((*line).to_owned())).collect();
    middle(old_middle, new_middle, &mut all);
    all.extend(
        old_rest[old_rest.len() - tail..]
            .iter()
            .map(|line| Line::Same((*line).to_owned())),
    );
    shortened(all)
}

/// By the longest common run of lines.
fn middle(old: &[&str], new: &[&str], all: &mut Vec<Line>) {
    let gone = |line: &&str| Line::Gone((*line).to_owned());
    let fresh = |line: &&str| Line::New((*line).to_owned());
    if old.len().max(new.len()) > MOST {
        all.extend(old.iter().map(gone));
        all.extend(new.iter().map(fresh));
        return;
    }
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a * width + b] = if old[a] == new[b] {
                longest[(a + 1) * width + b + 1] + 1
            } else {
                longest[(a + 1) * width + b].max(longest[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    while a < old.len() && b < new.len() {
        if old[a] == new[b] {
            all.push(Line::Same(old[a].to_owned()));
            (a, b) = (a + 1, b + 1);
        } else if longest[(a + 1) * width + b] >= longest[a * width + b + 1] {
            all.push(gone(&old[a]));
            a += 1;
        } else {
            all.push(fresh(&new[b]));
            b += 1;
        }
    }
    all.extend(old[a..].iter().map(gone));
    all.extend(new[b..].iter().map(fresh));
}

/// Leaves out what is far from any difference.
fn shortened(all: Vec<Line>) -> Vec<Line> {
    let differs: Vec<usize> = (0..)
        .zip(&all)
        .filter(|(_, line)| !matches!(line, Line::Same(_)))
        .map(|(at, _)| at)
        .collect();
    let near = |at: usize| {
        let next = differs.partition_point(|differs| *differs < at);
        let after = differs.get(next).is_some_and(|differs| differs - at <= AROUND);
        let before = next.checked_sub(1).is_some_and(|last| at - differs[last] <= AROUND);
        after || before
    };
    let mut shown = Vec::new();
    let mut skipped = 0;
    for (at, line) in all.into_iter().enumerate() {
        if near(at) {
            if skipped > 0 {
                shown.push(Line::Skipped(std::mem::take(&mut skipped)));
            }
            shown.push(line);
        } else {
            skipped += 1;
        }
    }
    if skipped > 0 {
        shown.push(Line::Skipped(skipped));
    }
    shown
}
