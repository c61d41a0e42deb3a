#!/usr/bin/env python3
"""Compares the CPU time of `agent-trace blame` with that of `git blame` on the longest files; see README.md."""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import noted


MAX_RATIO, MAX_FIRST_MS = 1.3, 1000


def main():
    options = parse()
    if options.repo:
        return compare(options, longest(options))
    with tempfile.TemporaryDirectory() as folder:
        options.repo = str(noted.build(Path(folder) / "noted", options.commits))
        print(f"{options.commits:,} commits, a note on each")
        subprocess.run([options.bin, "-C", options.repo, "ingest", "-q"], check=True, env=nobody(folder))
        compare(options, list(noted.TOUCHED))


def nobody(folder):
    """No transcripts: what is known comes from notes."""
    return {**os.environ, "HOME": folder, "CLAUDE_CONFIG_DIR": folder, "XDG_CONFIG_HOME": folder}


def compare(options, files):
    print(f"{'file':44} {'lines':>6} {'git ms':>7} {'ours ms':>8} {'ratio':>6} {'first':>6} {'git':>6}  classes and reasons")
    for file in files:
        git = [cpu(["git", "-C", options.repo, "blame", "--porcelain", "HEAD", "--", file]) for _ in range(options.runs)]
        mine = [cpu(asked(options, file, "--porcelain")) for _ in range(options.runs)]
        answer = subprocess.run(asked(options, file, "--json"), check=True, stdout=subprocess.PIPE).stdout
        lines = json.loads(answer)["lines"]
        counts = Counter(f"{line['class']}/{line['reason']}" for line in lines)
        one, other = statistics.median(git), statistics.median(mine)
        shown = ", ".join(f"{name} {count}" for name, count in counts.most_common())
        first = statistics.median(first_byte(asked(options, file)) for _ in range(options.runs))
        waited = statistics.median(first_byte(["git", "-C", options.repo, "blame", "HEAD", "--", file]) for _ in range(options.runs))
        verdict = "" if other / one <= MAX_RATIO and first <= MAX_FIRST_MS else "  NOT met"
        print(f"{file[-44:]:44} {len(lines):6} {one:7.0f} {other:8.0f} {other / one:6.2f} {first:6.0f} {waited:6.0f}  {shown}{verdict}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=shutil.which("agent-trace") or "agent-trace")
    parser.add_argument("--repo", help="a repository whose transcripts have been ingested; else one is made up")
    parser.add_argument("--commits", type=int, default=10_000, help="of the one made up, default %(default)s")
    parser.add_argument("--files", type=int, default=5, help="how many files, default %(default)s")
    parser.add_argument("--runs", type=int, default=5, help="runs of each; the median counts, default %(default)s")
    return parser.parse_args()


def longest(options):
    """The text files of HEAD with the most lines."""
    command = ["git", "-C", options.repo, "hash-object", "-t", "tree", "/dev/null"]
    empty = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    command = ["git", "-C", options.repo, "diff", "--numstat", "-z", "--no-renames", empty, "HEAD"]
    rows = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    counts = [row.split("\t", 2) for row in rows if row]
    files = sorted(((int(added), path) for added, _, path in counts if added != "-"), reverse=True)
    return [path for _, path in files[: options.files]]


def asked(options, file, *form):
    return [options.bin, "-C", options.repo, "--no-refresh", "blame", *form, "HEAD", "--", file]


def first_byte(command):
    """Milliseconds until a command prints something."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.read(1)
        taken = time.perf_counter() - start
        process.stdout.read()
    return 1000 * taken


def cpu(command):
    """Milliseconds of a command and its children, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
