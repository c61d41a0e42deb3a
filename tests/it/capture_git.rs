//! What the hooks of git do at every operation: the rows of the table of which hooks fire when, in the main work tree
//! and in a linked one.

use crate::harness::{Tree, World};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

const TRAILER: &str = "Agent-Session: claude-code/s1";

/// A repository with hooks and one commit that a person made before.
fn world() -> World {
    let world = World::new();
    world.write("a.txt", "one\n");
    world.commit("start");
    world.install_hooks();
    world
}

/// Tells the story twice: in the main work tree, and in a linked one of another repository.
#[track_caller]
fn in_each_tree(story: impl Fn(&Tree<'_>)) {
    for which in 0..2 {
        let world = world();
        story(&world.trees()[which]);
    }
}

/// A branch `side` with a commit of its own that changes another file.
fn side_branch(tree: &Tree<'_>) -> String {
    let here = tree.git(["branch", "--show-current"]).success().stdout.trim().to_owned();
    let _ = tree.git(["switch", "--quiet", "--create", "side"]).success();
    tree.write("side.txt", "aside\n");
    let commit = tree.commit("aside");
    let _ = tree.git(["switch", "--quiet", &here]).success();
    commit
}

fn stamped(message: &str) -> String {
    format!("{message}\n\n{TRAILER}")
}

#[test]
fn a_commit_of_an_agent_carries_its_session_and_tool_call() {
    in_each_tree(|tree| {
        tree.write("a.txt", "two\n");
        let before = tree.head();
        let _ = tree.agent("s1").git("toolu_1", ["commit", "--quiet", "-am", "second"]).success();
        assert_eq!(tree.message(), stamped("second"));
        let commit = &tree.events("commit")[0];
        assert_eq!(commit["from"], before, "the last hook needed no program");
        assert_eq!((&commit["commit"], &commit["state"]), (&json!(tree.head()), &json!("plain")));
        let by = json!([{"agent": "claude-code", "session": "s1", "by": "environment", "tool_use": "toolu_1"}]);
        assert_eq!(commit["by"], by);
    });
}

#[test]
fn what_an_agent_gave_up_is_not_taken_for_its_next_commit() {
    in_each_tree(|tree| {
        let agent = tree.agent("s1");
        let dot_git = tree.folder.join(".git");
        let link = std::fs::read_to_string(&dot_git).unwrap_or_else(|_| format!("gitdir: {}", dot_git.display()));
        let lock = std::path::Path::new(link.trim().strip_prefix("gitdir: ").unwrap()).join("HEAD.lock");
        std::fs::write(&lock, "").unwrap();
        let _ = agent.git("t1", ["commit", "--quiet", "--allow-empty", "-m", "given up"]).failure(128);
        std::fs::remove_file(&lock).unwrap();
        let head = tree.commit("mine");
        let commits = tree.events("commit");
        assert_eq!((commits.len(), &commits[0]["by"], &commits[0]["commit"]), (1, &Value::Null, &json!(head)));
        let _ = agent.git("t2", ["commit", "--quiet", "--allow-empty", "-m", "again"]).success();
        let commit = tree.events("commit").pop().unwrap();
        assert_eq!((&commit["from"], &commit["by"][0]["tool_use"]), (&json!(head), &json!("t2")));
    });
}

#[test]
fn a_commit_of_a_person_is_recorded_without_a_session() {
    in_each_tree(|tree| {
        tree.write("a.txt", "two\n");
        let head = tree.commit("mine");
        assert_eq!(tree.message(), "mine");
        let commits = tree.events("commit");
        assert_eq!((commits.len(), &commits[0]["by"], &commits[0]["commit"]), (1, &Value::Null, &json!(head)));
    });
}

#[test]
fn the_message_of_a_file_of_a_template_and_of_no_verify_get_the_trailer_too() {
    in_each_tree(|tree| {
        let agent = tree.agent("s1");
        tree.write("message", "from a file\n\nwith a body\n");
        let _ = agent.git("t1", ["commit", "--quiet", "--allow-empty", "--file", "message"]).success();
        assert_eq!(tree.message(), stamped("from a file\n\nwith a body"));
        let _ = agent.git("t2", ["commit", "--quiet", "--allow-empty", "--no-verify", "-m", "quick"]).success();
        assert_eq!(tree.message(), stamped("quick"));
        let _ = tree.world.run(["install-hooks", "--scope", "none", "--editor"]).success();
        let variables = [("CLAUDE_CODE_SESSION_ID", "s1"), ("GIT_EDITOR", "echo more >>")];
        let template = ["commit", "--quiet", "--allow-empty", "--template", "message"];
        let _ = tree.world.git_with(&tree.folder, template, &variables).success();
        assert_eq!(tree.message(), stamped("from a file\n\nwith a body\n\nmore"));
    });
}

#[test]
fn a_message_taken_from_another_commit_gets_the_trailer() {
    in_each_tree(|tree| {
        let reuse = ["commit", "--quiet", "--allow-empty", "--reuse-message", "HEAD"];
        let _ = tree.agent("s1").git("t1", reuse).success();
        assert_eq!(tree.message(), stamped("start"));
    });
}

#[test]
fn trailers_that_are_there_stay_and_ours_joins_them_once() {
    in_each_tree(|tree| {
        let agent = tree.agent("s1");
        let text = "fix\n\nSigned-off-by: Ada <ada@example.com>";
        let _ = agent.git("t1", ["commit", "--quiet", "--allow-empty", "-m", text]).success();
        assert_eq!(tree.message(), format!("{text}\n{TRAILER}"));
        let _ = agent.git("t2", ["commit", "--quiet", "--amend", "--no-edit", "--allow-empty"]).success();
        assert_eq!(tree.message(), format!("{text}\n{TRAILER}"));
        let _ = tree.agent("s2").git("t3", ["commit", "--quiet", "--amend", "--no-edit", "--allow-empty"]).success();
        assert_eq!(tree.message(), format!("{text}\n{TRAILER}\nAgent-Session: claude-code/s2"));
    });
}

#[test]
fn scissors_and_verbatim_messages_keep_their_form() {
    in_each_tree(|tree| {
        let _ = tree.world.run(["install-hooks", "--scope", "none", "--editor"]).success();
        let variables = [("CLAUDE_CODE_SESSION_ID", "s1"), ("GIT_EDITOR", "sed -i -e '1s/^/written\\n/'")];
        let verbose = ["commit", "--quiet", "--allow-empty", "--verbose", "--cleanup=scissors"];
        let _ = tree.world.git_with(&tree.folder, verbose, &variables).success();
        assert_eq!(tree.message(), stamped("written"));
        let text = "kept\n\n  as it is\n\n# with a hash";
        let verbatim = ["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", text];
        let _ = tree.agent("s1").git("t1", verbatim).success();
        assert!(tree.message().contains("  as it is") && tree.message().contains(TRAILER), "{}", tree.message());
    });
}

#[test]
fn an_empty_template_stays_empty_so_that_the_commit_can_be_given_up() {
    in_each_tree(|tree| {
        let before = tree.head();
        let editor = |editor: &str| {
            let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("GIT_EDITOR", editor)];
            tree.world.git_with(&tree.folder, ["commit", "--allow-empty"], &more)
        };
        let _ = editor("true").failure(1);
        let _ = tree.agent("s1").git("t1", ["commit", "--allow-empty", "-m", ""]).failure(1);
        assert_eq!(tree.head(), before, "an aborted commit was made");
        let _ = editor("echo written >").success();
        assert_eq!(tree.message(), "written", "nothing is stamped after an editor unless that was asked for");
        let by = tree.events("commit").pop().unwrap()["by"].clone();
        assert_eq!(by[0]["session"], "s1", "the record names the session all the same");
        let _ = tree.world.run(["install-hooks", "--scope", "none", "--editor"]).success();
        let _ = editor("true").failure(1);
        let _ = editor("echo written >").success();
        assert_eq!(tree.message(), stamped("written"));
    });
}

