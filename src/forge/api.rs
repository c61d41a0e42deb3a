//! What a forge can be asked for.

use std::fmt;

use super::error::ForgeError;

/// The number of a pull request or merge request in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PullNumber(pub u64);

impl fmt::Display for PullNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The forge's number of a comment; a later comment has a larger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommentId(pub u64);

impl fmt::Display for CommentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A comment as the forge has it. Anybody may have written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its number.
    pub id: CommentId,
    /// Its name in GraphQL, if the forge speaks that.
    pub node: Option<String>,
    /// The login of who wrote it; `None` if that account is gone.
    pub author: Option<String>,
    /// Its Markdown.
    pub body: String,
    /// Whether it is folded away as outdated, spam or the like.
    pub is_hidden: bool,
    /// Where people read it.
    pub url: Option<String>,
}

/// The last commit of a pull request whose number is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Its full id in hex.
    pub commit: String,
    /// Who owns the repository it was pushed to, and the branch there: forges do not list a fork's commits.
    pub branch: Option<(String, String)>,
    /// That repository, `owner/name`, if it is known: a stranger's pull request may have the same commit.
    pub repository: Option<String>,
}

/// One repository on a forge. Every call waits for the answer, for a limited time.
pub trait Forge {
    /// Returns the login under which comments are written.
    ///
    /// # Errors
    /// [`ForgeError::Nameless`] if the forge does not tell, and what every request can meet.
    fn viewer(&self) -> Result<String, ForgeError>;

    /// Returns all comments of a pull request, the oldest first.
    ///
    /// # Errors
    /// What every request can meet.
    fn comments(&self, pull: PullNumber) -> Result<Vec<Comment>, ForgeError>;

    /// Writes a new comment, asking once: what failed may have happened ([`ForgeError::may_have_happened`]).
    ///
    /// # Errors
    /// What every request can meet.
    fn create(&self, pull: PullNumber, body: &str) -> Result<Comment, ForgeError>;

    /// Gives a comment another text.
    ///
    /// # Errors
    /// What every request can meet.
    fn update(&self, pull: PullNumber, id: CommentId, body: &str) -> Result<Comment, ForgeError>;

    /// Deletes a comment; one that is gone is deleted.
    ///
    /// # Errors
    /// What every request can meet.
    fn delete(&self, pull: PullNumber, id: CommentId) -> Result<(), ForgeError>;

    /// Tells whether comments can be folded away.
    fn can_hide(&self) -> bool;

    /// Folds a comment away as outdated.
    ///
    /// # Errors
    /// What every request can meet.
    fn hide(&self, comment: &Comment) -> Result<(), ForgeError>;

    /// Returns the open pull requests whose last commit this is.
    ///
    /// # Errors
    /// What every request can meet.
    fn pulls_of(&self, head: &Head) -> Result<Vec<PullNumber>, ForgeError>;
}
