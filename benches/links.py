#!/usr/bin/env python3
"""Compares the sessions `agent-trace` links to commits with a list of which belong together; see README.md."""

import argparse
import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

LINKS = "select commit_id, session_id, grade, evidence, lines from links"
SESSIONS = "select session_id from sessions"


@dataclass
class Truth:
    """What belongs together: sessions of each commit, and the commits' subjects."""

    sessions: dict = field(default_factory=lambda: defaultdict(set))
    subjects: dict = field(default_factory=dict)


def main():
    options = parse()
    links = query(options, LINKS)
    stored = {row["session_id"] for row in query(options, SESSIONS)}
    comparison = Comparison(links, read_truth(options.truth), stored)
    print(comparison.render(options.limit))
    print("\n".join(["", *reach(database(options), comparison.expected)]))
    if options.json:
        Path(options.json).write_text(json.dumps(comparison.record(), indent=1) + "\n", encoding="utf-8")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=shutil.which("agent-trace") or "agent-trace")
    parser.add_argument("--repo", required=True, help="a repository whose transcripts have been ingested")
    parser.add_argument("--truth", required=True, metavar="CSV", help="columns `commit`, `subject` and one named `session…`")
    parser.add_argument("--limit", type=int, default=1000, help="longest list printed, default %(default)s")
    parser.add_argument("--json", metavar="FILE", help="write all pairs here too")
    return parser.parse_args()


def query(options, statement):
    """The rows of a statement, as a dictionary each."""
    command = [options.bin, "-C", options.repo, "sql", statement, "--json"]
    document = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [dict(zip(document["columns"], row)) for row in document["rows"]]


def database(options):
    command = ["git", "-C", options.repo, "rev-parse", "--path-format=absolute", "--git-common-dir"]
    common = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return sqlite3.connect(f"file:{common}/agent-trace/trace.db?mode=ro", uri=True)


def reach(store, expected):
    """How many true pairs evidence in files can reach at all: the session edited some file of the commit before it.

    Whoever links more of the rest than by a printed id or a trailer guesses.
    """
    commits = {bytes(id).hex(): (key, made) for key, id, made in store.execute("select key, id, commit_time from git_commit")}
    keys = dict(store.execute("select id, key from session"))
    files, edits = defaultdict(set), defaultdict(list)
    text = "select git_commit, name.text from commit_file join name on name.id in (commit_file.path, commit_file.old_path)"
    for commit, path in store.execute(text):
        files[commit].add(path)
    text = """select tool_call.session, name.text, coalesce(answered_at, asked_at) from edit
              join tool_call on tool_call.key = edit.tool_call join name on name.id = edit.path"""
    for session, path, at in store.execute(text):
        edits[session].append((path, at))

    def within(hours):
        def touches(pair):
            commit, made = commits.get(pair[0], (None, 0))
            return any(
                at is not None and -120_000 <= made - at <= hours * 3_600_000 and (path == file or path.endswith("/" + file))
                for path, at in edits[keys.get(pair[1])] for file in files[commit])
        return sum(map(touches, expected))

    named = (("1 hour", 1), ("4 hours", 4), ("2 weeks", 14 * 24), ("any time", 10**9))
    return [f"Reach: the session edited a file of the commit before it, within {name}: {share(within(hours), len(expected))}"
            for name, hours in named]


def read_truth(path):
    """Several rows about one commit add up."""
    truth = Truth()
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        column = next(name for name in rows.fieldnames if name.startswith("session"))
        for row in rows:
            commit = row["commit"].lower()
            truth.subjects[commit] = row.get("subject") or ""
            truth.sessions[commit].update(name for name in re.split(r"[;\s]+", row[column]) if name)
    return truth


