//! Files made of words, a line each: the word says who typed the line, so that it can be asked of any history.
//!
//! The first letter is the typist: `a` Ann and `b` Bob (agents), `h` a person whose commits hooks see, `o` lines whose
//! making no hook saw, `x` a command of Ann's, `d` lines that anybody types. `>` before a word is an indent, `}` a
//! closing brace and `_` an empty line. `~a` behind a word of nobody's says who typed this one: blanks at the end of a
//! line are nothing to the program, but git and this module see them.

/// Who typed a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Owner {
    /// The agent of a session.
    Ann,
    /// Another.
    Bob,
    /// A person, as hooks saw.
    Person,
    /// No hook saw it made: nobody may be named.
    Unseen,
    /// A command that Ann ran: hers, or unknown.
    Command,
    /// Many type the same.
    Anybody,
    /// Too short to be evidence: that of what stands around it, or unknown.
    Trivial,
}

impl Owner {
    /// Returns the typist of a word or of a line.
    pub(crate) fn of(text: &str) -> Owner {
        let name = name(text);
        match name.chars().next() {
            Some('a') => Owner::Ann,
            Some('b') => Owner::Bob,
            Some('h') => Owner::Person,
            Some('o') => Owner::Unseen,
            Some('x') => Owner::Command,
            Some('d') => Owner::Anybody,
            _ => Owner::Trivial,
        }
    }
}

/// Returns who typed a line of nobody's, if its end says so.
pub(crate) fn typed_by(line: &str) -> Option<Owner> {
    match line.len() - line.trim_end_matches(' ').len() {
        1 => Some(Owner::Ann),
        2 => Some(Owner::Bob),
        3 => Some(Owner::Person),
        _ => None,
    }
}

/// Returns the word of a line.
pub(crate) fn name(line: &str) -> &str {
    let line = line.trim();
    match line.strip_prefix("let ") {
        Some(rest) => rest.split(' ').next().unwrap_or(rest),
        None => line.trim_start_matches('>'),
    }
}

/// Returns the text of words.
pub(crate) fn text(words: &str) -> String {
    words.split_whitespace().map(|word| line(word) + "\n").collect()
}

fn line(word: &str) -> String {
    if let Some((word, typist)) = word.split_once('~') {
        let blanks = ["a", "b", "h"].iter().position(|name| *name == typist).unwrap() + 1;
        return line(word) + &" ".repeat(blanks);
    }
    let name = word.trim_start_matches('>');
    let indent = "    ".repeat(word.len() - name.len());
    match name {
        "}" => format!("{indent}}}"),
        "_" => String::new(),
        _ => format!("{indent}let {name} = made_of_{name}();"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_lines_and_lines_words() {
        let text = super::text("o1 >a2 >} _ h3");
        assert_eq!(text, "let o1 = made_of_o1();\n    let a2 = made_of_a2();\n    }\n\nlet h3 = made_of_h3();\n");
        assert_eq!(text.lines().map(name).collect::<Vec<_>>(), ["o1", "a2", "}", "", "h3"]);
        assert_eq!(typed_by(super::text("}~h").lines().next().unwrap()), Some(Owner::Person));
        let owners: Vec<Owner> = text.lines().map(Owner::of).collect();
        assert_eq!(owners, [Owner::Unseen, Owner::Ann, Owner::Trivial, Owner::Trivial, Owner::Person]);
    }
}
