//! A shell command as simple commands and words. Total: any text in; what is not understood is odd.

use std::collections::BTreeSet;

/// One simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Simple {
    /// Program and arguments, without quotes and redirections.
    pub(super) words: Vec<String>,
    /// A redirection writes somewhere.
    pub(super) writes: bool,
    /// A variable is set for it.
    pub(super) has_assignment: bool,
}

/// What was read of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Commands {
    /// The simple commands, in order.
    pub(super) commands: Vec<Simple>,
    /// Something was not understood, or is another program's text: anything may happen.
    pub(super) is_odd: bool,
    /// Something runs in the background.
    pub(super) has_background: bool,
    /// Every word and every part of one that may be a path, each once.
    pub(super) words: Vec<String>,
}

/// Words of these begin what is no simple command.
const RESERVED: [&str; 18] = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "{", "}", "!",
    "function", "select", "[[",
];

/// Splits a command.
pub(super) fn simple_commands(text: &str) -> Commands {
    let mut reader = Reader { rest: text, found: Commands::default(), now: Simple::default(), here: Vec::new() };
    while reader.step() {}
    reader.end_command();
    reader.found.is_odd |= !reader.here.is_empty();
    reader.found.words = words(text);
    reader.found
}

struct Reader<'t> {
    rest: &'t str,
    found: Commands,
    now: Simple,
    /// Ends of the documents that begin on the next line, and whether their text is taken as it is.
    here: Vec<(String, bool)>,
}

impl Reader<'_> {
    /// Reads one token; `false` at the end.
    fn step(&mut self) -> bool {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        let Some(first) = self.rest.chars().next() else { return false };
        match first {
            '\n' => self.line_end(),
            '#' => self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]),
            ';' => self.operator(if self.rest.starts_with(";;") { 2 } else { 1 }),
            '&' if self.rest.starts_with("&&") => self.operator(2),
            '&' if self.rest.starts_with("&>") => self.odd(2),
            '&' => {
                self.found.has_background = true;
                self.operator(1);
            }
            '|' => self.operator(if self.rest.starts_with("||") || self.rest.starts_with("|&") { 2 } else { 1 }),
            '(' | ')' => self.odd(1),
            '<' | '>' => self.redirection(),
            _ => self.word(),
        }
        true
    }

    fn odd(&mut self, length: usize) {
        self.found.is_odd = true;
        self.rest = &self.rest[length..];
    }

    fn operator(&mut self, length: usize) {
        self.rest = &self.rest[length..];
        self.end_command();
    }

    fn end_command(&mut self) {
        let command = std::mem::take(&mut self.now);
        if !command.words.is_empty() || command.writes || command.has_assignment {
            self.found.commands.push(command);
        }
    }

    fn line_end(&mut self) {
        self.operator(1);
        for (end, is_plain) in std::mem::take(&mut self.here) {
            let (document, rest) = split_document(self.rest, &end);
            self.found.is_odd |= !is_plain && document.contains(['$', '`']);
            self.rest = rest;
        }
    }

    fn word(&mut self) {
        let (word, length, is_plain) = read_word(self.rest);
        self.found.is_odd |= !is_plain;
        self.rest = &self.rest[length..];
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && self.rest.starts_with(['<', '>']) {
            return; // The number of a file that is redirected.
        }
        if self.now.words.is_empty() && is_assignment(&word) {
            self.now.has_assignment = true;
            return;
        }
        self.found.is_odd |= self.now.words.is_empty() && RESERVED.contains(&word.as_str());
        self.now.words.push(word);
    }

    fn redirection(&mut self) {
        let operators = ["<<<", "<<-", "<<", "<(", "<&", "<>", "<", ">>", ">&", ">|", ">(", ">"];
        let operator = operators.into_iter().find(|operator| self.rest.starts_with(operator)).unwrap_or("<");
        self.rest = self.rest[operator.len()..].trim_start_matches([' ', '\t']);
        let (target, length, is_plain) = read_word(self.rest);
        let is_quoted = self.rest[..length].contains(['\'', '"', '\\']);
        self.found.is_odd |= !is_plain || length == 0 || operator.ends_with('(');
        self.rest = &self.rest[length..];
        match operator {
            "<<" | "<<-" => self.here.push((target, is_quoted)),
            ">" | ">>" | ">|" | "<>" => self.now.writes |= target != "/dev/null",
            ">&" => self.now.writes |= !target.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'),
            _ => {}
        }
    }
}