#[test]
fn an_amend_is_stamped_and_its_pair_recorded() {
    in_each_tree(|tree| {
        tree.write("a.txt", "two\n");
        let old = tree.commit("mine");
        let _ = tree.agent("s1").git("t1", ["commit", "--quiet", "--amend", "-m", "better"]).success();
        assert_eq!(tree.message(), stamped("better"));
        let rewrite = &tree.events("rewrite")[0];
        assert_eq!((&rewrite["detail"], &rewrite["pairs"]), (&json!("amend"), &json!([[old, tree.head()]])));
    });
}

#[test]
fn a_rebase_by_an_agent_stamps_nobodys_commits_with_either_backend() {
    for backend in ["--merge", "--apply"] {
        in_each_tree(|tree| {
            let old = side_branch(tree);
            tree.write("a.txt", "two\n");
            let onto = tree.commit("ahead");
            let _ = tree.agent("s1").git("t1", ["rebase", "--quiet", backend, &onto, "side"]).success();
            assert_eq!(tree.message(), "aside");
            let rewrite = &tree.events("rewrite")[0];
            assert_eq!((&rewrite["detail"], &rewrite["pairs"]), (&json!("rebase"), &json!([[old, tree.head()]])));
            let states = tree.events("commit").into_iter().map(|commit| commit["state"].clone()).collect::<Vec<_>>();
            let seen = if backend == "--merge" { vec!["plain", "plain", "rebase"] } else { vec!["plain", "plain"] };
            assert_eq!(states, seen, "{backend}");
        });
    }
}

