"""A big corpus out of few transcripts: copies with fresh ids, so that every copy is new work and new cost."""

import hashlib
import json
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import synthetic

UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# No word boundary in front: an escaped newline ends in a letter.
TOKEN = rb"(?:msg|req|srvtoolu|toolu)_(?:bdrk_|vrtx_)?[0-9A-Za-z]{20,}"
AGENT = re.compile(rb'"(?:agentId|task_id)":\s*"(a[0-9a-f]{6,16})"')
CWD = re.compile(rb'"cwd":\s*"((?:[^"\\]|\\.)+)"')
SESSION = re.compile(rb'"sessionId":\s*"(' + UUID + rb')"')
MESSAGE = re.compile(rb'"id":\s*"(msg_[^"]+)"')
# Below a checkout, these folders hold other checkouts and no part of it.
WORKTREE_FOLDERS = ("/.worktrees/", "/.claude/worktrees/")
MANIFEST = "corpus.json"


@dataclass
class Transcript:
    """An original file: `path` is its place below the project folder, ids and all."""

    path: bytes
    text: bytes


def read_source(source):
    """(name, bytes) of every .jsonl file of a folder or a tar archive, by name."""
    if Path(source).is_dir():
        for path in sorted(Path(source).rglob("*.jsonl")):
            yield str(path.relative_to(source)), path.read_bytes()
        return
    with tarfile.open(source) as archive:
        members = [member for member in archive if member.isfile() and member.name.endswith(".jsonl")]
        for member in sorted(members, key=lambda member: member.name):
            yield member.name, archive.extractfile(member).read()


def is_rows(text):
    """Whether a file is one JSON object per line; a Gemini session is one document."""
    try:
        return "messages" not in json.loads(text.lstrip().split(b"\n", 1)[0])
    except ValueError:
        return False


def place(files):
    """Gives every transcript the path Claude Code would: several files of one session get names of their own."""
    taken = set()
    for name, text in files:
        if not is_rows(text):
            continue
        path, found = name.encode(), SESSION.search(text)
        if b"subagents/" in path and found:
            place = found[1] + b"/subagents/" + path.split(b"subagents/", 1)[1]
        elif path.rsplit(b"/", 1)[-1].startswith(b"agent-"):
            place = path.rsplit(b"/", 1)[-1]
        else:
            place = (found[1] if found else uuid_of(path)) + b".jsonl"
        if place in taken:
            place = uuid_of(path) + b".jsonl"
        taken.add(place)
        yield Transcript(place, text if text.endswith(b"\n") else text + b"\n")


def digest(*parts):
    return hashlib.blake2b(b"\0".join(parts), digest_size=32).hexdigest().encode()


def uuid_of(*parts):
    hexes = digest(*parts)
    return b"-".join((hexes[:8], hexes[8:12], b"4" + hexes[13:16], b"a" + hexes[17:20], hexes[20:32]))


def fresh(identifier, salt):
    """Another id of the same form and length; the same one for the same id and salt."""
    if b"_" in identifier:
        head = identifier[: identifier.rindex(b"_") + 3]
        return head + digest(identifier, salt)[: len(identifier) - len(head)]
    if b"-" in identifier:
        return uuid_of(identifier, salt)
    return b"a" + digest(identifier, salt)[: len(identifier) - 1]


class Originals:
    """The original transcripts, with every id found and every path moved into `repository`."""

    def __init__(self, transcripts, repository):
        self.transcripts = list(transcripts)
        everything = b"".join(transcript.text for transcript in self.transcripts)
        self.sessions = set(SESSION.findall(everything))
        self.messages = set(MESSAGE.findall(everything))
        agents = sorted(set(AGENT.findall(everything)), key=len, reverse=True)
        known = rb"|(?<![0-9a-f])(?:" + b"|".join(agents) + rb")(?![0-9a-f])" if agents else b""
        self.ids = re.compile(b"(" + UUID + b"|" + TOKEN + known + b")")
        self.move_paths(everything, repository)
        self.bytes = sum(len(transcript.text) for transcript in self.transcripts)

    def move_paths(self, everything, repository):
        """Rows of any checkout become rows of `repository`; sub-folders stay sub-folders."""
        roots = checkouts({cwd.decode() for cwd in CWD.findall(everything)})
        if not roots:
            raise ValueError("no row has a `cwd`: these are no Claude Code transcripts")
        here = json.dumps(str(repository))[1:-1].encode()
        longest_first = sorted((re.escape(root.encode()) for root in roots), key=len, reverse=True)
        paths = re.compile(rb"(?:" + b"|".join(longest_first) + rb")(?![\w.-])")
        for transcript in self.transcripts:
            transcript.text = paths.sub(lambda _: here, transcript.text)

    def cut(self, text):
        """Text and ids in turn, so that a copy is one join."""
        return self.ids.split(text)

    def rename(self, pieces, salt, session_salt=None):
        """A copy of cut text with fresh ids; sessions keep the ids of the copy `session_salt`, if given."""
        names = {}
        for identifier in set(pieces[1::2]):
            keeps = session_salt is not None and identifier in self.sessions
            names[identifier] = fresh(identifier, session_salt if keeps else salt)
        copy = pieces[:]
        copy[1::2] = [names[identifier] for identifier in pieces[1::2]]
        return b"".join(copy)

    def copy(self, transcript, salt):
        """(path, bytes) of one transcript in the copy `salt`."""
        path = self.rename(self.cut(transcript.path), salt)
        return path.decode(), self.rename(self.cut(transcript.text), salt)


def checkouts(cwds):
    """Those of the working folders that are the top of a checkout."""
    tops = []
    for cwd in sorted(cwds):
        parents = [top for top in tops if cwd.startswith(top + "/")]
        below = cwd.removeprefix(max(parents, key=len, default=""))
        if not parents or below.startswith(WORKTREE_FOLDERS):
            tops.append(cwd)
    return tops


