#!/usr/bin/env python3
"""Compares `agent-trace stats` of a range with `git log --numstat` of the same, and looks whether they agree; see README.md."""

import argparse
import json
import shutil
import statistics
import subprocess
import sys

import measure

# Seconds that a range of 60 commits may take.
TARGET = 1.0


def main():
    options = parse()
    is_met = True
    print(f"{'commits':>8} {'lines':>9} {'agent':>8} {'human':>8} {'unknown':>8} {'excluded':>8} "
          f"{'git s':>7} {'cpu':>6} {'ours s':>7} {'cpu':>6}")
    for wanted in options.commits:
        names = range_of(options.repo, wanted)
        numstat = ["git", "-C", options.repo, "log", "--numstat", "--format=", *names]
        stats = [options.bin, "-C", options.repo, "--no-refresh", "stats", "--json", *names]
        pairs = [(measure.run(numstat), measure.run(stats)) for _ in range(options.runs)]
        git, ours = ([pair[side] for pair in pairs] for side in (0, 1))
        said = json.loads(ours[0].output)
        rows = [line.split(b"\t")[0] for line in git[0].output.splitlines() if line]
        lines = sum(int(row) for row in rows if row != b"-")
        if said["all_lines"] != lines:
            sys.exit(f"git counts {lines} lines, agent-trace {said['all_lines']}")
        totals = said["totals"]
        excluded = sum(part["lines"] for part in said["excluded"])
        wall = median(ours, "wall")
        is_met = is_met and (wanted > 60 or wall <= TARGET)
        print(f"{wanted:8} {lines:9} {totals['agent']:8} {totals['human']:8} {totals['unknown']:8} {excluded:8} "
              f"{median(git, 'wall'):7.3f} {median(git, 'cpu'):6.3f} {wall:7.3f} {median(ours, 'cpu'):6.3f}")
    return 0 if is_met else 1


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=shutil.which("agent-trace") or "agent-trace")
    parser.add_argument("--repo", required=True, help="a repository whose transcripts have been ingested")
    parser.add_argument("--commits", type=int, nargs="+", default=[60, 1000], help="how many, default 60 and 1000")
    parser.add_argument("--runs", type=int, default=5, help="runs of each; the median counts, default %(default)s")
    return parser.parse_args()


def range_of(repo, wanted):
    """The last commits of HEAD, as a range that both programs take: those that none of the rest reaches."""
    command = ["git", "-C", repo, "rev-list", "--topo-order", "HEAD"]
    ids = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return ["HEAD", *(f"^{commit}" for commit in ids[wanted : wanted + 1])]


def median(samples, name):
    return statistics.median(getattr(sample, name) for sample in samples)


if __name__ == "__main__":
    sys.exit(main())
