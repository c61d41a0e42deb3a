//! An actor who writes a Claude Code transcript as it works.
//!
//! The rows have the fields, the order and the doubtful corners of the real client (several rows a
//! response, output that grows, no `stop_reason`), in text of our own.

use super::diff::structured_patch;
use super::subagent::Subagent;
use super::world::{World, rfc3339, write_with_folders};
use super::{git, ids};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Tokens of one response: input, output, cache read, 5-minute and 1-hour cache write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens {
    input: u64,
    output: u64,
    cache_read: u64,
    write_5m: u64,
    write_1h: u64,
}

/// Where the client leaves the rows of its subagents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubagentRows {
    /// `agent_progress` rows in the main file; the final reply only in the result (2.1.12 to 2.1.42).
    Progress,
    /// `<session>/subagents/agent-<id>.jsonl` with a `.meta.json` beside it (later versions).
    OwnFolder,
    /// `agent-<id>.jsonl` beside the main file (late 2025).
    Beside,
}

/// A tool call whose result has not been written yet.
#[must_use = "a tool call without a result is an edge case; pass it to .gets(..) or drop it on purpose"]
#[derive(Debug, Clone)]
pub(crate) struct ToolUse {
    /// `toolu_…`.
    pub(crate) id: String,
    /// The row that holds the call.
    pub(crate) row: String,
}

/// A Claude Code session at work.
#[derive(Debug)]
pub(crate) struct Claude<'w> {
    pub(super) world: &'w World,
    pub(super) name: String,
    model: RefCell<String>,
    version: String,
    root: PathBuf,
    cwd: PathBuf,
    stop_reasons: bool,
    git_operation: bool,
    pub(super) subagent_rows: SubagentRows,
    tokens: Cell<Tokens>,
    counter: Cell<u64>,
    parent: RefCell<Option<String>>,
    thought: RefCell<Option<String>>,
    own_clock: Cell<Option<i64>>,
    prompted_at: Cell<i64>,
}

/// The first half: who the session is, said once, before it starts.
impl<'w> Claude<'w> {
    pub(super) fn new(world: &'w World, name: &str) -> Claude<'w> {
        Claude {
            world,
            name: name.to_owned(),
            model: RefCell::new("claude-sonnet-4-5-20250929".to_owned()),
            version: "2.1.42".to_owned(),
            root: world.path(""),
            cwd: world.path(""),
            stop_reasons: false,
            git_operation: false,
            subagent_rows: SubagentRows::Progress,
            tokens: Cell::new(Tokens { input: 4, output: 120, cache_read: 12_000, write_5m: 800, write_1h: 0 }),
            counter: Cell::new(0),
            parent: RefCell::new(None),
            thought: RefCell::new(None),
            own_clock: Cell::new(None),
            prompted_at: Cell::new(world.now()),
        }
    }

    /// Sets the model of the responses to come.
    pub(crate) fn model(self, model: &str) -> Self {
        let _ = self.switches_model(model);
        self
    }

    /// Sets the client's version.
    pub(crate) fn version(mut self, version: &str) -> Self {
        self.version = version.to_owned();
        self
    }

    /// Sets the folder the client was started in.
    pub(crate) fn cwd(mut self, cwd: &Path) -> Self {
        self.cwd = cwd.to_owned();
        self
    }

    /// Sets the work tree in which the client was started and edits files.
    pub(crate) fn worktree(mut self, root: &Path) -> Self {
        self.root = root.to_owned();
        self.cwd(root)
    }

    /// Writes a `stop_reason` on the last row of every response: its usage is final.
    pub(crate) fn with_stop_reasons(mut self) -> Self {
        self.stop_reasons = true;
        self
    }

    /// Writes `gitOperation` into the results of commits, as newer clients do.
    pub(crate) fn with_git_operation(mut self) -> Self {
        self.git_operation = true;
        self
    }

    /// Sets where the rows of subagents go.
    pub(crate) fn subagents(mut self, rows: SubagentRows) -> Self {
        self.subagent_rows = rows;
        self
    }
}

/// The second half: what happens in the session, in the order in which it happens.
impl<'w> Claude<'w> {
    /// The user switches the model.
    pub(crate) fn switches_model(&self, model: &str) -> &Self {
        *self.model.borrow_mut() = model.to_owned();
        self
    }

    /// Sets the usage of every response to come: input, output, cache read, 5-minute and 1-hour cache write.
    pub(crate) fn tokens(&self, input: u64, output: u64, cache_read: u64, write_5m: u64, write_1h: u64) -> &Self {
        self.tokens.set(Tokens { input, output, cache_read, write_5m, write_1h });
        self
    }

