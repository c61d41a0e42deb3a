"""Transcripts of our own invention in Claude Code's format, for whoever has none to measure with.

Everything follows from the seed. Sessions edit files of a repository made along with them and print the commit
they end with, so that linking has real work to do.
"""

import json
import random
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

WORKING_FOLDER = "/synthetic/work"
MODELS = ["claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"]
WORDS = "parse the ledger row and keep every token of a session beside its commit until nothing is lost".split()
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
COMMITTER = {"GIT_AUTHOR_NAME": "Bench", "GIT_AUTHOR_EMAIL": "bench@example.com",
             "GIT_COMMITTER_NAME": "Bench", "GIT_COMMITTER_EMAIL": "bench@example.com",
             "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": "/usr/local/bin:/usr/bin:/bin"}


@dataclass
class Shape:
    """How big sessions are; `file_lines` sets the size of file contents, which are most of a transcript."""

    sessions: int
    turns: int
    steps: int
    file_lines: int


# Rows of 6 kB on average, as real transcripts have, and rows as short as they get.
LIKE_REAL = Shape(sessions=40, turns=6, steps=12, file_lines=120)
MANY_ROWS = Shape(sessions=40, turns=20, steps=25, file_lines=0)


class Session:
    """One session being written, row by row."""

    def __init__(self, rng, number):
        self.rng = rng
        self.id = self.uuid()
        self.parent = None
        self.clock = datetime(2026, 1, 1, 9, tzinfo=timezone.utc) + timedelta(hours=3 * number)
        self.rows = []

    def uuid(self):
        digits = f"{self.rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def token(self, prefix):
        return prefix + "_01" + "".join(self.rng.choices(BASE62, k=22))

    def text(self, words):
        return " ".join(self.rng.choices(WORDS, k=words))

    def row(self, kind, rows=None, **fields):
        self.clock += timedelta(seconds=self.rng.randint(1, 9))
        unique = self.uuid()
        row = {"parentUuid": self.parent, "isSidechain": False, "userType": "external", "cwd": WORKING_FOLDER,
               "sessionId": self.id, "version": "2.1.50", "gitBranch": "main", "type": kind, **fields,
               "uuid": unique, "timestamp": self.clock.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        (self.rows if rows is None else rows).append(row)
        self.parent = unique
        return unique

    def response(self, blocks, stop, rows=None, **fields):
        """One response: a row per content block, the same ids and input on each, the output growing."""
        message, request, model = self.token("msg"), self.token("req"), self.rng.choice(MODELS)
        read, write = self.rng.randint(20_000, 90_000), self.rng.randint(100, 4_000)
        for number, block in enumerate(blocks, 1):
            last = number == len(blocks)
            usage = {"input_tokens": 8, "cache_creation_input_tokens": write, "cache_read_input_tokens": read,
                     "cache_creation": {"ephemeral_5m_input_tokens": write, "ephemeral_1h_input_tokens": 0},
                     "output_tokens": 90 * number, "service_tier": "standard"}
            content = {"model": model, "id": message, "type": "message", "role": "assistant", "content": [block],
                       "stop_reason": stop if last else None, "stop_sequence": None, "usage": usage}
            self.row("assistant", rows, message=content, requestId=request, **fields)

    def tool(self, name, arguments, said, result, rows=None, **fields):
        """A tool call and its answer."""
        call = self.token("toolu")
        blocks = [{"type": "text", "text": self.text(20)},
                  {"type": "tool_use", "id": call, "name": name, "input": arguments}]
        self.response(blocks, "tool_use", rows, **fields)
        answer = {"role": "user", "content": [{"tool_use_id": call, "type": "tool_result", "content": said}]}
        self.row("user", rows, message=answer, toolUseResult=result, **fields)

    def prompt(self):
        self.row("user", message={"role": "user", "content": self.text(30)})

    def read(self, lines, rows=None, **fields):
        content = "\n".join(self.text(9) for _ in range(lines))
        path = f"{WORKING_FOLDER}/notes/{self.rng.randint(1, 99)}.txt"
        result = {"type": "text", "file": {"filePath": path, "content": content, "numLines": lines, "startLine": 1}}
        self.tool("Read", {"file_path": path}, content, result, rows, **fields)

    def edit(self, name, line, before):
        path = f"{WORKING_FOLDER}/{name}"
        patch = [{"oldStart": 1, "oldLines": 0, "newStart": 1, "newLines": 1, "lines": ["+" + line]}]
        result = {"filePath": path, "oldString": "", "newString": line, "originalFile": before, "structuredPatch": patch}
        self.tool("Edit", {"file_path": path, "old_string": "", "new_string": line}, "updated", result)

    def committed(self, commit, subject):
        printed = f"[main {commit[:7]}] {subject}\n 1 file changed, 1 insertion(+)"
        self.tool("Bash", {"command": f"git commit -am '{subject}'"}, printed, {"stdout": printed, "stderr": ""})

    def subagent(self, lines):
        """A subagent with a file of its own; gives its agent id and rows."""
        agent, rows = f"a{self.rng.getrandbits(64):016x}", []
        self.row("user", rows, message={"role": "user", "content": self.text(20)}, agentId=agent)
        for _ in range(4):
            self.read(lines, rows, agentId=agent)
        self.response([{"type": "text", "text": self.text(40)}], "end_turn", rows, agentId=agent)
        return agent, [{**row, "isSidechain": True} for row in rows]


def write_session(session, shape, name, commit_file):
    """Fills one session; gives the files it consists of."""
    before = "\n".join(session.text(9) for _ in range(2 * shape.file_lines))
    for turn in range(shape.turns):
        session.prompt()
        line = f"{session.text(8)} {session.rng.getrandbits(48):x}"
        session.edit(name, line, before)
        for _ in range(shape.steps):
            session.read(shape.file_lines)
        subject = f"{name}: step {turn + 1}"
        session.committed(commit_file(name, line, subject), subject)
        session.response([{"type": "text", "text": session.text(40)}], "end_turn")
        session.row("system", subtype="turn_duration", durationMs=60_000)
    agent, rows = session.subagent(shape.file_lines)
    yield f"{session.id}.jsonl", to_lines(session.rows)
    yield f"{session.id}/subagents/agent-{agent}.jsonl", to_lines(rows)


def to_lines(rows):
    return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode()


def git(repository, *arguments, date="2026-01-01T00:00:00Z"):
    env = COMMITTER | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    done = subprocess.run(["git", "-C", repository, *arguments], env=env, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().strip()


def transcripts(shape, repository, seed=7):
    """Makes `repository` and yields (path, bytes) of the transcripts of the sessions that worked in it."""
    rng = random.Random(seed)
    Path(repository).mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main")
    for number in range(shape.sessions):
        session = Session(rng, number)

        def commit_file(name, line, subject, session=session):
            with open(Path(repository, name), "a", encoding="utf-8") as file:
                file.write(line + "\n")
            git(repository, "add", name)
            git(repository, "commit", "--quiet", "--message", subject, date=session.clock.isoformat())
            return git(repository, "rev-parse", "HEAD")

        yield from write_session(session, shape, f"part-{number:02}.txt", commit_file)
