//! Our entries in a settings file of Claude Code. Everything else keeps its bytes: order, comments, blanks, line ends.

use jsonc_parser::ast::{Array, Object, ObjectProp, Value};

use super::claude_command::{ClaudeProgram, is_command_of};
use super::claude_event::{ClaudeEvent, EVENTS};
use super::json_edit::{Container, insert_last, made_for, remove, splice};
use super::json_style::Style;
use super::json_text::{place, property, root};

const MARK: &str = "\u{feff}";
/// Depths of what stands in the file, in `hooks`, and in the list of an event.
const TOP: usize = 1;
const EVENT: usize = 2;
const GROUP: usize = 3;

/// Returns a settings file with our entries; `None` is a file that does not exist.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn with_hooks(file: Option<&[u8]>, program: &ClaudeProgram) -> Result<Vec<u8>, String> {
    let Some(file) = file else { return Ok(new_file(program)?.into_bytes()) };
    let (mark, text) = without_mark(file)?;
    Ok(format!("{mark}{}", add_all(text, program)?).into_bytes())
}

/// Returns a settings file without our entries; `None` if it consisted of nothing else.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn without_hooks(file: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let (mark, text) = without_mark(file)?;
    let mut text = text.to_owned();
    root(&text)?;
    for event in EVENTS.iter().rev() {
        while let Some(found) = find(&text, event.name)? {
            match found.without(&text) {
                Some(shorter) => text = shorter,
                None => return Ok(None),
            }
        }
    }
    Ok(Some(format!("{mark}{text}").into_bytes()))
}

/// Returns the events that a settings file has our entry for, each with its command.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn installed_events(file: &[u8]) -> Result<Vec<(&'static str, String)>, String> {
    let (_, text) = without_mark(file)?;
    root(text)?;
    let mut installed = Vec::new();
    for event in EVENTS {
        installed.extend(find(text, event.name)?.map(|found| (event.name, found.command)));
    }
    Ok(installed)
}

fn without_mark(file: &[u8]) -> Result<(&str, &str), String> {
    let text = std::str::from_utf8(file).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok(match text.strip_prefix(MARK) {
        Some(rest) => (MARK, rest),
        None => ("", text),
    })
}

fn new_file(program: &ClaudeProgram) -> Result<String, String> {
    let style = Style::of("", None);
    let hooks = hooks_property(&EVENTS[0], program, &style);
    add_all(&format!("{}\n", made_for(&hooks, ['{', '}'], 0, &style)), program)
}

fn add_all(text: &str, program: &ClaudeProgram) -> Result<String, String> {
    let first = root(text)?.properties.first().map(|property| place(property).start);
    let style = Style::of(text, first);
    EVENTS.iter().try_fold(text.to_owned(), |text, event| add(text, event, program, &style))
}

fn add(text: String, event: &ClaudeEvent, program: &ClaudeProgram, style: &Style) -> Result<String, String> {
    if let Some(found) = find(&text, event.name)? {
        return Ok(found.with_command(text, &program.command(event.name)));
    }
    let top = root(&text)?;
    let Some(hooks) = hooks_of(&top)? else {
        let item = hooks_property(event, program, style);
        return Ok(insert_last(&text, &container(&top), &item, TOP, style));
    };
    let Some(list) = list_of(hooks, event.name)? else {
        let item = event_property(event, program, style);
        return Ok(insert_last(&text, &container(hooks), &item, EVENT, style));
    };
    Ok(insert_last(&text, &list_container(list), &group(event, program), GROUP, style))
}

fn hooks_property(event: &ClaudeEvent, program: &ClaudeProgram, style: &Style) -> String {
    format!("\"hooks\": {}", made_for(&event_property(event, program, style), ['{', '}'], TOP, style))
}

fn event_property(event: &ClaudeEvent, program: &ClaudeProgram, style: &Style) -> String {
    format!("\"{}\": {}", event.name, made_for(&group(event, program), ['[', ']'], EVENT, style))
}