def project_folder(root, repository):
    """Where Claude Code keeps the transcripts of a working folder."""
    return Path(root, "claude", "projects", re.sub(r"[^A-Za-z0-9]", "-", str(repository)))


def originals(root, source, bundle, shape):
    """The originals of the corpus at `root`; makes its repository where there is none."""
    repository, kept = Path(root, "repo"), Path(root, "originals")
    if source is None:
        if not kept.is_dir():
            for name, text in synthetic.transcripts(shape, repository):
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                (kept / name).write_bytes(text)
        source = kept
    elif not repository.exists():
        make = ["clone", "--quiet", str(bundle)] if bundle else ["init", "--quiet"]
        subprocess.run(["git", "-c", "init.defaultBranch=main", *make, str(repository)], check=True, stdin=subprocess.DEVNULL)
    return Originals(place(read_source(source)), repository)


def build(root, source, bundle, shape, enough):
    """Writes copies until `enough(bytes, rows)`, checks them and leaves a manifest."""
    base = originals(root, source, bundle, shape)
    folder = project_folder(root, Path(root, "repo"))
    pieces = [(base.cut(item.path), base.cut(item.text)) for item in base.transcripts]
    rows_per_copy = sum(item.text.count(b"\n") for item in base.transcripts)
    sizes, copies, total = {}, 0, 0
    while not enough(total, copies * rows_per_copy):
        for path, text in pieces:
            salt = f"copy {copies}".encode()
            place, content = base.rename(path, salt).decode(), base.rename(text, salt)
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            sizes[place] = len(content)
            total += len(content)
        copies += 1
    manifest = {"source": str(source) if source else None, "copies": copies, "bytes": total,
                "rows": copies * rows_per_copy, "files": len(sizes), "original_bytes": base.bytes,
                "original_messages": len(base.messages), "sessions": copies * len(base.sessions),
                "messages": copies * len(base.messages), "sizes": sizes}
    manifest["broken_rows"] = check(folder, manifest, base)
    Path(root, MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def check(folder, manifest, base):
    """Reads everything back: ids must be as many as copies of them, rows as whole as the original ones."""
    messages, sessions, broken = set(), set(), 0
    for place in manifest["sizes"]:
        text = Path(folder, place).read_bytes()
        messages.update(MESSAGE.findall(text))
        sessions.update(SESSION.findall(text))
        broken += broken_rows(text)
    for name, found in (("messages", messages), ("sessions", sessions)):
        if len(found) != manifest[name]:
            raise ValueError(f"{len(found)} unique {name} in the corpus, expected {manifest[name]}")
    originally = sum(broken_rows(item.text) for item in base.transcripts)
    if broken != originally * manifest["copies"]:
        raise ValueError(f"{broken} rows are no JSON, expected {originally} for each of {manifest['copies']} copies")
    return broken


def broken_rows(text):
    count = 0
    for line in text.split(b"\n"):
        try:
            json.loads(line or b"{}")
        except ValueError:
            count += 1
    return count


def load(root, source):
    """The manifest of a corpus made earlier from the same source, with what measuring added to it taken back;
    None if there is none or it lacks something."""
    try:
        manifest = json.loads(Path(root, MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if manifest["source"] != (str(source) if source else None) or not Path(root, "repo", ".git").is_dir():
        return None
    return manifest if restore(root, manifest) else None


def restore(root, manifest):
    """Cuts files that grew and removes files that came; False if something is missing."""
    folder = project_folder(root, Path(root, "repo"))
    for path in folder.rglob("*.jsonl"):
        size = manifest["sizes"].get(path.relative_to(folder).as_posix())
        if size is None:
            path.unlink()
        elif path.stat().st_size > size:
            with open(path, "r+b") as file:
                file.truncate(size)
    return all((folder / place).is_file() and (folder / place).stat().st_size == size
               for place, size in manifest["sizes"].items())


def append_files(root, source, bundle, shape, part, salt):
    """New sessions: whole copies of transcripts until `part` of the corpus's bytes is added."""
    manifest, base = json.loads(Path(root, MANIFEST).read_text()), originals(root, source, bundle, shape)
    folder, added = project_folder(root, Path(root, "repo")), 0
    for number, item in enumerate(base.transcripts * manifest["copies"]):
        if added >= part * manifest["bytes"]:
            return
        # Much bigger than what is still missing would make "1 %" a lie.
        if len(item.text) <= 2 * (part * manifest["bytes"] - added):
            place, content = base.copy(item, f"{salt} {number // len(base.transcripts)}".encode())
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(content)
            added += len(content)


def append_rows(root, source, bundle, shape, part, salt):
    """Sessions that went on: about one file in ten grows by a tenth, by rows of its own session with new ids."""
    manifest, base = json.loads(Path(root, MANIFEST).read_text()), originals(root, source, bundle, shape)
    folder, added, number = project_folder(root, Path(root, "repo")), 0, 0
    while added < part * manifest["bytes"]:
        item = base.transcripts[number % len(base.transcripts)]
        session_salt = f"copy {number * 10 // len(base.transcripts) % manifest['copies']}".encode()
        place = base.rename(base.cut(item.path), session_salt).decode()
        content = base.rename(base.cut(tail(item.text)), f"{salt} {number}".encode(), session_salt)
        with open(folder / place, "ab") as file:
            file.write(content)
        added += len(content)
        number += 1


def tail(text):
    """The whole rows in the last tenth of a transcript, at least one."""
    start = text.rfind(b"\n", 0, len(text) - len(text) // 10 - 1) + 1
    return text[start:]
