"""A repository of our own invention with a note on every commit, to measure what notes cost whoever reads them.

Everything follows from the seed. The files `touched-20.txt`, `touched-120.txt` and `touched-240.txt` were changed by
as many commits, `long.txt` has ten thousand lines and was changed by 240; the other commits change a file of their own.
"""

import hashlib
import random
import subprocess
from pathlib import Path

SESSIONS = 500
TOUCHED = {"touched-20.txt": (1_000, 20), "touched-120.txt": (1_000, 120), "touched-240.txt": (1_000, 240),
           "long.txt": (10_000, 240)}
WHO = "Bench <bench@example.com>"


class File:
    """Lines of a file, changed a few at a time."""

    def __init__(self, name, length, rng):
        self.name, self.rng, self.count = name, rng, 0
        self.lines = [self.line() for _ in range(length)]

    def line(self):
        self.count += 1
        return f"{self.name} {self.count} {self.rng.getrandbits(40):x}\n"

    def change(self):
        """Writes a block of new lines over old ones; returns the first and the last."""
        first = self.rng.randrange(len(self.lines) - 8)
        self.lines[first : first + 6] = [self.line() for _ in range(6)]
        return first + 1, first + 6

    def bytes(self):
        return "".join(self.lines).encode()


def build(path, commits):
    """Makes the repository and returns it."""
    rng = random.Random(20)
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    files = {name: File(name, length, rng) for name, (length, _) in TOUCHED.items()}
    turns = {number: name for name, (_, count) in TOUCHED.items() for number in _turns(rng, commits, count)}
    importer = subprocess.Popen(["git", "-C", str(path), "fast-import", "--quiet"], stdin=subprocess.PIPE)
    with importer.stdin as out:
        notes = []
        for number in range(commits):
            file = files.get(turns.get(number)) if number >= len(files) else list(files.values())[number]
            if file is None:
                name, content, lines = f"other/{number % 100}/{number}.txt", f"{number}\n".encode() * 5, (1, 5)
            else:
                lines = file.change() if number >= len(files) else (1, len(file.lines))
                name, content = file.name, file.bytes()
            _commit(out, number, name, content)
            notes.append((number + 1, _note(number, name, content, lines)))
        _notes(out, notes)
    if importer.wait() != 0:
        raise RuntimeError("git fast-import failed")
    subprocess.run(["git", "-C", str(path), "reset", "-q", "--hard", "main"], check=True)
    return Path(path)


def _turns(rng, commits, count):
    return rng.sample(range(len(TOUCHED), commits), count - 1)


def _commit(out, number, name, content):
    at = 1_760_000_000 + number * 60
    message = f"change {number}\n".encode()
    out.write(f"commit refs/heads/main\nmark :{number + 1}\nauthor {WHO} {at} +0000\ncommitter {WHO} {at} +0000\n".encode())
    out.write(b"data %d\n%s" % (len(message), message))
    out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content))


def _note(number, name, content, lines):
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()[:12]
    mark = "s_" + hashlib.sha256(f"{number % SESSIONS}".encode()).hexdigest()[:14]
    slice_id = hashlib.sha256(f"{number}".encode()).hexdigest()[:16]
    at = 1_760_000_000 + number * 60
    return (f"l1 {mark} {blob} {lines[0]}-{lines[1]} {name}\n"
            f"s1 {mark} claude-code produced trailer\n"
            f"u1 {slice_id} {mark} claude-code claude-opus-4-5-20251101 i=120 o=900 cr=40000 cw5=3000 cw1h=0 req=3 "
            f"us=61000 pv=2026-08-01 bill=api t={at}+40\n").encode()


def _notes(out, notes):
    out.write(f"commit refs/notes/agent-trace\ncommitter {WHO} 1770000000 +0000\ndata 5\nnotes\n".encode())
    for mark, text in notes:
        out.write(b"N inline :%d\ndata %d\n%s\n" % (mark, len(text), text))
