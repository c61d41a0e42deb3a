#!/usr/bin/env python3
"""What a job on a pull request waits for and fetches, beside fetching all notes; see README.md."""

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

TARGET_SECONDS, TARGET_BYTES = 2.0, 2_000_000
QUIET = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "TZ": "UTC",
}


def main():
    options = parse()
    with tempfile.TemporaryDirectory(prefix="agent-trace-pulls-") as folder:
        hub = Path(folder, "hub.git")
        base, head = make(hub, options)
        with Server(hub.parent) as server:
            runs = [one_run(options, server, Path(folder), base, head) for _ in range(options.runs)]
    jobs, all_notes = zip(*runs)
    rows = [("pr comment --fetch", jobs), ("all notes", all_notes)]
    print(f"{options.notes:,} notes, {options.history:,} commits before a pull request of {options.commits}")
    print(f"{'':22} {'seconds':>8} {'MB':>8}   medians of {options.runs}")
    figures = {name: [statistics.median(values) for values in zip(*samples)] for name, samples in rows}
    for name, (seconds, count) in figures.items():
        print(f"{name:22} {seconds:8.2f} {count / 1e6:8.2f}")
    seconds, count = figures["pr comment --fetch"]
    is_met = seconds < TARGET_SECONDS and count < TARGET_BYTES
    print(f"target: below {TARGET_SECONDS:.0f} s and {TARGET_BYTES / 1e6:.0f} MB: {'met' if is_met else 'NOT MET'}")
    if options.json:
        Path(options.json).write_text(json.dumps({"figures": figures, "met": is_met}, indent=1) + "\n")
    raise SystemExit(0 if is_met else 1)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=shutil.which("agent-trace") or "agent-trace", type=os.path.abspath)
    parser.add_argument("--notes", type=int, default=10_000, help="notes on the server, default %(default)s")
    parser.add_argument("--history", type=int, default=12_000, help="commits of main, default %(default)s")
    parser.add_argument("--commits", type=int, default=30, help="commits of the pull request, default %(default)s")
    parser.add_argument("--runs", type=int, default=5, help="the median counts, default %(default)s")
    parser.add_argument("--json", help="also write the figures into this file")
    return parser.parse_args()


def one_run(options, server, folder, base, head):
    """Seconds and bytes of the job, and of fetching the whole notes reference."""
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": head}}}))
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        git(empty, "init", "--quiet")
        env = QUIET | {"GITHUB_EVENT_PATH": str(event), "TMPDIR": empty}
        command = [options.bin, "-C", empty, "pr", "comment", "--dry-run", f"--fetch={server.url}", "--json"]
        job, output = measured(server, command, env)
        body = json.loads(output)["body"]
        assert f"{options.commits} of {options.commits}" in body, body
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        git(empty, "init", "--quiet")
        command = ["git", "-C", empty, "fetch", "--quiet", server.url, "+refs/notes/agent-trace:refs/notes/agent-trace"]
        whole, _ = measured(server, command, QUIET)
    return job, whole


def measured(server, command, env):
    before, started = server.sent, time.perf_counter()
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
    return (time.perf_counter() - started, server.sent - before), done.stdout


def git(folder, *arguments, text=None):
    done = subprocess.run(["git", "-C", folder, *arguments], env=QUIET, check=True, input=text, stdout=subprocess.PIPE)
    return done.stdout.decode().strip()


def make(hub, options):
    """A server's repository, invented from a fixed seed; gives the ends of the pull request."""
    subprocess.run(["git", "init", "--quiet", "--bare", hub], env=QUIET, check=True)
    rng = random.Random(7)
    git(hub, "fast-import", "--quiet", "--done", text=b"".join(history(rng, options)))
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(hub, "config", name, "true")
    commits = git(hub, "rev-list", "--reverse", "main..side").splitlines() + git(hub, "rev-list", "main").splitlines()
    git(hub, "fast-import", "--quiet", "--done", text=b"".join(notes(rng, commits[: options.notes])))
    git(hub, "gc", "--quiet")
    return git(hub, "rev-parse", "main"), git(hub, "rev-parse", "side")


def history(rng, options):
    """Commits of one line each in 400 files; the branch leaves main 20 commits before its end."""
    parting = max(options.history - 20, 0)

    def commit(branch, number, start=b""):
        folder = rng.randrange(20)
        text = f"line of change {number} {rng.getrandbits(64):x}\n".encode() * rng.randrange(1, 40)
        message = f"change {number}\n".encode()
        yield b"commit refs/heads/%s\n%scommitter A <a@example.com> %d +0000\n" % (
            branch,
            b"mark :1\n" if number == parting else b"",
            1_700_000_000 + number,
        )
        yield b"data %d\n%s%s" % (len(message), message, start)
        yield b"M 100644 inline part-%02d/file-%02d.txt\ndata %d\n%s\n" % (folder, rng.randrange(20), len(text), text)

    for number in range(options.history):
        yield from commit(b"main", number)
    start = b"from :1\n"
    for number in range(options.commits):
        yield from commit(b"side", options.history + number, start if number == 0 else b"")
    yield b"done\n"


def notes(rng, commits):
    """A note a commit; its size is about that of the notes of a real project: half of them below 0.5 kB, 1 % above 10."""
    for number, commit in enumerate(commits):
        if number % 100 == 0:
            yield b"commit refs/notes/agent-trace\ncommitter A <a@example.com> %d +0000\n" % (1_700_000_000 + number)
            yield b"data 6\nnotes\n"
        text = note(rng).encode()
        yield b"N inline %s\ndata %d\n%s\n" % (commit.encode(), len(text), text)
    yield b"done\n"


def note(rng):
    session = f"s_{rng.getrandbits(56):014x}"
    lines = []
    for _ in range(rng.choice([1, 1, 2])):
        lines.append(
            f"u1 {rng.getrandbits(64):016x} {session} claude-code claude-opus-4-6 i={rng.randrange(9999)}"
            f" o={rng.randrange(9999)} cr={rng.randrange(999999)} cw5={rng.randrange(99999)} cw1h=0"
            f" req={rng.randrange(1, 40)} us={rng.randrange(1, 3_000_000)} pv=2026-11-21 t=1700000000+840\n"
        )
    for number in range(min(int(rng.paretovariate(0.9)), 150)):
        ranges = ",".join(f"{start}-{start + rng.randrange(9)}" for start in range(1, rng.randrange(20, 60), 12))
        lines.append(f"l1 {session} {rng.getrandbits(48):012x} {ranges} part-{number % 20:02}/file-{number:02}.txt\n")
    return "".join(lines)


class Server:
    """`git daemon` behind a socket that counts what goes to the client."""

    def __init__(self, folder):
        self.folder, self.sent = folder, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"git://127.0.0.1:{self.socket.getsockname()[1]}/hub.git"

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        command = ["git", "daemon", "--inetd", "--export-all", f"--base-path={self.folder}", str(self.folder)]
        with client, subprocess.Popen(command, env=QUIET, stdin=client, stdout=subprocess.PIPE) as daemon:
            while chunk := os.read(daemon.stdout.fileno(), 1 << 16):
                client.sendall(chunk)
                self.sent += len(chunk)


if __name__ == "__main__":
    main()