#[test]
fn reword_squash_and_fixup_in_a_rebase_stamp_nothing_and_tell_every_pair() {
    in_each_tree(|tree| {
        for number in 0..3 {
            tree.write("b.txt", &format!("{number}\n"));
            tree.commit(&format!("number {number}"));
        }
        let steps = "sed -i -e '1s/^pick/reword/' -e '2s/^pick/squash/' -e '3s/^pick/fixup/'";
        let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("GIT_SEQUENCE_EDITOR", steps), ("GIT_EDITOR", "true")];
        let _ = tree.world.git_with(&tree.folder, ["rebase", "--quiet", "--interactive", "HEAD~3"], &more).success();
        assert!(tree.message().starts_with("number 0\n\nnumber 1"), "{}", tree.message());
        assert!(!tree.message().contains("Agent-Session"));
        let last = tree.events("rewrite").pop().unwrap();
        let pairs = last["pairs"].as_array().unwrap();
        assert_eq!(last["detail"], "rebase");
        assert!(pairs.len() >= 2 && pairs.iter().all(|pair| pair[1] == tree.head()), "{pairs:?}");
    });
}

#[test]
fn an_amend_while_a_rebase_stands_still_is_not_stamped() {
    in_each_tree(|tree| {
        tree.write("b.txt", "1\n");
        tree.commit("to be edited");
        let more = [("GIT_SEQUENCE_EDITOR", "sed -i -e '1s/^pick/edit/'")];
        let _ = tree.world.git_with(&tree.folder, ["rebase", "--quiet", "--interactive", "HEAD~1"], &more).success();
        tree.write("b.txt", "2\n");
        let agent = tree.agent("s1");
        let _ = agent.git("t1", ["commit", "--quiet", "--all", "--amend", "-m", "edited"]).success();
        let _ = agent.git("t2", ["rebase", "--continue"]).success();
        assert_eq!(tree.message(), "edited");
        assert_eq!(tree.events("commit").pop().unwrap()["state"], "rebase");
    });
}

