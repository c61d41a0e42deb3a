//! The note format v1 of `refs/notes/agent-trace`: records, their canonical text, and what they add up to.
//!
//! A note is a set of lines, one record each, in no order:
//!
//! ```text
//! u1 <slice> <session> <agent> <model> i=… o=… cr=… cw5=… cw1h=… req=… us=… [g=… ws=… un=… pv=… bill=… t=…]
//! s1 <session> <agent> <grade> [evidence…]      this session made the commit, or wrote in it
//! l1 <session> <blob> 1-10,15 <path>            lines it wrote, valid wherever that blob is
//! n1 <session> <count> <path>                   how many lines, where they are not listed
//! f1 <kind> <commit>[,<commit>…]                which commits this one was made from
//! x1 <session>                                  nothing of this session counts any more
//! ```
//!
//! Notes meet by set union (`cat_sort_uniq`), in any order, any number of times. So totals are a state-based CRDT:
//! of every *slice* (a stretch of a session's usage, named after the commit it first landed at) and model, the
//! greatest generation counts, and in it the largest value of every counter. A copy of a record anywhere (amend,
//! rebase, squash, cherry-pick, a clone) is the same fact and never adds.
//!
//! What cannot be read is kept and counted; record types of later versions are kept.
//!
//! Must not know: git, the store, where notes are kept.

mod compact;
mod counters;
mod field;
mod ids;
mod note;
mod record;
#[cfg(test)]
mod strategies;
mod sum;
mod usage;

pub use counters::{Counter, Counters};
pub use ids::{SessionMark, SliceId};
pub use note::{MAX_NOTE_BYTES, Note};
pub use record::{Claim, ClaimGrade, Count, Lineage, Lines, Record};
pub use sum::{Sum, SumKey};
pub use usage::{Span, Usage};