    /// From here on this session's clock is its own and starts at an RFC 3339 instant.
    pub(crate) fn at(&self, instant: &str) -> &Self {
        let parsed = DateTime::parse_from_rfc3339(instant).expect("an RFC 3339 instant");
        self.own_clock.set(Some(parsed.timestamp()));
        self
    }

    /// The user types a prompt.
    pub(crate) fn says(&self, prompt: &str) -> &Self {
        self.prompt(
            json!(prompt),
            json!({"permissionMode": "default", "thinkingMetadata": {"level": "none"}, "todos": []}),
        )
    }

    /// A row that starts a turn, whoever wrote it.
    fn prompt(&self, content: Value, more: Value) -> &Self {
        self.flush_thought();
        self.prompted_at.set(self.now());
        self.user(content, more)
    }

    /// Holds a thinking block: the first row of the next response.
    pub(crate) fn thinks(&self, text: &str) -> &Self {
        self.flush_thought();
        *self.thought.borrow_mut() = Some(text.to_owned());
        self
    }

    /// The model answers in text; with a thought held, two rows of one response.
    pub(crate) fn replies(&self, text: &str) -> &Self {
        let _ = self.respond(vec![json!({"type": "text", "text": text})], "end_turn");
        self
    }

    /// The model calls one tool.
    pub(crate) fn calls(&self, tool: &str, input: Value) -> ToolUse {
        self.calls_together(&[(tool, input)]).remove(0)
    }

    /// The model calls several tools in one response, one row each.
    pub(crate) fn calls_together(&self, calls: &[(&str, Value)]) -> Vec<ToolUse> {
        let ids: Vec<String> = calls.iter().map(|_| format!("toolu_{}", self.next_id())).collect();
        let block = |(id, (tool, input)): (&String, &(&str, Value))| json!({"type": "tool_use", "id": id, "name": tool, "input": input});
        let rows = self.respond(ids.iter().zip(calls).map(block).collect(), "tool_use");
        ids.into_iter().zip(rows).map(|(id, row)| ToolUse { id, row }).collect()
    }

    /// A tool returns a text and its structured result.
    pub(crate) fn gets(&self, call: &ToolUse, content: &str, result: Value) -> &Self {
        self.result(call, json!({"tool_use_id": call.id, "type": "tool_result", "content": content}), result)
    }

    /// A tool fails: the structured result is a string, as in every real transcript.
    pub(crate) fn gets_error(&self, call: &ToolUse, content: &str) -> &Self {
        let block = json!({"type": "tool_result", "content": content, "is_error": true, "tool_use_id": call.id});
        self.result(call, block, json!(format!("Error: {content}")))
    }

    fn result(&self, call: &ToolUse, block: Value, result: Value) -> &Self {
        self.user(json!([block]), json!({"toolUseResult": result, "sourceToolAssistantUUID": call.row}))
    }

    /// The model replaces `before` by `after` in a file of the repository, or creates it when `before` is empty.
    pub(crate) fn edits(&self, path: &str, before: &str, after: &str) -> &Self {
        match before {
            "" => self.writes(path, after),
            _ => self.replaces(path, before, after),
        }
    }

    fn replaces(&self, path: &str, before: &str, after: &str) -> &Self {
        let file = self.root.join(path);
        let original = read(&file);
        assert!(original.contains(before), "`{path}` does not contain {before:?}");
        let changed = original.replacen(before, after, 1);
        let input = json!({"replace_all": false, "file_path": file, "old_string": before, "new_string": after});
        let call = self.calls("Edit", input);
        write_with_folders(&file, changed.as_bytes());
        let result = json!({
            "filePath": file, "oldString": before, "newString": after, "originalFile": original,
            "structuredPatch": structured_patch(&original, &changed), "userModified": false, "replaceAll": false,
        });
        self.gets(&call, &format!("The file {} has been updated successfully.", file.display()), result)
    }

    /// The model writes a whole file of the repository.
    pub(crate) fn writes(&self, path: &str, text: &str) -> &Self {
        let file = self.root.join(path);
        let original = file.is_file().then(|| read(&file));
        let call = self.calls("Write", json!({"file_path": file, "content": text}));
        write_with_folders(&file, text.as_bytes());
        let (kind, patch) = match &original {
            None => ("create", json!([])),
            Some(original) => ("update", structured_patch(original, text)),
        };
        let result = json!({
            "type": kind, "filePath": file, "content": text, "structuredPatch": patch, "originalFile": original,
        });
        self.gets(&call, &format!("File {kind}d successfully at: {}", file.display()), result)
    }

