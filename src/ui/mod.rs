//! The only place that prints.
//!
//! Standard output is the product and nothing else, through a pager where it is longer than the screen. Standard error
//! has status, warnings, hints, errors and progress bars. A reader that leaves early is no error.
//!
//! Must not know: what is printed.

mod colour;
mod environment;
mod pager;
mod progress;
mod screen;
mod terminal;

pub use colour::ColourChoice;
pub use environment::Environment;
pub use progress::{Progress, ProgressUnit};
pub use terminal::{Settings, Ui};
