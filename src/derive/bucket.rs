//! Why a request's cost went where it went (`lines-v1`, rules R1 to R8).

/// Where a request's cost went. The codes are stored: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// Its own lines are in a commit.
    Direct,
    /// A request of the same turn wrote lines that are in a commit.
    SameTurn,
    /// It read and planned before a turn of the same session that wrote such lines.
    Exploration,
    /// Its turn wrote lines that are in no commit (yet): pending or discarded by age.
    Unlanded,
    /// Nothing was written in its turn or after it.
    Tail,
    /// Its session has no commit at all.
    NoCommit,
    /// It belongs to no turn.
    Overhead,
    /// It stands in no row: titles, summaries, warm-up.
    Auxiliary,
}

impl Bucket {
    /// Every bucket, in the order of reports.
    pub const ALL: [Bucket; 8] = [
        Bucket::Direct,
        Bucket::SameTurn,
        Bucket::Exploration,
        Bucket::Unlanded,
        Bucket::Tail,
        Bucket::NoCommit,
        Bucket::Overhead,
        Bucket::Auxiliary,
    ];

    /// Returns the stored number, from 1.
    pub fn code(self) -> i64 {
        Bucket::ALL.iter().position(|bucket| *bucket == self).map_or(0, |index| index as i64 + 1)
    }

    /// Returns the bucket of a stored number.
    pub fn from_code(code: i64) -> Option<Bucket> {
        usize::try_from(code - 1).ok().and_then(|index| Bucket::ALL.get(index).copied())
    }

    /// Tells whether requests of this bucket give their cost to commits.
    pub fn is_attributed(self) -> bool {
        matches!(self, Bucket::Direct | Bucket::SameTurn | Bucket::Exploration)
    }
}
