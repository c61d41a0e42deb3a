//! A transcript file as it was found.
use crate::store::FileStamp;
use std::path::PathBuf;
/// A transcript file.
#[derive(Debug, Clone)]
pub struct FoundFile {
    /// path
    pub path: PathBuf,
    /// name
    pub name: String,
    /// run
    pub agent_run: Option<String>,
    /// stamp
    pub stamp: FileStamp,
    /// sidecar
    pub sidecar: Option<PathBuf>,
}
