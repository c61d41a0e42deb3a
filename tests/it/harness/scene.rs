//! A scene: people and agents type into one work tree, git does what it can to it, and every line is asked for.
//!
//! ```text
//! told(|s| {
//!     s.ann("a.rs", "o1 a1 o2 o3 o4 o5 o6").person("b.rs", "h1").commit("one");
//!     s.git("rebase -q side");
//!     s.check();
//! });
//! ```
//!
//! Everything is also done in a twin: the same world without hooks. What git answers there is what it must answer here.

use super::coder::Coder;
use super::output::Output;
use super::verdict::{Counts, Line, Unsure, judge, unknown_words};
use super::words;
use super::world::{COMMAND_STEP, World, write_with_folders};
use serde_json::Value;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Where a scene plays: the main work tree, or a linked one beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Main,
    Linked,
}

/// Tells a story in a repository with hooks and notes: in the main work tree or in a linked one, by the name of the
/// test; in both if `SCENES_THOROUGH` is set.
///
/// It begins on branch `trunk` with `a.rs` of six lines, `o1` to `o6`, that no hook saw.
#[track_caller]
pub(crate) fn told(story: impl Fn(&Scene<'_>)) {
    told_in(&["init", "--quiet", "--initial-branch=main"], story);
}

/// The same in a repository of another kind.
#[track_caller]
pub(crate) fn told_in(init: &[&str], story: impl Fn(&Scene<'_>)) {
    let is_thorough = std::env::var_os("SCENES_THOROUGH").is_some();
    for place in [Place::Main, Place::Linked].into_iter().filter(|place| is_thorough || *place == place_of_test()) {
        let (world, twin) = (World::without_repository(), World::without_repository());
        story(&Scene::new(&world, Some(&twin), place, init));
    }
}

/// One of both for half of the tests, always the same for the same.
fn place_of_test() -> Place {
    let sum: usize = std::thread::current().name().unwrap_or_default().bytes().map(usize::from).sum();
    if sum.is_multiple_of(2) { Place::Main } else { Place::Linked }
}

/// One telling of a story.
#[derive(Debug)]
pub(crate) struct Scene<'w> {
    pub(crate) world: &'w World,
    twin: Option<&'w World>,
    folder: RefCell<String>,
    ann: Coder<'w>,
    bob: Coder<'w>,
    /// Variables of the next command of git.
    variables: RefCell<Vec<(String, String)>>,
    /// What was done, for whoever reads of a failure.
    log: RefCell<Vec<String>>,
}

/// What people and agents do.
impl<'w> Scene<'w> {
    /// Begins a scene in empty worlds.
    pub(crate) fn new(world: &'w World, twin: Option<&'w World>, place: Place, init: &[&str]) -> Scene<'w> {
        let folder = if place == Place::Main { "" } else { "../linked" };
        let at = world.path(folder);
        let (ann, bob) = (Coder::new(world, "ann", &at), Coder::new(world, "bob", &at));
        let (variables, log) = (RefCell::default(), RefCell::new(vec![format!("in the {place:?} work tree")]));
        let scene = Scene { world, twin, folder: RefCell::new(folder.into()), ann, bob, variables, log };
        for world in scene.worlds() {
            let git = |line: &[&str]| world.git_list(&world.path(""), line, &[]).success();
            let _ = git(init);
            let _ = git(&["config", "maintenance.auto", "false"]);
            world.write("a.rs", &words::text("o1 o2 o3 o4 o5 o6"));
            let _ = world.commit("start");
            let _ = match place {
                Place::Main => git(&["switch", "--quiet", "--create", "trunk"]),
                Place::Linked => git(&["worktree", "add", "--quiet", "../linked", "-b", "trunk"]),
            };
        }
        world.install_hooks();
        agent_trace::noting::switch_on(&world.path(".git")).unwrap();
        scene.pass(3_600);
        scene
    }

    fn worlds(&self) -> impl Iterator<Item = &'w World> {
        std::iter::once(self.world).chain(self.twin)
    }

    /// Lets seconds pass.
    pub(crate) fn pass(&self, seconds: i64) -> &Self {
        self.world.advance(seconds);
        self
    }

    /// Returns the folder of the scene's work tree.
    pub(crate) fn folder(&self) -> PathBuf {
        self.world.path(&self.folder.borrow())
    }

    /// Says that the work tree is elsewhere now; sessions stay where they began.
    pub(crate) fn goes_to(&self, folder: &str) -> &Self {
        *self.folder.borrow_mut() = folder.to_owned();
        self
    }

    fn note(&self, deed: String) {
        self.log.borrow_mut().push(deed);
    }

    /// A person types a file of words.
    pub(crate) fn person(&self, path: &str, file: &str) -> &Self {
        self.person_text(path, &words::text(file))
    }

    /// A person types a file as it is.
    pub(crate) fn person_text(&self, path: &str, text: &str) -> &Self {
        self.note(format!("a person types {path}: {text:?}"));
        write_with_folders(&self.folder().join(path), text.as_bytes());
        self.copy(path)
    }

    /// Ann makes a file be these words.
    pub(crate) fn ann(&self, path: &str, file: &str) -> &Self {
        self.coded(&self.ann, path, &words::text(file))
    }

    /// Bob makes a file be these words.
    pub(crate) fn bob(&self, path: &str, file: &str) -> &Self {
        self.coded(&self.bob, path, &words::text(file))
    }

    /// Ann makes a file be as it is given.
    pub(crate) fn ann_text(&self, path: &str, text: &str) -> &Self {
        self.coded(&self.ann, path, text)
    }

    /// Bob makes a file be as it is given.
    pub(crate) fn bob_text(&self, path: &str, text: &str) -> &Self {
        self.coded(&self.bob, path, text)
    }

    /// Returns the lines of words.
    pub(crate) fn lines(file: &str) -> Vec<String> {
        words::text(file).lines().map(str::to_owned).collect()
    }

    fn coded(&self, coder: &Coder<'_>, path: &str, text: &str) -> &Self {
        self.note(format!("{} makes {path}: {text:?}", self.name(&coder.session_id())));
        coder.types(path, text);
        self.copy(path)
    }

    /// Ann's command leaves a file of these words.
    pub(crate) fn ann_runs(&self, command: &str, path: &str, file: &str) -> &Self {
        self.note(format!("ann runs {command}, which makes {path}: {file}"));
        let target = self.folder().join(path);
        let _ = self.ann.runs(command, |_| {
            write_with_folders(&target, words::text(file).as_bytes());
            self.world.git_list(&self.folder(), &["version"], &[])
        });
        self.copy(path)
    }

    /// What stands in a file of the twin is what stands here.
    fn copy(&self, path: &str) -> &Self {
        let text = std::fs::read(self.folder().join(path)).unwrap();
        if let Some(twin) = self.twin {
            write_with_folders(&twin.path(&self.folder.borrow()).join(path), &text);
        }
        self
    }

    /// A person puts a file of words into the index and leaves the work tree alone, as `add -p` does.
    pub(crate) fn stages(&self, path: &str, file: &str) -> &Self {
        self.note(format!("a person stages {path}: {file}"));
        for world in self.worlds() {
            let folder = world.path(&self.folder.borrow());
            let aside = world.path("../tmp/staged");
            write_with_folders(&aside, words::text(file).as_bytes());
            let hash = ["hash-object", "-w", "--no-filters", aside.to_str().unwrap()];
            let blob = world.git_list(&folder, &hash, &[]).success().stdout;
            let entry = format!("100644,{},{path}", blob.trim());
            let _ = world.git_list(&folder, &["update-index", "--add", "--cacheinfo", &entry], &[]).success();
        }
        self
    }

    /// A person removes a file.
    pub(crate) fn removes(&self, path: &str) -> &Self {
        self.note(format!("a person removes {path}"));
        self.worlds().for_each(|world| std::fs::remove_file(world.path(&self.folder.borrow()).join(path)).unwrap());
        self
    }

    /// Sets a variable for the next command of git.
    pub(crate) fn with(&self, name: &str, value: &str) -> &Self {
        self.variables.borrow_mut().push((name.to_owned(), value.to_owned()));
        self
    }

    /// The next rebase does not do what it was asked but what this script of sed makes of it.
    pub(crate) fn todo(&self, script: &str) -> &Self {
        self.with("GIT_SEQUENCE_EDITOR", &format!("sed -i -e '{script}'"))
    }

    /// A person commits everything.
    pub(crate) fn commit(&self, message: &str) -> &Self {
        self.commits(None, message)
    }

    /// Ann commits everything.
    pub(crate) fn ann_commits(&self, message: &str) -> &Self {
        self.commits(Some(&self.ann), message)
    }

    /// Bob commits everything.
    pub(crate) fn bob_commits(&self, message: &str) -> &Self {
        self.commits(Some(&self.bob), message)
    }

    fn commits(&self, coder: Option<&Coder<'_>>, message: &str) -> &Self {
        let _ = self.run_list(None, &["add", "--all"]).success();
        let _ = self.run_list(coder, &["commit", "--quiet", "--message", message]).success();
        self
    }

    /// A person runs git.
    #[track_caller]
    pub(crate) fn git(&self, line: &str) -> &Self {
        let _ = self.run(None, line).success();
        self
    }

    /// Ann runs git.
    #[track_caller]
    pub(crate) fn ann_git(&self, line: &str) -> &Self {
        let _ = self.run(Some(&self.ann), line).success();
        self
    }

    /// Bob runs git.
    #[track_caller]
    pub(crate) fn bob_git(&self, line: &str) -> &Self {
        let _ = self.run(Some(&self.bob), line).success();
        self
    }

    /// A person runs git, which stops and asks for help.
    #[track_caller]
    pub(crate) fn git_stops(&self, line: &str) -> &Self {
        let output = self.run(None, line);
        assert!(output.code.is_some_and(|code| code != 0), "{line} went through\n{output}");
        self
    }

    /// Ann runs git, which stops and asks for help.
    #[track_caller]
    pub(crate) fn ann_git_stops(&self, line: &str) -> &Self {
        let output = self.run(Some(&self.ann), line);
        assert!(output.code.is_some_and(|code| code != 0), "{line} went through\n{output}");
        self
    }

    /// A typist (`a`, `b`, else a person) runs git; tells whether it went well.
    pub(crate) fn git_tries(&self, typist: &str, line: &str) -> bool {
        let coder = match typist {
            "a" => Some(&self.ann),
            "b" => Some(&self.bob),
            _ => None,
        };
        self.run(coder, line).code == Some(0)
    }

    /// A person runs a line of the shell.
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn sh(&self, line: &str) -> &Self {
        self.note(format!("a person runs {line}"));
        let shell = |world: &World| world.program_list("sh", &world.path(&self.folder.borrow()), &["-c", line]);
        let hooked = shell(self.world).success();
        if let Some(twin) = self.twin {
            twin.advance(self.world.now() - COMMAND_STEP - twin.now());
            assert_eq!(heard(&hooked), heard(&shell(twin)), "{line} felt the hooks\n{}", self.story());
        }
        self
    }

    #[track_caller]
    fn run(&self, coder: Option<&Coder<'_>>, line: &str) -> Output {
        self.run_list(coder, &line.split_whitespace().collect::<Vec<_>>())
    }

    #[track_caller]
    fn run_list(&self, coder: Option<&Coder<'_>>, arguments: &[&str]) -> Output {
        let line = arguments.join(" ");
        let variables = self.variables.take();
        let more: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.note(format!("{} runs git {line}", coder.map_or("a person", |coder| self.name(&coder.session_id()))));
        let mut at = 0;
        let mut work = |session: &[(&str, &str)]| {
            let output = self.world.git_list(&self.folder(), arguments, &[&more, session].concat());
            at = self.world.now();
            output
        };
        let hooked = match coder {
            None => work(&[]),
            Some(coder) => coder.runs(&format!("git {line}"), work),
        };
        let plain = self.twin.map(|twin| {
            twin.advance(at - COMMAND_STEP - twin.now());
            twin.git_list(&twin.path(&self.folder.borrow()), arguments, &more)
        });
        if let Some(plain) = plain {
            assert_eq!(heard(&hooked), heard(&plain), "git {line} felt the hooks\n{}", self.story());
        }
        hooked
    }

    fn name(&self, session: &str) -> &'static str {
        if session == self.ann.session_id() { "ann" } else { "bob" }
    }

    /// Returns what was done.
    pub(crate) fn story(&self) -> String {
        self.log.borrow().join("\n")
    }
}