fn group(event: &ClaudeEvent, program: &ClaudeProgram) -> String {
    let matcher = event.matcher.map(|tools| format!("\"matcher\": {}, ", string(tools))).unwrap_or_default();
    let command = string(&program.command(event.name));
    let timeout = event.timeout;
    format!("{{ {matcher}\"hooks\": [{{ \"type\": \"command\", \"command\": {command}, \"timeout\": {timeout} }}] }}")
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn hooks_of<'o, 't>(top: &'o Object<'t>) -> Result<Option<&'o Object<'t>>, String> {
    match property(top, "hooks")?.map(|property| &property.value) {
        None => Ok(None),
        Some(Value::Object(hooks)) => Ok(Some(hooks)),
        Some(_) => Err("`hooks` in it is not an object".to_owned()),
    }
}

fn list_of<'o, 't>(hooks: &'o Object<'t>, event: &str) -> Result<Option<&'o Array<'t>>, String> {
    match property(hooks, event)?.map(|property| &property.value) {
        None => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list)),
        Some(_) => Err(format!("`hooks.{event}` in it is not a list")),
    }
}

fn container(object: &Object<'_>) -> Container {
    Container { place: place(object), items: object.properties.iter().map(place).collect() }
}

fn list_container(list: &Array<'_>) -> Container {
    Container { place: place(list), items: list.elements.iter().map(place).collect() }
}

/// Our entry of one event, with everything around it: the file, `hooks`, the list, the handlers of the group.
struct Found {
    command: String,
    command_place: std::ops::Range<usize>,
    around: [(Container, usize); 3],
    handlers: (Container, usize),
}

impl Found {
    fn with_command(&self, text: String, command: &str) -> String {
        if self.command == command { text } else { splice(&text, self.command_place.clone(), &string(command)) }
    }

    /// Takes the entry out, and what was made for it; `None` if that is all there is.
    fn without(&self, text: &str) -> Option<String> {
        if self.handlers.0.items.len() > 1 {
            return Some(remove(text, &self.handlers.0, self.handlers.1));
        }
        let [file, hooks, list] = &self.around;
        let outermost = [list, hooks, file].into_iter().find(|(around, _)| !around.is_made_for_item(text));
        match outermost {
            Some((around, index)) => Some(remove(text, around, *index)),
            None if file.0.is_all_of(text) => None,
            None => Some(remove(text, &file.0, file.1)),
        }
    }
}

/// Finds our entry of an event: a group of hooks one of which has our command.
fn find(text: &str, event: &str) -> Result<Option<Found>, String> {
    let top = root(text)?;
    let Some(hooks) = hooks_of(&top)? else { return Ok(None) };
    let Some(list) = list_of(hooks, event)? else { return Ok(None) };
    let entry = list.elements.iter().enumerate().rev().find_map(|(index, group)| Some((index, handler(group, event)?)));
    Ok(entry.map(|(index, (handlers, place, command))| Found {
        command,
        command_place: place,
        around: [
            (container(&top), index_of(&top, "hooks")),
            (container(hooks), index_of(hooks, event)),
            (list_container(list), index),
        ],
        handlers,
    }))
}

fn index_of(object: &Object<'_>, name: &str) -> usize {
    object.properties.iter().position(|property| property.name.as_str() == name).unwrap_or_default()
}

type Handler = ((Container, usize), std::ops::Range<usize>, String);

fn handler(group: &Value<'_>, event: &str) -> Option<Handler> {
    let handlers = member(group.as_object()?, "hooks")?.value.as_array()?;
    handlers.elements.iter().enumerate().find_map(|(index, handler)| {
        let command = member(handler.as_object()?, "command")?.value.as_string_lit()?;
        is_command_of(&command.value, event)
            .then(|| ((list_container(handlers), index), place(command), command.value.to_string()))
    })
}