#[test]
fn cherry_picks_and_reverts_are_not_stamped() {
    in_each_tree(|tree| {
        side_branch(tree);
        let agent = tree.agent("s1");
        let _ = agent.git("t1", ["cherry-pick", "side"]).success();
        assert_eq!(tree.message(), "aside");
        assert_eq!(tree.events("commit").last().unwrap()["state"], "cherry-pick");
        let _ = agent.git("t2", ["revert", "--no-edit", "HEAD"]).success();
        assert!(tree.message().starts_with("Revert \"aside\"") && !tree.message().contains("Agent-Session"));
        assert_eq!(tree.events("commit").last().unwrap()["state"], "revert");
        let _ = agent.git("t3", ["revert", "--no-commit", "HEAD"]).success();
        let _ = agent.git("t4", ["commit", "--quiet", "-m", "put it back"]).success();
        assert_eq!(tree.message(), "put it back");
        let _ = tree.git(["reset", "--quiet", "--hard", "HEAD~3"]).success();
        let _ = agent.git("t5", ["cherry-pick", "--no-commit", "side"]).success();
        let _ = agent.git("t6", ["commit", "--quiet", "-m", "taken over"]).success();
        assert_eq!(tree.message(), stamped("taken over"), "a commit of its own, with a message of its own");
    });
}

#[test]
fn merges_and_squashes_are_stamped_and_a_fast_forward_makes_no_commit() {
    in_each_tree(|tree| {
        side_branch(tree);
        let agent = tree.agent("s1");
        let _ = agent.git("t1", ["merge", "--quiet", "--no-ff", "--no-edit", "side"]).success();
        assert!(tree.message().starts_with("Merge branch 'side'") && tree.message().ends_with(TRAILER));
        assert_eq!(tree.events("merge")[0]["commit"], tree.head());
        let _ = tree.git(["reset", "--quiet", "--hard", "HEAD~1"]).success();
        let _ = agent.git("t2", ["merge", "--quiet", "--squash", "side"]).success();
        let _ = agent.git("t3", ["commit", "--quiet", "-m", "all of side"]).success();
        assert_eq!(tree.message(), stamped("all of side"));
        let _ = tree.git(["reset", "--quiet", "--hard", "HEAD~1"]).success();
        let _ = agent.git("t4", ["merge", "--quiet", "--ff-only", "side"]).success();
        assert_eq!(tree.message(), "aside");
        assert_eq!(tree.events("merge").len(), 1, "a fast-forward makes no commit, a squash is no merge yet");
    });
}

#[test]
fn a_conflicted_merge_is_stamped_when_it_is_finished() {
    in_each_tree(|tree| {
        let here = tree.git(["branch", "--show-current"]).success().stdout.trim().to_owned();
        let _ = tree.git(["switch", "--quiet", "--create", "side"]).success();
        tree.write("a.txt", "theirs\n");
        tree.commit("theirs");
        let _ = tree.git(["switch", "--quiet", &here]).success();
        tree.write("a.txt", "ours\n");
        tree.commit("ours");
        let agent = tree.agent("s1");
        let _ = agent.git("t1", ["merge", "--quiet", "side"]).failure(1);
        tree.write("a.txt", "both\n");
        let _ = agent.git("t2", ["commit", "--quiet", "--all", "--no-edit"]).success();
        assert!(tree.message().starts_with("Merge branch 'side'") && tree.message().contains(TRAILER));
    });
}

#[test]
fn mailed_patches_are_their_senders() {
    in_each_tree(|tree| {
        side_branch(tree);
        let patch = tree.git(["format-patch", "--stdout", "-1", "side"]).success().stdout;
        tree.write("one.patch", &patch);
        let _ = tree.agent("s1").git("t1", ["am", "--quiet", "one.patch"]).success();
        assert_eq!(tree.message(), "aside");
    });
}

