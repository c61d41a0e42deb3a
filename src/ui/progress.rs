//! Progress bars, on standard error, gone at the end.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const TICK: Duration = Duration::from_millis(100);
const BYTES: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const COUNT: &str = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";
const UNKNOWN: &str = "{msg} {spinner} {human_pos}";

/// What a progress bar counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgressUnit {
    /// Bytes.
    Bytes,
    /// Files, commits and the like.
    Count,
}

/// A progress bar, or nothing where nobody looks. Clones share one bar; it is cleared with the last of them.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden() }
    }

    pub(super) fn shown(label: &str, total: Option<u64>, unit: ProgressUnit) -> Progress {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = match (total, unit) {
            (None, _) => UNKNOWN,
            (Some(_), ProgressUnit::Bytes) => BYTES,
            (Some(_), ProgressUnit::Count) => COUNT,
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(label.to_owned());
        bar.enable_steady_tick(TICK);
        Progress { bar }
    }

    /// Goes on by `amount`; may be called from any thread.
    pub fn advance(&self, amount: u64) {
        self.bar.inc(amount);
    }

    /// Returns how far it is.
    pub fn position(&self) -> u64 {
        self.bar.position()
    }

    /// Clears the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_well_formed() {
        for template in [BYTES, COUNT, UNKNOWN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_hidden_bar_counts() {
        let progress = Progress::hidden();
        progress.clone().advance(3);
        assert_eq!(progress.position(), 3);
    }
}
