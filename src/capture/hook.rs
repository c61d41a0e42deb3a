//! One call of a hook, from its arguments to the spool.

use std::cell::OnceCell;
use std::io::Read;
use std::panic;
use std::path::{Path, PathBuf};

use super::agent_hook::Input;
use super::attribution::Surroundings;
use super::background::{self, SWITCH};
use super::file_stat::nanoseconds;
use super::git_hook::GitHook;
use super::place::Place;
use super::process::{ancestors, git_above};
use super::record::Event;
use super::scan_job::ShellCall;
use super::spool::Spool;
use crate::clock;
use crate::model::SessionId;

/// Longer input is no hook's.
const MAX_INPUT: u64 = 256 << 20;

/// A call of a hook.
#[derive(Debug)]
enum HookCall {
    /// `claude <Event>`: the event stands in the input too.
    Claude,
    /// `git <hook> [arguments]`.
    Git {
        /// Name of the hook.
        name: String,
        /// What git gave it.
        arguments: Vec<String>,
    },
}

impl HookCall {
    /// Returns the call that arguments (after `hook`) ask for.
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<HookCall> {
        match arguments.next()?.as_str() {
            "claude" => Some(HookCall::Claude),
            "git" => Some(HookCall::Git { name: arguments.next()?, arguments: arguments.collect() }),
            _ => None,
        }
    }
}

/// Runs the hook that arguments ask for, on standard input. Never fails, never speaks, not even of a bug.
pub fn run_silently(arguments: impl Iterator<Item = String>) {
    panic::set_hook(Box::new(|_| {}));
    let _ = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        if let Some(call) = HookCall::parse(arguments) {
            run(&call, &mut std::io::stdin().lock());
        }
    }));
}

/// Does what a hook is for. Whatever goes wrong is nobody's matter but ours: nothing is printed or returned.
fn run(call: &HookCall, input: &mut dyn Read) {
    if std::env::var(SWITCH).as_deref() == Ok("0") {
        return;
    }
    let _ = match call {
        HookCall::Claude => agent(input),
        HookCall::Git { name, arguments } => git(name, arguments, input),
    };
}

fn agent(input: &mut dyn Read) -> Option<()> {
    let mut text = Vec::new();
    input.take(MAX_INPUT).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let input = Input::parse(&text)?;
    let folder = if input.cwd.is_empty() { std::env::current_dir().ok()? } else { PathBuf::from(&*input.cwd) };
    let place = Place::find(&folder, None)?;
    let record = input.record(&place, &ancestors, clock::now().0)?;
    let call = || input.shell_call(&place, &folder);
    let starts = record.event == Event::ToolStart;
    let is_scanned = starts && call().and_then(|call| call.begin()) == Some(true);
    let spool = Spool::of(&place);
    let told = spool.append(&record).and_then(|()| std::fs::metadata(spool.path())?.modified());
    // A child is started last: it takes the processor from whoever started it.
    match record.event {
        Event::ToolEnd | Event::ToolFailure => match told {
            Ok(end) => call()?.end(nanoseconds(end), record.run_ms),
            Err(_) => call().map(ShellCall::forget), // A scan could not tell what it finds either.
        },
        Event::ToolStart if is_scanned => call()?.look(),
        _ if input.is_end() && told.is_ok() => background::ingest(&folder),
        _ => Some(()),
    }
}

fn git(name: &str, arguments: &[String], input: &mut dyn Read) -> Option<()> {
    let folder = std::env::current_dir().ok()?;
    let place = Place::find(&folder, std::env::var_os("GIT_DIR").as_deref().map(Path::new))?;
    let spool = Spool::of(&place);
    let variable = |name: &str| std::env::var(name).ok();
    let now = clock::now().0;
    // One call has one session: its end of the spool is read once.
    let own = OnceCell::new();
    let tail = |session: Option<&SessionId>| match session {
        Some(_) => own.get_or_init(|| spool.tail(session)).clone(),
        None => spool.tail(None),
    };
    let clients = || spool.clients();
    let above = OnceCell::new();
    let git = || *above.get_or_init(git_above);
    let around =
        Surroundings { variable: &variable, ancestors: &ancestors, git: &git, tail: &tail, clients: &clients, now };
    GitHook { place: &place, around: &around, spool: &spool, now }.run(name, arguments, input)
}
