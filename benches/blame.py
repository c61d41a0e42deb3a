#!/usr/bin/env python3
"""Compares the CPU time of `agent-trace blame` with that of `git blame` on the longest files; see README.md."""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
from collections import Counter


def main():
    options = parse()
    print(f"{'file':44} {'lines':>6} {'git ms':>7} {'ours ms':>8} {'ratio':>6}  classes and reasons")
    for file in longest(options):
        git = [cpu(["git", "-C", options.repo, "blame", "--porcelain", "HEAD", "--", file]) for _ in range(options.runs)]
        ours = [options.bin, "-C", options.repo, "--no-refresh", "blame", "HEAD", "--", file]
        mine = [cpu(asked(options, file, "--porcelain")) for _ in range(options.runs)]
        answer = subprocess.run(asked(options, file, "--json"), check=True, stdout=subprocess.PIPE).stdout
        lines = json.loads(answer)["lines"]
        counts = Counter(f"{line['class']}/{line['reason']}" for line in lines)
        one, other = statistics.median(git), statistics.median(mine)
        shown = ", ".join(f"{name} {count}" for name, count in counts.most_common())
        print(f"{file[-44:]:44} {len(lines):6} {one:7.0f} {other:8.0f} {other / one:6.2f}  {shown}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=shutil.which("agent-trace") or "agent-trace")
    parser.add_argument("--repo", required=True, help="a repository whose transcripts have been ingested")
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


def asked(options, file, form):
    return [options.bin, "-C", options.repo, "--no-refresh", "blame", form, "HEAD", "--", file]


def cpu(command):
    """Milliseconds of a command and its children, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