#[test]
fn what_makes_no_commit_records_none() {
    in_each_tree(|tree| {
        side_branch(tree);
        let before = tree.events("commit").len();
        let agent = tree.agent("s1");
        tree.write("a.txt", "not yet\n");
        let _ = agent.git("t1", ["stash", "push", "--quiet"]).success();
        let _ = agent.git("t2", ["stash", "pop", "--quiet"]).success();
        let _ = agent.git("t3", ["checkout", "--quiet", "--merge", "side"]).success();
        let _ = agent.git("t4", ["reset", "--quiet", "--hard"]).success();
        let _ = agent.git("t5", ["branch", "another"]).success();
        let tree_id = tree.git(["rev-parse", "HEAD^{tree}"]).success().stdout.trim().to_owned();
        let _ = agent.git("t6", ["commit-tree", "-m", "plumbing", &tree_id]).success();
        assert_eq!(tree.events("commit").len(), before);
    });
}

#[test]
fn a_commit_of_some_paths_and_of_all_is_stamped() {
    in_each_tree(|tree| {
        tree.write("b.txt", "b\n");
        tree.write("c.txt", "c\n");
        let _ = tree.git(["add", "--all"]).success();
        let agent = tree.agent("s1");
        let _ = agent.git("t1", ["commit", "--quiet", "-m", "one path", "--", "b.txt"]).success();
        assert_eq!(tree.message(), stamped("one path"));
        let _ = agent.git("t2", ["commit", "--quiet", "--all", "-m", "the rest"]).success();
        assert_eq!(tree.message(), stamped("the rest"));
    });
}

#[test]
fn a_worktree_that_moved_goes_on() {
    let world = world();
    let tree = &world.trees()[1];
    let moved = world.path("../moved");
    let _ = world.git(["worktree", "move", tree.folder.to_str().unwrap(), moved.to_str().unwrap()]).success();
    let moved = Tree { world: &world, folder: moved, name: "linked" };
    let _ = moved.agent("s1").git("t1", ["commit", "--quiet", "--allow-empty", "-m", "from there"]).success();
    assert_eq!((moved.message(), moved.events("commit").len()), (stamped("from there"), 1));
}

#[test]
fn switched_off_nothing_happens() {
    in_each_tree(|tree| {
        let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("AGENT_TRACE", "0")];
        let commit = ["commit", "--quiet", "--allow-empty", "-m", "off"];
        let _ = tree.world.git_with(&tree.folder, commit, &more).success();
        assert_eq!((tree.message(), tree.events("commit").len()), ("off".to_owned(), 0));
    });
}

#[test]
fn a_hostile_session_id_reaches_no_message() {
    in_each_tree(|tree| {
        let more = [("CLAUDE_CODE_SESSION_ID", "../../x\nSigned-off-by: eve")];
        let _ =
            tree.world.git_with(&tree.folder, ["commit", "--quiet", "--allow-empty", "-m", "plain"], &more).success();
        assert_eq!(tree.message(), "plain");
    });
}

/// Where the spool would be.
fn spool(world: &World) -> PathBuf {
    world.path(".git/agent-trace/spool")
}