    /// The model runs a shell command that prints `stdout`; nothing really runs.
    pub(crate) fn runs_bash(&self, command: &str, stdout: &str) -> &Self {
        let call = self.calls("Bash", json!({"command": command, "description": "Run a command"}));
        self.gets(&call, stdout, json!({"stdout": stdout, "stderr": "", "interrupted": false, "isImage": false}))
    }

    /// The model commits everything: git really runs, and its own words are the result.
    pub(crate) fn commits(&self, message: &str) -> &Self {
        let command = format!("git add --all && git commit --message {message:?}");
        let call = self.calls("Bash", json!({"command": command, "description": "Commit the change"}));
        let _ = self.world.git_in(&self.cwd, ["add", "--all"]).success();
        let stdout = self.world.git_in(&self.cwd, ["commit", "--message", message]).success().stdout;
        let stdout = stdout.trim_end();
        let mut result = json!({"stdout": stdout, "stderr": "", "interrupted": false, "isImage": false});
        if self.git_operation {
            let (branch, sha) = printed_commit(stdout).expect("git prints `[branch sha] subject`");
            result["gitOperation"] = json!({"commit": {"sha": sha, "kind": "committed", "branch": branch}});
        }
        self.gets(&call, stdout, result)
    }

    /// The model sends a subagent; it works until [`Subagent::finishes`] or is dropped on the way.
    pub(crate) fn sends(&self, agent_type: &str, prompt: &str) -> Subagent<'_, 'w> {
        let input = json!({"subagent_type": agent_type, "description": "Delegated work", "prompt": prompt});
        let call = self.calls("Task", input);
        Subagent::new(self, call, agent_type, prompt)
    }

    /// The context is compacted in the middle of whatever goes on.
    pub(crate) fn compacts(&self) -> &Self {
        self.flush_thought();
        let before = self.parent.replace(None);
        let _ = self.system(
            "compact_boundary",
            json!({
                "logicalParentUuid": before, "content": "Conversation compacted", "level": "info",
                "compactMetadata": {"trigger": "auto", "preTokens": 155_000},
            }),
        );
        let summary = "This session is being continued from a previous conversation that ran out of context.";
        self.user(json!(summary), json!({"isVisibleInTranscriptOnly": true, "isCompactSummary": true}))
    }

    /// The turn ends: the summary of the stop hooks, then the turn's duration.
    pub(crate) fn stops(&self) -> &Self {
        self.summarises();
        let milliseconds = (self.now() - self.prompted_at.get()) * 1_000;
        self.system("turn_duration", json!({"durationMs": milliseconds}))
    }

    /// The turn ends, of which the client measured these milliseconds as its own work.
    pub(crate) fn stops_after(&self, milliseconds: i64) -> &Self {
        self.summarises();
        self.system("turn_duration", json!({"durationMs": milliseconds}))
    }

    fn summarises(&self) {
        self.flush_thought();
        let _ = self.system(
            "stop_hook_summary",
            json!({
                "hookCount": 0, "hookInfos": [], "hookErrors": [], "preventedContinuation": false, "stopReason": "",
                "hasOutput": false, "level": "suggestion",
            }),
        );
    }

    /// The user presses Esc.
    pub(crate) fn interrupts(&self) -> &Self {
        self.flush_thought();
        self.user(json!([{"type": "text", "text": "[Request interrupted by user]"}]), json!({}))
    }

    /// The user types while the model works. Removed from the queue, the text stands nowhere else (it
    /// steered the running turn); otherwise it becomes the next prompt.
    pub(crate) fn queues(&self, text: &str, removed: bool) -> &Self {
        self.flush_thought();
        self.queue_operation("enqueue", Some(text));
        if removed {
            self.queue_operation("remove", None);
            return self;
        }
        self.queue_operation("dequeue", None);
        self.says(text)
    }

    /// A background task reports, which starts a turn that no human asked for.
    pub(crate) fn is_notified(&self, task: &str, text: &str) -> &Self {
        let note = format!(
            "<task-notification>\n<task-id>{task}</task-id>\n<status>completed</status>\n<summary>{text}</summary>\n</task-notification>"
        );
        self.prompt(json!(note), json!({}))
    }