/// Reads a word up to a blank or an operator: its text, its length, and whether nothing in it is run or unfinished.
fn read_word(text: &str) -> (String, usize, bool) {
    let (mut word, mut is_plain) = (String::new(), true);
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => return (word, at, is_plain),
            '\'' => is_plain &= quoted(&mut characters, '\'', &mut word),
            '"' => is_plain &= quoted(&mut characters, '"', &mut word),
            '\\' => match characters.next() {
                Some((_, '\n')) | None => is_plain = false,
                Some((_, escaped)) => word.push(escaped),
            },
            '`' => is_plain = false,
            '$' if text[at..].starts_with("$(") => is_plain = false,
            other => word.push(other),
        }
    }
    (word, text.len(), is_plain)
}

/// Reads up to the closing quote; tells whether it is there and nothing before it is run.
fn quoted(characters: &mut std::str::CharIndices<'_>, quote: char, word: &mut String) -> bool {
    let (mut is_plain, mut last) = (true, '\0');
    while let Some((_, character)) = characters.next() {
        match (quote, character) {
            (_, found) if found == quote => return is_plain,
            ('"', '\\') => word.extend(characters.next().map(|(_, escaped)| escaped)),
            ('"', '`') => is_plain = false,
            ('"', '(') if last == '$' => is_plain = false,
            _ => word.push(character),
        }
        last = character;
    }
    false
}

fn is_assignment(word: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// Splits a text after the line that ends a document.
fn split_document<'t>(text: &'t str, end: &str) -> (&'t str, &'t str) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end_matches('\n').trim_start_matches('\t') == end {
            return (&text[..start], &text[start + line.len()..]);
        }
        start += line.len();
    }
    (text, "")
}

/// Characters that stand between what may be paths, in whatever language.
const BETWEEN: [char; 26] = [
    ' ', '\t', '\n', '\r', '\'', '"', '`', ';', '&', '|', '<', '>', '(', ')', '[', ']', '{', '}', ',', '=', ':', '$',
    '!', '#', '\\', '^',
];

/// Longer words are no paths.
const MAX_WORD: usize = 400;

/// More words are another program's text; with their lengths they must fit into a pipe.
const MAX_WORDS: usize = 32 << 10;

/// The first ones count: a command names its files before the text it writes into them.
fn words(text: &str) -> Vec<String> {
    let (mut seen, mut length) = (BTreeSet::new(), 0);
    let parts = text.split(BETWEEN).filter(|part| !part.is_empty() && part.len() <= MAX_WORD);
    let new = parts.filter(|part| seen.insert(*part));
    let short = new.take_while(|part| {
        length += part.len() + 4;
        length <= MAX_WORDS
    });
    short.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &str) -> Vec<Vec<String>> {
        let found = simple_commands(text);
        assert!(!found.is_odd, "{text}");
        found.commands.into_iter().map(|command| command.words).collect()
    }

    #[test]
    fn words_and_operators_are_split_as_a_shell_splits_them() {
        assert_eq!(plain("a 'b c' \"d \\\" e\" f\\ g"), [["a", "b c", "d \" e", "f g"]]);
        assert_eq!(plain("a | b && c; d\n e 2>&1 >/dev/null").len(), 5);
        assert_eq!(plain("cat > x <<'EOF'\nrm $(x)\nEOF\nls"), [vec!["cat"], vec!["ls"]]);
        assert_eq!(plain("a # b; c"), [["a"]]);
    }

    #[test]
    fn whatever_runs_inside_a_word_is_odd() {
        for text in ["a $(b)", "a `b`", "a \"$(b)\"", "(a)", "a <(b)", "if a", "a 'b", "a <<EOF\n$x\nEOF", "a <<EOF"] {
            assert!(simple_commands(text).is_odd, "{text}");
        }
    }

    #[test]
    fn paths_inside_of_scripts_are_words() {
        let found = simple_commands("python -c \"open('src/a.rs','w')\" --out=b.txt");
        assert!(["src/a.rs", "b.txt"].iter().all(|path| found.words.iter().any(|word| word == path)), "{found:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_split_without_a_panic(text in "[ -~\n\t\u{e4}]{0,60}") {
            simple_commands(&text);
        }

        #[test]
        fn quoted_words_come_back(words in prop::collection::vec("[a-z $`|;&<>()\"#*]{1,8}", 1..5)) {
            let text = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(plain(&format!("x {text}"))[0][1..].to_vec(), words);
        }
    }
}