/// What is asked.
impl Scene<'_> {
    /// Every line of every file that is checked out is its typist's.
    #[track_caller]
    pub(crate) fn check(&self) -> &Self {
        self.check_with("", "")
    }

    /// The same, but of these words nothing need be known; nobody wrong may be named.
    #[track_caller]
    pub(crate) fn check_unsure(&self, words: &str) -> &Self {
        self.check_with("", words)
    }

    /// The same with options of `blame`.
    #[track_caller]
    pub(crate) fn check_with(&self, options: &str, unsure: &str) -> &Self {
        self.check_lines(options, Unsure::new(unsure));
        self.money()
    }

    /// The lines alone: in a clone, which has books of its own.
    #[track_caller]
    pub(crate) fn check_clone(&self, folder: &str, unsure: &str) -> &Self {
        let here = self.folder.replace(folder.to_owned());
        self.check_lines("", Unsure::new(unsure));
        self.goes_to(&here)
    }

    #[track_caller]
    fn check_lines(&self, options: &str, unsure: Unsure) {
        let survey = std::env::var_os("SCENES_SURVEY");
        let unsure = if survey.is_some() { unsure.of_all() } else { unsure };
        let mut needed = Vec::new();
        let listed = self.like_twin();
        for (at, path) in files(&listed).enumerate() {
            let lines = self.blamed(path, options, at == 0);
            let wrong = judge(&lines, &unsure);
            assert!(wrong.is_empty(), "{path} after\n{}\n\n{}\n{lines:#?}", self.story(), wrong.join("\n"));
            needed.extend(unknown_words(&lines));
        }
        if let Some(survey) = survey {
            let place = std::panic::Location::caller();
            let line = format!("SURVEY {}:{}:{} {}\n", place.file(), place.line(), place.column(), needed.join(" "));
            super::claude::append_to(Path::new(&survey), line.as_bytes());
        }
        let known = unsure.known();
        assert!(known.is_empty() || std::env::var_os("SCENES_STRICT").is_none(), "known by now: {known:?}");
    }

    /// Returns how many lines of the files are whose, and says which are given to the wrong one.
    pub(crate) fn count(&self, wrong: &mut Vec<String>) -> Counts {
        let mut counts = Counts::default();
        let listed = self.ask(self.world, &LISTED);
        for (at, path) in files(&listed).enumerate() {
            let lines = self.blamed(path, "", at == 0);
            wrong.extend(judge(&lines, &Unsure::new("").of_all()).into_iter().map(|line| format!("{path}: {line}")));
            counts.add(&lines);
        }
        counts
    }

    fn ask(&self, world: &World, question: &[&str]) -> String {
        world.git_list(&world.path(&self.folder.borrow()), question, &[]).success().stdout
    }

    /// Lines of a file as `blame` answers; the first one asked for reads what is new.
    fn blamed(&self, path: &str, options: &str, is_first: bool) -> Vec<Line> {
        let refresh = if is_first { None } else { Some("--no-refresh") };
        let options = options.split_whitespace();
        let arguments = refresh.into_iter().chain(["blame", "--json"]).chain(options).chain(["HEAD", "--", path]);
        let answer = self.world.run_list(&self.folder(), &arguments.collect::<Vec<_>>()).success().json();
        answer["lines"].as_array().unwrap().iter().map(|line| self.line(line)).collect()
    }

    fn line(&self, line: &Value) -> Line {
        let word = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let session = line["session"].as_str().map(|session| self.name(session));
        let (text, class, reason) = (word("text"), word("class"), word("reason"));
        Line { text, class, reason, grade: word("grade"), session, commit: word("commit").chars().take(7).collect() }
    }

    /// The same files and the same state as without hooks; returns the files.
    #[track_caller]
    fn like_twin(&self) -> String {
        let listed = self.ask(self.world, &LISTED);
        if let Some(twin) = self.twin {
            assert_eq!(listed, self.ask(twin, &LISTED), "files after\n{}", self.story());
            let status = |world: &World| ids_hidden(&self.ask(world, &STATUS));
            assert_eq!(status(self.world), status(twin), "status after\n{}", self.story());
        }
        listed
    }

    /// Returns history as git tells it, for whoever reads of a failure.
    pub(crate) fn history(&self) -> String {
        self.ask(self.world, &["log", "--graph", "--all", "--stat", "--format=%h %p %s", "--reflog"])
    }

    /// Asserts whose trailers the commit that is checked out carries.
    #[track_caller]
    pub(crate) fn trailers(&self, names: &str) -> &Self {
        let message = self.world.git_list(&self.folder(), &["log", "-1", "--format=%B"], &[]).success().stdout;
        let sessions = message.lines().filter_map(|line| line.trim().strip_prefix("Agent-Session: claude-code/"));
        let found: Vec<&str> = sessions.map(|session| self.name(session)).collect();
        assert_eq!(found.join(" "), names, "trailers of {message:?} after\n{}", self.story());
        self
    }

    /// No dollar is lost or doubled: the notes of what can be reached say what the store says.
    #[track_caller]
    pub(crate) fn money(&self) -> &Self {
        let difference = super::money::difference(self.world, &self.folder());
        assert_eq!(difference, None, "money after\n{}", self.story());
        self
    }
}

const LISTED: [&str; 4] = ["ls-tree", "-r", "-z", "HEAD"];
const STATUS: [&str; 3] = ["status", "--porcelain=v2", "--untracked-files=all"];

/// Files of words among what git lists.
fn files(listed: &str) -> impl Iterator<Item = &str> {
    listed
        .split('\0')
        .filter_map(|entry| entry.split_once('\t'))
        .map(|(_, path)| path)
        .filter(|path| path.ends_with(".rs"))
}

/// How a command ended and what it said; commits with a trailer have other ids.
fn heard(output: &Output) -> (Option<i32>, String, String) {
    (output.code, ids_hidden(&output.stdout), ids_hidden(&output.stderr))
}

/// Replaces whatever looks like an id.
fn ids_hidden(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut run = String::new();
    for letter in text.chars().chain(std::iter::once('\n')) {
        if letter.is_ascii_digit() || ('a'..='f').contains(&letter) {
            run.push(letter);
            continue;
        }
        hidden.push_str(if run.len() >= 7 { "<id>" } else { &run });
        run.clear();
        hidden.push(letter);
    }
    hidden
}
