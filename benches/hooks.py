#!/usr/bin/env python3
"""How much git and Claude Code feel of the hooks. See benches/README.md."""

import argparse
import fcntl
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from pathlib import Path

SESSION = "11111111-2222-4333-8444-555555555555"
TARGETS = {"commit p50": 5.0, "commit p99": 20.0, "hook ratio": 3.0}


def environment(home):
    """Nothing of the user's own, and no agent's mark."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "CLAUDE_PID": "4194999",
    }


def agent(env):
    return dict(env, CLAUDE_CODE_SESSION_ID=SESSION, CLAUDECODE="1")


def run(command, cwd, env, data=None):
    subprocess.run(command, cwd=cwd, env=env, input=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def timed(command, cwd, env, data=None):
    start = time.perf_counter()
    run(command, cwd, env, data)
    return (time.perf_counter() - start) * 1e3


def repository(git, path, env, files=0):
    run([git, "init", "-q", "-b", "main", str(path)], path.parent, env)
    if files:
        # Through an index written at once: a hundred thousand files in a second.
        blob = subprocess.run([git, "hash-object", "-w", "--stdin"], cwd=path, env=env, input=b"x\n", capture_output=True, check=True)
        blob = blob.stdout.decode().strip()
        lines = "".join(f"100644 {blob}\tsrc/{n // 1000}/{n}.txt\n" for n in range(files))
        run([git, "update-index", "--index-info"], path, env, lines.encode())
        run([git, "commit", "-q", "-m", "start"], path, env)
        run([git, "checkout", "-q", "-f", "."], path, env)
        time.sleep(1.1)  # Files as old as the index would be read again and again.
        run([git, "update-index", "-q", "--really-refresh"], path, env)
    run([git, "commit", "-q", "--allow-empty", "-m", "start"], path, env)
    return path


def hook_input(event, cwd, number, **more):
    fields = {"session_id": SESSION, "cwd": str(cwd), "hook_event_name": event, "transcript_path": "/nowhere.jsonl"}
    return json.dumps({**fields, "tool_use_id": f"toolu_{number}", **more}).encode()


def fill_spool(path, sessions):
    spool = path / ".git/agent-trace/spool/main.jsonl"
    spool.parent.mkdir(parents=True, exist_ok=True)
    with spool.open("a") as out:
        for number in range(sessions):
            record = {"v": 1, "at": 1760000000000 + number, "event": "session-start", "agent": "claude-code", "session": f"s{number}"}
            out.write("\n" + json.dumps(record) + "\n")


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Table:
    def __init__(self):
        self.rows = {}

    def add(self, name, value):
        self.rows.setdefault(name, []).append(value)

    def p(self, name, part):
        return percentile(self.rows[name], part)

    def print(self, base):
        for name, values in self.rows.items():
            p50, p99 = percentile(values, 0.5), percentile(values, 0.99)
            ratio = p50 / self.p(base, 0.5)
            print(f"  {name:44} p50 {p50:7.2f}  p99 {p99:7.2f} ms   {ratio:5.2f} x {base}")


def commits(args, work, env):
    """Commits in turns: plain, by a person, by an agent; each in its own repository."""
    table, cases = Table(), {}
    for label, files, sessions in (("small", 0, 1), ("10,000 sessions", 0, 10_000), (f"{args.files:,} files", args.files, 1)):
        plain = repository(args.git, work / f"plain {label}", env, files)
        hooked = repository(args.git, work / f"hooked {label}", env, files)
        run([args.bin, "install-hooks", "--scope", "none", "--no-push"], hooked, env)
        fill_spool(hooked, sessions)
        cases[label] = (plain, hooked)
    run_each = [(f"plain, {label}", plain, env) for label, (plain, _) in cases.items()]
    run_each += [(f"a person, {label}", hooked, env) for label, (_, hooked) in cases.items()]
    run_each += [(f"an agent, {label}", hooked, agent(env)) for label, (_, hooked) in cases.items()]
    for number in range(args.commits):
        for name, path, surroundings in run_each:
            if "files" in name and number % 10:
                continue  # Each takes the time of twenty others.
            table.add(name, timed([args.git, "commit", "-q", "--allow-empty", "-m", f"change {number}"], path, surroundings))
    print(f"git commit, {args.commits} each, in turns")
    table.print("plain, small")
    added = {}
    for label in cases:
        for who in ("a person", "an agent"):
            for part, name in ((0.5, "p50"), (0.99, "p99")):
                added[who, label, name] = table.p(f"{who}, {label}", part) - table.p(f"plain, {label}", part)
    for (who, label, name), value in added.items():
        print(f"  added for {who}, {label}: {name} {value:.2f} ms")
    return cases, added


def claude_hooks(args, work, env, path):
    """Every kind of hook of Claude Code as its settings call it, beside `git rev-parse --git-dir`."""
    thin = Path(args.bin).with_name("agent-trace-hook")
    guarded = f"b='{thin}'; [ -x \"$b\" ] || b=agent-trace-hook; command -v \"$b\" >/dev/null 2>&1 && \"$b\" claude %s >/dev/null 2>&1 || :"
    (path / "made.rs").write_text("fn made() {}\n" * 200)
    table = Table()
    events = {
        "UserPromptSubmit": {"prompt": "please " * 50},
        "PreToolUse Bash, reads": {"tool_name": "Bash", "tool_input": {"command": "ls -l"}},
        "PostToolUse Bash, reads": {"tool_name": "Bash", "tool_input": {"command": "ls -l"}, "tool_response": {"stdout": "x" * 20_000}},
        "PreToolUse Bash, names a file": {"tool_name": "Bash", "tool_input": {"command": "sed -i s/a/b/ made.rs"}},
        "PostToolUse Bash, names a file": {"tool_name": "Bash", "tool_input": {"command": "sed -i s/a/b/ made.rs"}, "tool_response": {"stdout": "x" * 20_000}},
        "PreToolUse Bash, scanned": {"tool_name": "Bash", "tool_input": {"command": "python make.py"}},
        "PostToolUse Bash, scanned": {"tool_name": "Bash", "tool_input": {"command": "python make.py"}, "tool_response": {"stdout": "x" * 20_000}},
        "PostToolUse Edit": {
            "tool_name": "Edit",
            "tool_input": {"file_path": str(path / "made.rs"), "old_string": "a", "new_string": "b"},
            "tool_response": {"originalFile": "fn made() {}\n" * 5_000},
        },
    }
    for number in range(args.calls):
        table.add("git rev-parse --git-dir", timed([args.git, "rev-parse", "--git-dir"], path, env))
        for name, more in events.items():
            event = name.split()[0]
            data = hook_input(event, path, f"{number}_{name.split(', ')[-1].replace(' ', '_')}", **more)
            table.add(name, timed(["sh", "-c", guarded % event], path, env, data))
            settled(path)
        data = hook_input("PreToolUse", path, number, **events["PreToolUse Bash, reads"])
        table.add("(thin program alone)", timed([thin, "claude", "PreToolUse"], path, env, data))
        if Path(args.bin).exists():
            table.add("(full program alone)", timed([args.bin, "hook", "claude", "PreToolUse"], path, env, data))
    print(f"hooks of Claude Code, {args.calls} each, in turns")
    table.print("git rev-parse --git-dir")
    base = table.p("git rev-parse --git-dir", 0.5)
    return {name: table.p(name, 0.5) / base for name in events}


def settled(path):
    """Waits for scans that hooks started: the next hook is not to pay for them."""
    lock = path / ".git/agent-trace/live/main/lock"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.002)
        if not scanning() and not (lock.exists() and taken(lock)):
            return
    sys.exit("a scan did not end")


def scanning():
    """Whether a scan of ours runs, by its command line."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"agent-trace-hook") and words[1:2] == [b"scan"]:
                return True
    return False


