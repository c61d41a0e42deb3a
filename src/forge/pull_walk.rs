//! Reading pull requests from the last change down to where an earlier reading began; stopped anywhere, it goes on there.
//!
//! Whatever changes meanwhile moves to the front, behind us: so the next reading goes down to what was newest when this
//! one *began*, and ten minutes more, because clocks and indexes of forges lag.
//!
//! Must not know: where things are kept.

use super::error::ForgeError;
use super::pull_facts::{Budget, PullPage, PullSource};

/// How far behind the newest change the next reading goes, in milliseconds.
pub const OVERLAP_MS: i64 = 600_000;

/// Pull requests a page.
pub const PAGE: usize = 50;

/// Where a reading is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The next page; `None` for the first.
    pub cursor: Option<String>,
    /// The newest change that the reading met, UTC milliseconds.
    pub high: Option<i64>,
    /// Nothing that changed before is wanted.
    pub floor: Option<i64>,
}

/// A page that was read.
#[derive(Debug)]
pub struct Step<'s> {
    /// Its pull requests.
    pub page: &'s PullPage,
    /// Where the next one begins; `None` after the last.
    pub next: Option<&'s Place>,
    /// The newest change met so far, UTC milliseconds.
    pub high: i64,
}

/// Reads pages until there are none, or none that is wanted; `keep` is given each of them.
///
/// # Errors
/// What requests can meet, and what `keep` reports; pages that were kept stay.
pub fn walk<E: From<ForgeError>>(
    source: &dyn PullSource,
    mut place: Place,
    keep: &mut dyn FnMut(&Step<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut size = PAGE;
    loop {
        let page = match source.page(place.cursor.as_deref(), size) {
            // Too much for the forge to look up at once.
            Err(error) if error.may_have_happened() && size > 1 => {
                size = size.div_ceil(4);
                continue;
            }
            // The place was kept for too long; nothing is lost by beginning again.
            Err(ForgeError::Refused { status: 422, .. }) if place.cursor.is_some() => {
                place.cursor = None;
                continue;
            }
            other => other?,
        };
        let newest = page.pulls.iter().map(|pull| pull.updated).max();
        let high = place.high.max(newest).unwrap_or(0);
        let is_below = |at: i64| place.floor.is_some_and(|floor| at < floor);
        let is_last = page.next.is_none() || page.pulls.last().is_some_and(|pull| is_below(pull.updated));
        if is_last {
            return keep(&Step { page: &page, next: None, high });
        }
        place = Place { cursor: page.next.clone(), high: Some(high), floor: place.floor };
        keep(&Step { page: &page, next: Some(&place), high })?;
        spare(&page.budget, source)?;
    }
}

/// Reads pull requests by number, a page at a time.
///
/// # Errors
/// As [`walk`].
pub fn read_some<E: From<ForgeError>>(
    source: &dyn PullSource,
    numbers: &[u64],
    keep: &mut dyn FnMut(&PullPage) -> Result<(), E>,
) -> Result<(), E> {
    for numbers in numbers.chunks(PAGE) {
        let page = source.some(numbers)?;
        keep(&page)?;
        spare(&page.budget, source)?;
    }
    Ok(())
}

/// Stops before the last points are gone: others share them.
fn spare(budget: &Budget, source: &dyn PullSource) -> Result<(), ForgeError> {
    match budget.remaining.zip(budget.cost) {
        Some((remaining, cost)) if remaining < cost.saturating_mul(2) => Err(source.used_up(budget)),
        _ => Ok(()),
    }
}
