//! Opinions from facts: turns, prices, links between commits and sessions, shares of cost.
//!
//! Every function here is a function of the facts (and the price table) alone:
//! no clock, no files, no order of reading. The law it keeps: for every
//! request, shares plus what is left over is its cost.
//!
//! Must not know: git objects, transcripts' formats, or how anything is shown.

mod bucket;
mod claims;
mod cost;
mod landed;
mod lanes;
mod link;
mod paths;
mod run;
mod share;
#[cfg(test)]
mod test_story;
mod tool_wait;
mod turn_clock;
mod turns;

pub use bucket::Bucket;
pub use link::Evidence;
pub use run::{Derivation, derive};
pub use tool_wait::tool_wait;
pub use turns::{TurnEnd, TurnKind};