def taken(lock):
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def cpu(command, cwd, env, data):
    """User and system time of a command and all its children, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, cwd, env, data)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def scans(args, work, env):
    """The hooks around a command that is scanned and the scans themselves, by the number of files."""
    thin = str(Path(args.bin).with_name("agent-trace-hook"))
    for files in (1_000, args.files):
        path = repository(args.git, work / f"scanned {files}", env, files)
        table, used = Table(), Table()
        for number in range(max(10, args.calls // 10)):
            table.add("git rev-parse --git-dir", timed([args.git, "rev-parse", "--git-dir"], path, env))
            used.add("git status", cpu([args.git, "--no-optional-locks", "status", "--porcelain=v2", "-uall"], path, env, b""))
            command = {"tool_name": "Bash", "tool_input": {"command": "python make.py"}}
            before = hook_input("PreToolUse", path, number, **command)
            after = hook_input("PostToolUse", path, number, tool_response={"stdout": ""}, **command)
            job = {
                "tool_use": f"toolu_{number}", "session": SESSION, "agent": "claude-code", "run": None, "folder": str(path),
                "effect": "anything", "brings": False, "goes_on": False, "moves": False, "words": ["python", "make.py"],
                "at": 1760000000000, "end": 0, "ran_ms": 5,
            }
            table.add("PreToolUse", timed([thin, "claude", "PreToolUse"], path, env, before))
            settled(path)
            used.add("scan before", cpu([thin, "scan"], path, env, json.dumps({**job, "phase": "before"}).encode()))
            for changed in range(5):
                (path / f"src/0/{changed}.txt").write_text(f"line {number}\n" * 50)
            job["end"] = time.time_ns()
            used.add("scan after, 5 files changed", cpu([thin, "scan"], path, env, json.dumps({**job, "phase": "after"}).encode()))
            table.add("PostToolUse", timed([thin, "claude", "PostToolUse"], path, env, after))
            settled(path)
        print(f"a command that is scanned, {files:,} files")
        table.print("git rev-parse --git-dir")
        print("  CPU, children included")
        used.print("git status")


def cold(args, path, env):
    """The same call after its program has left the page cache."""
    thin = Path(args.bin).with_name("agent-trace-hook")
    for name, command in (("thin", [thin, "claude", "PreToolUse"]), ("full", [args.bin, "hook", "claude", "PreToolUse"])):
        values = []
        for number in range(15):
            with open(command[0], "rb") as program:
                os.posix_fadvise(program.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            values.append(timed(command, path, env, hook_input("PreToolUse", path, number)))
        size = Path(command[0]).stat().st_size / 1e6
        print(f"  {name} program out of the page cache: p50 {statistics.median(values):.2f} ms ({size:.1f} MB)")


def opened(args, path, env):
    """Files a commit's hooks open, by strace; `None` where it is not to be had."""
    if not shutil.which("strace"):
        return None
    with tempfile.NamedTemporaryFile() as log:
        command = ["strace", "-f", "-qq", "-e", "trace=open,openat,execve,connect,socket", "-o", log.name]
        run(command + [args.git, "commit", "-q", "--allow-empty", "-m", "traced"], path, agent(env))
        text = Path(log.name).read_text()
    return {
        "databases": re.findall(r'"[^"]*\.db[^"]*"', text),
        "sockets": [line for line in text.splitlines() if "socket(" in line and "AF_INET" in line],
        "programs": re.findall(r'execve\("([^"]+)"', text),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="agent-trace, built with --profile dist")
    parser.add_argument("--git", default=shutil.which("git"))
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--scans-only", action="store_true", help="only the hooks of commands and their scans")
    args = parser.parse_args()
    args.bin = os.path.abspath(args.bin)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        env = environment(work)
        if args.scans_only:
            claude_hooks(args, work, env, repository(args.git, work / "small", env))
            return scans(args, work, env)
        cases, added = commits(args, work, env)
        ratios = claude_hooks(args, work, env, cases["small"][1])
        scans(args, work, env)
        print("cold")
        cold(args, cases["small"][1], env)
        traced = opened(args, cases["small"][1], env)
    failed = [f"{key}: {value:.2f} ms" for key, value in added.items() if value > TARGETS[f"commit {key[2]}"]]
    failed += [f"{key}: {value:.2f} x" for key, value in ratios.items() if value > TARGETS["hook ratio"]]
    if traced is None:
        print("strace is not here: files opened by hooks were not looked at")
    else:
        print(f"strace: {len(traced['databases'])} databases, {len(traced['sockets'])} sockets, programs {traced['programs']}")
        failed += traced["databases"] + traced["sockets"]
    print("every target is met" if not failed else "NOT met:\n  " + "\n  ".join(failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