#[test]
fn a_spool_that_cannot_be_written_is_nobodys_trouble() {
    let world = world();
    fs::create_dir_all(world.path(".git/agent-trace")).unwrap();
    fs::write(spool(&world), "a file where the folder should be").unwrap();
    let tree = &world.trees()[0];
    let output = tree.agent("s1").git("t1", ["commit", "--allow-empty", "-m", "on"]).success();
    assert_eq!((tree.message(), output.stderr.as_str()), (stamped("on"), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_commit_as_it_would_be() {
    let world = world();
    fs::create_dir_all(spool(&world)).unwrap();
    std::os::unix::fs::symlink("/dev/full", spool(&world).join("main.jsonl")).unwrap();
    let tree = &world.trees()[0];
    let output = tree.agent("s1").git("t1", ["commit", "--allow-empty", "-m", "on"]).success();
    assert_eq!((tree.message(), output.stderr.as_str()), (stamped("on"), ""));
}

#[test]
#[cfg(unix)]
fn a_git_directory_that_cannot_be_written_says_what_it_always_says() {
    let world = world();
    let tree = &world.trees()[0];
    let with = tree.agent("s1");
    let said = |objects: u32| {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(world.path(".git/objects"), fs::Permissions::from_mode(objects)).unwrap();
        fs::write(world.path(".git/HEAD.lock"), "").unwrap(); // Also for the superuser, who may write everywhere.
        let output = with.git("t1", ["commit", "--quiet", "--allow-empty", "-m", "no"]);
        fs::remove_file(world.path(".git/HEAD.lock")).unwrap();
        output
    };
    let hooked = said(0o555);
    let plain = world.without_hooks(|| said(0o555));
    assert_eq!((hooked.code, &hooked.stdout, &hooked.stderr), (plain.code, &plain.stdout, &plain.stderr));
    assert_ne!(hooked.code, Some(0));
    let _ = said(0o755);
}

#[test]
fn any_input_at_all_is_taken_in_silence() {
    let world = world();
    let agent = world.agent("s1");
    let deep = "[".repeat(200_000);
    let inputs: [&[u8]; 6] = [b"", b"{", b"\xff\xfe\x00", deep.as_bytes(), b"null", b"{\"session_id\":\"s1\"}"];
    inputs.iter().for_each(|input| agent.pipe("PostToolUse", input));
    assert!(!spool(&world).exists());
    for arguments in [&["hook"][..], &["hook", "git"], &["hook", "git", "no-such-hook"], &["hook", "nobody", "--x"]] {
        assert_eq!(world.run_args(arguments).success().stdout, "");
    }
}

#[test]
fn a_fast_forward_by_an_agent_gives_it_nobodys_commit() {
    let world = world();
    let tree = &world.trees()[0];
    side_branch(tree);
    let _ = tree.agent("s1").git("t1", ["merge", "--quiet", "side"]).success();
    assert_eq!(tree.message(), "aside");
    assert_eq!(tree.events("merge"), Vec::<Value>::new());
    let shown = world.ask(["show", "HEAD"]);
    assert_eq!(shown["sessions"], json!([]));
}

#[test]
fn an_editor_that_is_closed_without_a_word_gives_the_commit_up_whatever_comments_begin_with() {
    let world = world();
    let tree = &world.trees()[0];
    let _ = world.run(["install-hooks", "--scope", "none", "--editor"]).success();
    let before = tree.head();
    let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("GIT_EDITOR", "true")];
    let give_up = || {
        let _ = world.git_with(&world.path(""), ["commit", "--allow-empty"], &more).failure(1);
        assert_eq!(tree.head(), before, "an aborted commit was made");
    };
    let _ = world.git(["config", "core.commentChar", ";"]).success();
    give_up();
    let _ = world.git(["config", "--unset", "core.commentChar"]).success();
    fs::write(world.path(".git/template"), "Subject:\n\nWhy:\n").unwrap();
    let _ = world.git(["config", "commit.template", ".git/template"]).success();
    give_up();
    let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("GIT_EDITOR", "echo written >")];
    let _ = world.git_with(&world.path(""), ["commit", "--allow-empty"], &more).success();
    assert_eq!(tree.message(), format!("written\n\n{TRAILER}"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_linked_tree_of_a_repository_whose_path_is_no_text_is_stamped_too() {
    use std::os::unix::ffi::OsStrExt as _;
    let world = world();
    let _ = world.trees();
    let tree = world.path("").with_file_name("linked");
    let odd = world.path("").with_file_name(std::ffi::OsStr::from_bytes(b"odd-\xff"));
    fs::rename(world.path(""), &odd).unwrap();
    let repair = world.command(std::path::Path::new("git"), &odd).args(["worktree", "repair"]).arg(&tree).output();
    assert!(repair.is_ok());
    let _ = world.agent("s1").at(&tree).git("t1", ["commit", "--quiet", "--allow-empty", "-m", "odd"]).success();
    let message = world.git_in(&tree, ["log", "-1", "--format=%B"]).success().stdout;
    assert_eq!(message.trim_end(), stamped("odd"));
}