fn member<'o, 't>(object: &'o Object<'t>, name: &str) -> Option<&'o ObjectProp<'t>> {
    object.properties.iter().find(|property| property.name.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::hook_program::HookProgram;
    use proptest::prelude::*;
    use std::path::Path;

    fn program() -> ClaudeProgram {
        ClaudeProgram::At(HookProgram::at(Path::new("/opt/it's/agent-trace-hook")))
    }

    fn installed(text: &str) -> String {
        String::from_utf8(with_hooks(Some(text.as_bytes()), &program()).unwrap()).unwrap()
    }

    #[track_caller]
    fn there_and_back(text: &str) -> String {
        let with = installed(text);
        let names: Vec<_> = installed_events(with.as_bytes()).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, EVENTS.map(|event| event.name), "{with}");
        assert_eq!(installed(&with), with, "a second time changes nothing");
        let without = without_hooks(with.as_bytes()).unwrap().unwrap();
        assert_eq!(String::from_utf8(without).unwrap(), text, "through\n{with}");
        with
    }

    #[test]
    fn a_usual_file_keeps_its_layout() {
        let with = there_and_back("{\n    \"model\": \"opus\", // dear\n    \"env\": {}\n}\n");
        assert!(with.starts_with("{\n    \"model\": \"opus\", // dear\n    \"env\": {},\n    \"hooks\": {\n        \"SessionStart\": [\n            { \"hooks\": [{ \"type\""), "{with}");
        assert!(with.ends_with("        ]\n    }\n}\n"), "{with}");
    }

    #[test]
    fn entries_of_others_stay_and_come_first() {
        let theirs = r#"{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"git-ai hook"}]}],"SessionEnd":[]}}"#;
        let with = there_and_back(theirs);
        assert!(with.find("git-ai").unwrap() < with.find("claude Stop").unwrap());
    }

    #[test]
    fn a_file_of_ours_alone_goes_again() {
        let made = with_hooks(None, &program()).unwrap();
        assert_eq!(with_hooks(Some(&made), &program()).unwrap(), made);
        assert_eq!(without_hooks(&made).unwrap(), None);
        let commented = [b"// mine\n", &made[..]].concat();
        assert_eq!(without_hooks(&commented).unwrap().unwrap(), b"// mine\n{\n}\n");
    }

    #[test]
    fn another_place_of_the_program_only_changes_the_command() {
        let with = installed("{}");
        let moved = with_hooks(Some(with.as_bytes()), &ClaudeProgram::OnPath).unwrap();
        assert!(!String::from_utf8(moved.clone()).unwrap().contains("/opt"));
        assert_eq!(with_hooks(Some(&moved), &program()).unwrap(), with.as_bytes());
        assert_eq!(without_hooks(&moved).unwrap().unwrap(), b"{}");
    }

    #[test]
    fn a_file_another_program_laid_out_anew_loses_ours_only() {
        let with = installed(r#"{"a": 1, "hooks": {"Stop": [{"hooks": []}]}}"#);
        let value: serde_json::Value = serde_json::from_str(&with).unwrap();
        for text in [serde_json::to_string_pretty(&value).unwrap(), value.to_string()] {
            let without = without_hooks(text.as_bytes()).unwrap().unwrap();
            let mut left: serde_json::Value = serde_json::from_slice(&without).unwrap();
            left["hooks"].as_object_mut().unwrap().retain(|_, list| list != &serde_json::json!([]));
            assert_eq!(left, serde_json::json!({"a": 1, "hooks": {"Stop": [{"hooks": []}]}}));
        }
    }

    #[test]
    fn our_command_in_a_group_of_others_leaves_the_group() {
        let command = string(&program().command("Stop"));
        let text = format!(r#"{{"hooks":{{"Stop":[{{"hooks":[{{"command":"x"}}, {{"command":{command}}}]}}]}}}}"#);
        let without = without_hooks(text.as_bytes()).unwrap().unwrap();
        assert_eq!(String::from_utf8(without).unwrap(), r#"{"hooks":{"Stop":[{"hooks":[{"command":"x"}]}]}}"#);
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        for (text, problem) in [
            ("", "empty"),
            ("[]", "not an object"),
            ("{\"a\": 1", "line 1"),
            ("{a: 1}", "line 1"),
            ("{\"hooks\": []}", "`hooks` in it is not an object"),
            ("{\"hooks\": {\"Stop\": {}}}", "`hooks.Stop` in it is not a list"),
            ("{\"hooks\": {}, \"hooks\": {}}", "twice"),
        ] {
            let error = with_hooks(Some(text.as_bytes()), &program()).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
        assert!(with_hooks(Some(b"\xff{}"), &program()).unwrap_err().contains("UTF-8"));
    }

    fn blank() -> impl Strategy<Value = &'static str> {
        let blanks = ["", "", " ", "\n", "\n  ", "\t", "\r\n    ", " // c, }\n", "/* [c], */", " /* // */ "];
        prop::sample::select(blanks.to_vec())
    }

    /// A list or object of items with blanks and comments at every place where they may stand.
    fn around(items: impl Strategy<Value = Vec<String>>, open: char, close: char) -> impl Strategy<Value = String> {
        (items, prop::collection::vec((blank(), blank()), 8), any::<bool>(), blank()).prop_map(
            move |(items, blanks, is_comma_last, last)| {
                let spaced = items.iter().zip(&blanks).map(|(item, (before, after))| format!("{before}{item}{after}"));
                let joined = spaced.collect::<Vec<_>>().join(",");
                let comma = if is_comma_last && !items.is_empty() { "," } else { "" };
                format!("{open}{joined}{comma}{last}{close}")
            },
        )
    }

    fn group() -> impl Strategy<Value = String> {
        let ours = string(&program().command("Stop"));
        prop::sample::select(vec![
            "{}".to_owned(),
            "null".to_owned(),
            r#"{"hooks":[]}"#.to_owned(),
            r#"{"matcher": "Bash", "hooks": [{"type": "command", "command": "agent-trace-hook claude Stop"}]}"#
                .to_owned(),
            // Our command, but of another event or in another place, is not our entry.
            format!(r#"{{"hooks":[{{"command":{ours} , "x":[1,]}}],"hooks2":[]}}"#)
                .replace("claude Stop", "claude Sto"),
            format!(r#"{{"command":{ours}}}"#),
        ])
    }

    fn settings() -> impl Strategy<Value = String> {
        let names = prop::sample::subsequence(vec!["Stop", "PreToolUse", "SessionStart", "WorktreeCreate"], 0..=4);
        let list = || around(prop::collection::vec(group(), 0..3), '[', ']');
        let events = (names, prop::collection::vec((blank(), list()), 4)).prop_map(|(names, lists)| {
            names.iter().zip(lists).map(|(name, (blank, list))| format!("\"{name}\"{blank}:{list}")).collect::<Vec<_>>()
        });
        let hooks = prop::option::of(around(events, '{', '}'));
        let others =
            prop::sample::subsequence(vec!["\"model\": \"ö\"", "\"env\":{ \"A\":\"// no, }\"}", "\"n\":-1.5e3"], 0..=3);
        let all = (others, hooks, any::<prop::sample::Index>()).prop_map(|(others, hooks, index)| {
            let mut all: Vec<String> = others.iter().map(|other| (*other).to_owned()).collect();
            if let Some(hooks) = hooks {
                all.insert(index.index(all.len() + 1), format!("\"hooks\": {hooks}"));
            }
            all
        });
        (prop::sample::select(vec!["", MARK]), blank(), around(all, '{', '}'), blank())
            .prop_map(|(mark, before, object, after)| format!("{mark}{before}{object}{after}"))
    }

    proptest! {
        #[test]
        fn uninstall_gives_every_byte_of_every_file_back(text in settings()) {
            there_and_back(&text);
        }
    }
}