    /// `gh pr create` succeeded.
    pub(crate) fn pr_link(&self, number: u64) -> &Self {
        let url = format!("https://github.com/example/project/pull/{number}");
        let row = json!({
            "type": "pr-link", "sessionId": self.session_id(), "prNumber": number, "prUrl": url,
            "prRepository": "example/project", "timestamp": self.timestamp(),
        });
        self.row(row)
    }

    /// Writes any row.
    pub(crate) fn row(&self, row: Value) -> &Self {
        self.append(format!("{row}\n").as_bytes());
        self
    }

    /// Writes any bytes.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> &Self {
        self.append(bytes);
        self
    }

    /// The client dies while it writes a row.
    pub(crate) fn dies_mid_line(&self) {
        let row = self.envelope("user", json!({"message": {"role": "user", "content": "the rest of this is lost"}}));
        let text = row.to_string();
        self.append(&text.as_bytes()[..text.len() / 2]);
    }
}

/// What a test may ask afterwards.
impl Claude<'_> {
    /// Returns the session's id.
    pub(crate) fn session_id(&self) -> String {
        ids::uuid(&self.name, 0)
    }

    /// Returns the transcript's path.
    pub(crate) fn transcript(&self) -> PathBuf {
        self.project_dir().join(format!("{}.jsonl", self.session_id()))
    }

    /// Returns the folder that holds this session's transcript.
    pub(super) fn project_dir(&self) -> PathBuf {
        self.world.transcripts_dir().join(slug(self.cwd.to_str().expect("a UTF-8 path")))
    }
}

/// The rows themselves.
impl Claude<'_> {
    /// Writes one response, a row a block, and returns the rows' ids. Output grows from row to row and is
    /// complete on the last.
    fn respond(&self, blocks: Vec<Value>, stop_reason: &str) -> Vec<String> {
        let thought =
            self.thought.take().map(|text| json!({"type": "thinking", "thinking": text, "signature": "c2ln"}));
        let thoughts = usize::from(thought.is_some());
        let blocks: Vec<Value> = thought.into_iter().chain(blocks).collect();
        let (response, last) = (self.next_id(), blocks.len() - 1);
        let rows = blocks.into_iter().enumerate().map(|(index, block)| {
            let message = self.message(&response, block, (index == last).then_some(stop_reason));
            let more = json!({"message": message, "requestId": format!("req_{response}")});
            self.write_row("assistant", more)
        });
        // Written first, then the thought's own row left out: a call knows the row it stands in.
        rows.collect::<Vec<_>>().split_off(thoughts)
    }

    /// Returns the `message` of one row of a response; `end` is the stop reason on its last row.
    pub(super) fn message(&self, response: &str, block: Value, end: Option<&str>) -> Value {
        let tokens = self.tokens.get();
        let output = if end.is_some() { tokens.output } else { tokens.output.min(1) };
        json!({
            "model": *self.model.borrow(), "id": format!("msg_{response}"), "type": "message", "role": "assistant",
            "content": [block], "stop_reason": end.filter(|_| self.stop_reasons), "stop_sequence": null,
            "usage": usage(tokens, output),
        })
    }

    /// Returns the usage that the result of a subagent reports for its final reply.
    pub(super) fn final_usage(&self) -> Value {
        usage(self.tokens.get(), self.tokens.get().output)
    }

    /// A thought that no block followed is a response of its own.
    fn flush_thought(&self) {
        if self.thought.borrow().is_some() {
            let _ = self.respond(Vec::new(), "end_turn");
        }
    }

    pub(super) fn user(&self, content: Value, more: Value) -> &Self {
        let mut fields = json!({"message": {"role": "user", "content": content}});
        merge(&mut fields, more);
        let _ = self.write_row("user", fields);
        self
    }

    fn system(&self, subtype: &str, more: Value) -> &Self {
        let mut fields = json!({"subtype": subtype, "isMeta": false});
        merge(&mut fields, more);
        let _ = self.write_row("system", fields);
        self
    }

    fn queue_operation(&self, operation: &str, content: Option<&str>) {
        let mut row = json!({
            "type": "queue-operation", "operation": operation, "timestamp": self.timestamp(),
            "sessionId": self.session_id(),
        });
        if let Some(content) = content {
            row["content"] = json!(content);
        }
        let _ = self.row(row);
    }

    /// Writes a row with the envelope, makes it the parent of the next, and returns its id.
    pub(super) fn write_row(&self, kind: &str, more: Value) -> String {
        let row = self.envelope(kind, more);
        let uuid = row["uuid"].as_str().unwrap().to_owned();
        let _ = self.row(row);
        *self.parent.borrow_mut() = Some(uuid.clone());
        uuid
    }

    /// Returns a row: what every row of a conversation carries, and `more`. A second passes.
    pub(super) fn envelope(&self, kind: &str, more: Value) -> Value {
        let mut row = json!({
            "parentUuid": *self.parent.borrow(), "isSidechain": false, "userType": "external", "cwd": self.cwd,
            "sessionId": self.session_id(), "version": self.version, "gitBranch": git::branch_of(&self.cwd),
            "type": kind, "uuid": ids::uuid(&self.name, self.next()), "timestamp": self.timestamp(),
        });
        merge(&mut row, more);
        row
    }

    fn append(&self, bytes: &[u8]) {
        append_to(&self.transcript(), bytes);
    }

    /// Returns the next id of this session, the same in every run.
    pub(super) fn next_id(&self) -> String {
        format!("{}_{}", self.name, self.next())
    }

    pub(super) fn next(&self) -> u64 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }

    fn now(&self) -> i64 {
        self.own_clock.get().unwrap_or_else(|| self.world.now())
    }

    /// Lets a second pass and returns the time as the client writes it.
    pub(super) fn timestamp(&self) -> String {
        match self.own_clock.get() {
            Some(seconds) => self.own_clock.set(Some(seconds + 1)),
            None => self.world.advance(1),
        }
        rfc3339(self.now(), SecondsFormat::Millis)
    }
}

