//! Many writers of notes at once: nothing is lost.

use crate::books::program;
use crate::harness::World;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

const WORKTREES: usize = 4;
const PROCESSES: usize = 12;

fn start(world: &World, program: &Path, folder: &Path, arguments: &[&str]) -> Child {
    let mut command = world.command(program, folder);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[track_caller]
fn end(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Worktrees, each with commits of sessions of its own, and as many commits of a person.
fn world() -> (World, Vec<PathBuf>, Vec<String>, Vec<String>) {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    let _ = world.run(["notes", "on"]).success();
    let mut folders = Vec::new();
    for number in 0..WORKTREES {
        let folder = world.path("").with_file_name(format!("tree{number}"));
        let _ =
            world.git(["worktree", "add", "--quiet", "-b", &format!("b{number}"), folder.to_str().unwrap()]).success();
        folders.push(folder);
    }
    let head = |folder: &Path| world.git_in(folder, ["rev-parse", "HEAD"]).success().stdout.trim().to_owned();
    let (mut of_agents, mut of_people) = (Vec::new(), Vec::new());
    for number in 0..PROCESSES {
        let folder = &folders[number % WORKTREES];
        let session = world.claude(&format!("session{number}")).worktree(folder);
        let text = format!("pub fn of_session_{number}() -> usize {{\n    {number} * 1_000 + {number}\n}}\n");
        session.says("go on").writes(&format!("src/s{number}.rs"), &text).commits(&format!("work {number}")).stops();
        of_agents.push(head(folder));
        let message = format!("person {number}");
        let _ = world.git_in(folder, ["commit", "--quiet", "--allow-empty", "--message", &message]).success();
        of_people.push(head(folder));
    }
    (world, folders, of_agents, of_people)
}

#[test]
fn twelve_readers_and_a_stream_of_plain_notes_lose_nothing() {
    let (world, folders, of_agents, of_people) = world();
    let ingests: Vec<Child> =
        (0..PROCESSES).map(|number| start(&world, program(), &folders[number % WORKTREES], &["ingest"])).collect();
    // Git's own writers overwrite each other, so they come one after the other; against ours they run at full speed.
    for commit in &of_people {
        end(start(
            &world,
            Path::new("git"),
            &world.path(""),
            &["notes", "--ref=agent-trace", "add", "-m", "z1 plain", commit],
        ));
    }
    ingests.into_iter().for_each(end);
    let _ = world.run(["ingest"]).success(); // What git's writers overwrote is written again.
    let listed = world.git(["notes", "--ref=agent-trace", "list"]).success().stdout;
    let lost: Vec<&String> = of_agents.iter().chain(&of_people).filter(|commit| !listed.contains(*commit)).collect();
    assert_eq!(lost, Vec::<&String>::new());
    assert_eq!(world.ask(["notes", "verify"])["sessions"], PROCESSES);
    let _ = world.git(["fsck", "--strict", "--no-dangling"]).success();
}

/// Fresh databases, so that every process writes: here the compare-and-swap is all there is between clones of one
/// object database.
#[test]
fn writers_that_share_nothing_but_the_reference_lose_nothing() {
    let (world, _, of_agents, _) = world();
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["update-ref", "-d", "refs/notes/agent-trace"]).success();
    let repository = world.path(".git");
    let threads: Vec<_> = of_agents
        .iter()
        .map(|commit| {
            let (repository, commit) = (repository.clone(), commit.clone());
            std::thread::spawn(move || {
                use agent_trace::git::{NOTES_REF, NoteStamp, Repo};
                use agent_trace::model::{CommitId, Timestamp};
                let repo = Repo::discover(&repository).unwrap();
                let commit = CommitId::parse(&commit).unwrap();
                for round in 0..5 {
                    let stamp = NoteStamp { at: Timestamp(0), message: "one of many" };
                    let text = format!("z1 {commit} {round}\n").into_bytes();
                    repo.update_notes(NOTES_REF, stamp, &mut |_| vec![(commit, text.clone())]).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let listed = world.git(["notes", "--ref=agent-trace", "list"]).success().stdout;
    assert!(of_agents.iter().all(|commit| listed.contains(commit)), "{listed}");
    let count = world.git(["rev-list", "--count", "refs/notes/agent-trace"]).success().stdout;
    assert_eq!(count.trim(), (PROCESSES * 5).to_string(), "every write is in the history");
}