class Comparison:
    """Pairs of commit and session: found and true, found and false, true and missed, and not to be judged."""

    def __init__(self, links, truth, stored):
        self.truth = truth
        pairs = {(commit, session) for commit, sessions in truth.sessions.items() for session in sessions}
        self.foreign = sorted(pair for pair in pairs if pair[1] not in stored)
        self.expected = pairs - set(self.foreign)
        self.evidence, self.found = defaultdict(list), set()
        for link in links:
            pair = (link["commit_id"].lower(), link["session_id"])
            self.found.add(pair)
            self.evidence[pair].append((link["evidence"], link["grade"], link["lines"]))
        # Most commits were made by hand or by sessions nobody kept: what the truth does not name it cannot judge.
        self.beside = {pair for pair in self.found if pair[0] not in truth.sessions}
        self.judged = self.found - self.beside
        self.hits, self.wrong = self.judged & self.expected, self.judged - self.expected
        self.misses = self.expected - self.found

    def kinds(self, pair):
        """What speaks for a link, in one word per kind."""
        return "+".join(sorted({f"{evidence}/{grade}" for evidence, grade, _ in self.evidence[pair]}))

    def lines(self, pair):
        counts = [lines for _, _, lines in self.evidence[pair] if lines is not None]
        return sum(counts) if counts else None

    def render(self, limit):
        text = [f"Precision {share(len(self.hits), len(self.judged))}: correct among the links of judged commits",
                f"Recall    {share(len(self.hits), len(self.expected))}: found among the true pairs",
                f"Not judged: {len(self.beside)} links to {len({commit for commit, _ in self.beside})} commits the truth does not name",
                f"Ignored: {len(self.foreign)} true pairs of sessions that are not in the store", "", self.by_evidence()]
        text += self.listing("False links", self.wrong, limit) + self.listing("Misses", self.misses, limit)
        return "\n".join(text)

    def by_evidence(self):
        right, wrong, beside = (Counter(map(self.kinds, pairs)) for pairs in (self.hits, self.wrong, self.beside))
        kinds = sorted({*right, *wrong, *beside}, key=lambda kind: (-right[kind] - wrong[kind], kind))
        rows = [f"| {kind} | {right[kind]} | {wrong[kind]} | {share(right[kind], right[kind] + wrong[kind])} | {beside[kind]} |"
                for kind in kinds]
        return "\n".join(["| evidence/grade | right | false | precision | not judged |", "|---|--:|--:|--:|--:|", *rows])

    def listing(self, title, pairs, limit):
        lines = ["", f"{title}: {len(pairs)}"]
        for pair in sorted(pairs, key=lambda pair: (self.kinds(pair), pair))[:limit]:
            lines.append(f"  {pair[0][:12]} {pair[1]}  {self.reason(pair)}  {self.truth.subjects.get(pair[0], '')[:60]}")
        return lines + ([f"  and {len(pairs) - limit} more"] if len(pairs) > limit else [])

    def reason(self, pair):
        """For a link, its evidence; for a miss, what the commit or the session was linked to instead."""
        if pair in self.found:
            lines = self.lines(pair)
            others = sum(commit == pair[0] for commit, _ in self.hits)
            return f"[{self.kinds(pair)}{'' if lines is None else f', {lines} lines'}; {others} right links beside it]"
        commit = sum(found[0] == pair[0] for found in self.found)
        session = sum(found[1] == pair[1] for found in self.found)
        return f"[commit has {commit} links, session has {session}]"

    def record(self):
        def listed(pairs):
            return [{"commit": pair[0], "session": pair[1], "evidence": self.evidence.get(pair, [])} for pair in sorted(pairs)]

        return {"right": listed(self.hits), "false": listed(self.wrong), "missed": listed(self.misses),
                "not_judged": listed(self.beside), "ignored": listed(self.foreign)}


def share(part, whole):
    return f"{part / whole:.1%} ({part} of {whole})" if whole else "- (0 of 0)"


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: `sql` ended with {error.returncode}")
    except (OSError, ValueError, KeyError, StopIteration) as error:
        sys.exit(f"error: {error!r}")