fn usage(tokens: Tokens, output: u64) -> Value {
    json!({
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.write_5m + tokens.write_1h,
        "cache_read_input_tokens": tokens.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.write_5m, "ephemeral_1h_input_tokens": tokens.write_1h,
        },
        "output_tokens": output,
        "service_tier": "standard",
    })
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()))
}

/// Appends to a file as the client does: opened, written and closed for every row.
pub(super) fn append_to(path: &Path, bytes: &[u8]) {
    if !path.exists() {
        write_with_folders(path, b"");
    }
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

fn merge(row: &mut Value, more: Value) {
    let (Value::Object(row), Value::Object(more)) = (row, more) else { panic!("rows are objects") };
    let more: Map<String, Value> = more;
    row.extend(more);
}

/// Reads branch and short id from `[branch sha] subject` as the client itself does.
fn printed_commit(stdout: &str) -> Option<(&str, &str)> {
    let line = stdout.lines().find(|line| line.starts_with('['))?;
    let inside = line.strip_prefix('[')?.split(']').next()?;
    let (branch, sha) = inside.rsplit_once(' ')?;
    Some((branch.trim_end_matches(" (root-commit)"), sha))
}

/// Returns the folder name of a working directory: UTF-16 units outside `[a-zA-Z0-9]` become `-`; beyond
/// 200 units the rest becomes a hash.
fn slug(cwd: &str) -> String {
    const LONGEST: usize = 200;
    let units: Vec<u16> = cwd.encode_utf16().collect();
    let plain = |unit: &u16| u8::try_from(*unit).ok().filter(u8::is_ascii_alphanumeric).map_or('-', char::from);
    let text: String = units.iter().map(plain).collect();
    if units.len() <= LONGEST {
        return text;
    }
    let hash = units.iter().fold(0i32, |hash, unit| (hash << 5).wrapping_sub(hash).wrapping_add(i32::from(*unit)));
    format!("{}-{}", &text[..LONGEST], base36(hash.unsigned_abs()))
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).unwrap());
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(path: &Path) -> Vec<Value> {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}"))).collect()
    }

    fn kinds(rows: &[Value]) -> Vec<&str> {
        rows.iter().map(|row| row["type"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_whole_day_is_rows_of_json() {
        let world = World::new();
        world.write("src/lib.rs", "fn one() {}\n");
        world.commit("start");
        let session = world.claude("day").model("claude-opus-4-6").version("2.1.200").with_git_operation();
        session.says("rename it").thinks("easy").edits("src/lib.rs", "one", "two").runs_bash("cargo test", "ok");
        session.writes("notes.md", "a\n").writes("notes.md", "b\n").edits("new.rs", "", "fn three() {}\n");
        session.commits("rename").pr_link(7).compacts().replies("done").stops();
        session.queues("lint too", true).queues("and push", false).thinks("hm").interrupts();
        session.is_notified("b1", "the build is green").switches_model("claude-haiku-4-5-20251001");
        session.row(json!({"type": "future-row"})).stops();
        let rows = rows(&session.transcript());
        assert!(rows.len() > 30, "{}", rows.len());
        assert_eq!(kinds(&rows)[..4], ["user", "assistant", "assistant", "user"]);
        assert_eq!(world.git(["log", "--format=%s", "-1"]).success().stdout, "rename\n");
    }

    #[test]
    fn one_response_is_many_rows_with_one_id_and_growing_output() {
        let world = World::new();
        let session = world.claude("grow").with_stop_reasons();
        session.says("hello").tokens(3, 212, 9, 40, 2).thinks("a greeting").replies("hello");
        let rows = rows(&session.transcript());
        let (first, last) = (&rows[1]["message"], &rows[2]["message"]);
        assert_eq!(first["id"], last["id"]);
        assert_eq!((&first["stop_reason"], &last["stop_reason"]), (&json!(null), &json!("end_turn")));
        assert_eq!((&first["usage"]["output_tokens"], &last["usage"]["output_tokens"]), (&json!(1), &json!(212)));
        assert_eq!(last["usage"]["cache_creation_input_tokens"], 42);
        assert_eq!(rows[2]["parentUuid"], rows[1]["uuid"]);
    }

    #[test]
    fn a_commit_is_real_and_its_line_is_gits_own() {
        let world = World::new();
        let session = world.claude("commit").with_git_operation();
        session.says("write a file").writes("a.txt", "alpha\n").commits("add a");
        let result = rows(&session.transcript()).pop().unwrap();
        let id = world.git(["rev-parse", "--short", "HEAD"]).success().stdout;
        let stdout = result["toolUseResult"]["stdout"].as_str().unwrap();
        assert!(stdout.starts_with(&format!("[main (root-commit) {}] add a", id.trim())), "{stdout}");
        assert_eq!(result["toolUseResult"]["gitOperation"]["commit"]["sha"], id.trim());
        assert_eq!(result["toolUseResult"]["gitOperation"]["commit"]["branch"], "main");
    }

    #[test]
    fn calls_made_together_share_a_response() {
        let world = World::new();
        let session = world.claude("together");
        session.says("look");
        let calls = session.calls_together(&[("Read", json!({})), ("Grep", json!({}))]);
        session.gets(&calls[1], "found", json!({})).gets_error(&calls[0], "no such file");
        let rows = rows(&session.transcript());
        assert_eq!(rows[1]["message"]["id"], rows[2]["message"]["id"]);
        assert_eq!(rows[3]["sourceToolAssistantUUID"], rows[2]["uuid"]);
        assert_eq!(rows[4]["toolUseResult"], "Error: no such file");
    }

    #[test]
    fn a_session_may_keep_its_own_time_and_place() {
        let world = World::new();
        world.write("sub/a.txt", "a\n");
        let session = world.claude("own").cwd(&world.path("sub"));
        session.at("1970-01-01T00:00:00Z").says("hello").says("again");
        let rows = rows(&session.transcript());
        assert_eq!(rows[0]["timestamp"], "1970-01-01T00:00:01.000Z");
        assert_eq!(rows[1]["timestamp"], "1970-01-01T00:00:02.000Z");
        assert!(session.project_dir().to_str().unwrap().ends_with("-repo-sub"));
    }

    #[test]
    fn the_same_story_gives_the_same_ids() {
        let tell = || {
            let world = World::new();
            let session = world.claude("twice");
            session.says("hello").replies("hello");
            rows(&session.transcript()).iter().map(|row| row["uuid"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(tell(), tell());
    }

    #[test]
    fn a_client_that_dies_leaves_a_torn_row() {
        let world = World::new();
        let session = world.claude("torn");
        session.says("hello").bytes(b"\n").dies_mid_line();
        let text = std::fs::read_to_string(session.transcript()).unwrap();
        assert!(!text.ends_with('\n'));
        assert!(serde_json::from_str::<Value>(text.lines().last().unwrap()).is_err());
    }

    #[test]
    fn folder_names_are_those_of_the_client() {
        assert_eq!(slug("/Users/me/my_app"), "-Users-me-my-app");
        assert_eq!(slug("/tmp/é😀"), "-tmp----");
        let long = slug(&"/a".repeat(150));
        assert!(long.len() > 201 && long.starts_with("-a-a") && long.as_bytes()[200] == b'-', "{long}");
        assert_eq!((base36(0), base36(35), base36(36)), ("0".into(), "z".into(), "10".into()));
    }
}
