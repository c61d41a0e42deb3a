#!/usr/bin/env python3
"""Measures `agent-trace ingest` and `cost` beside `ccusage` and `cat | wc -l` on one big corpus; see README.md."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus
import measure
import synthetic

PARTS = ["floor", "ccusage", "ingest", "reports"]
# The newest release whose compiled part is on npm for Linux, macOS and Windows.
CCUSAGE = "20.0.24"
APPENDED = 0.01
NANO = 1_000_000_000


def main():
    options = parse()
    with Workplace(options) as place:
        bench = Bench(options, place)
        bench.run()
        print(bench.render())
        if options.json:
            Path(options.json).write_text(json.dumps(bench.record(), indent=1) + "\n", encoding="utf-8")
    return 1 if any(verdict == "FAIL" for *_, verdict in bench.verdicts()) else 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", metavar="DIR|TAR", help="transcripts to copy; without it, invented ones")
    parser.add_argument("--repo", metavar="BUNDLE", help="repository the transcripts belong to (anything `git clone` takes)")
    parser.add_argument("--bin", default=shutil.which("agent-trace"), help="the agent-trace to measure, an optimised build")
    parser.add_argument("--cache", metavar="DIR", help="where ccusage is or will be installed")
    parser.add_argument("--ccusage", default=CCUSAGE, metavar="VERSION", help="default %(default)s")
    parser.add_argument("--keep", metavar="DIR", help="keep the corpus here and use it again")
    parser.add_argument("--megabytes", type=int, default=350, help="size of the corpus, default %(default)s")
    parser.add_argument("--events", type=int, default=1_000_000, help="rows of the store that reports read, default %(default)s")
    parser.add_argument("--runs", type=int, default=5, help="medians are over this many, default %(default)s")
    parser.add_argument("--only", default=",".join(PARTS), help="some of: %(default)s")
    parser.add_argument("--build-only", action="store_true", help="make the corpus and stop")
    parser.add_argument("--json", metavar="FILE", help="write all figures here too")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    if options.build_only:
        options.only = []
    if not options.bin:
        options.only = [part for part in options.only if part not in ("ingest", "reports")]
        progress("no agent-trace given with --bin: measuring the others only")
    else:
        options.bin = Path(options.bin).resolve()
    for name in ("source", "repo"):
        if getattr(options, name):
            setattr(options, name, Path(getattr(options, name)).resolve())
    return options


def progress(text):
    print(text, file=sys.stderr, flush=True)


class Workplace:
    """The folder with the corpus, kept or temporary."""

    def __init__(self, options):
        self.kept = options.keep
        self.root = Path(options.keep or tempfile.mkdtemp(prefix="agent-trace-bench-")).resolve()

    def __enter__(self):
        self.root.mkdir(parents=True, exist_ok=True)
        return self.root

    def __exit__(self, *_):
        if not self.kept:
            shutil.rmtree(self.root)


class Site:
    """One corpus with its repository and the environment in which a tool sees it and nothing else."""

    def __init__(self, root, source, bundle, shape, enough):
        self.root, self.recipe = root, (source, bundle, shape)
        self.repository = root / "repo"
        self.store = self.repository / ".git" / "agent-trace"
        home = root / "home"
        self.manifest = corpus.load(root, source)
        if self.manifest is None or not enough(self.manifest["bytes"], self.manifest["rows"]):
            progress(f"building a corpus in {root}")
            shutil.rmtree(root, ignore_errors=True)
            home.mkdir(parents=True)
            measure.in_child(corpus.build, root, *self.recipe, enough)
            self.manifest = corpus.load(root, source)
        self.folder = corpus.project_folder(root, self.repository)
        self.env = {"CLAUDE_CONFIG_DIR": str(root / "claude"), "HOME": str(home), "PATH": os.environ["PATH"],
                    "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1"}

    def files(self):
        return [self.folder / place for place in self.manifest["sizes"]]

    def grow(self, how, salt):
        """Adds one per cent in the way `how` does; gives the bytes added."""
        before = self.bytes_now()
        measure.in_child(how, self.root, *self.recipe, APPENDED, salt)
        return self.bytes_now() - before

    def bytes_now(self):
        return sum(path.stat().st_size for path in self.folder.rglob("*.jsonl"))

    def restore(self):
        corpus.restore(self.root, self.manifest)

    def describe(self):
        facts = self.manifest
        return (f"{facts['bytes'] / 1e6:.1f} MB, {facts['files']:,} files, {facts['rows']:,} rows, "
                f"{facts['sessions']:,} sessions, {facts['messages']:,} messages: {facts['copies']} copies of "
                f"{facts['original_bytes'] / 1e6:.1f} MB with {facts['original_messages']:,} messages")


class Bench:
    """All measurements, by name."""

    def __init__(self, options, root):
        self.options, self.samples, self.usd, self.notes = options, {}, {}, {}
        wanted = options.megabytes * 1_000_000
        self.site = Site(root / "corpus", options.source, options.repo, synthetic.LIKE_REAL,
                         lambda size, _: size >= wanted)
        self.notes["Corpus"] = self.site.describe()
        self.events = None
        if "reports" in options.only or options.build_only:
            self.events = Site(root / "events", None, None, synthetic.MANY_ROWS, lambda _, rows: rows >= options.events)
            self.notes["Events"] = self.events.describe()
        self.rivals = self.find_ccusage() if "ccusage" in options.only else None

    def add(self, name, sample):
        self.samples.setdefault(name, []).append(sample)

    def run(self):
        """One round measures everything once, so that a busy minute of the machine hits all alike."""
        measure.count_lines(self.site.files())  # Into the page cache.
        for number in range(self.options.runs):
            progress(f"round {number + 1} of {self.options.runs}")
            for part in self.options.only:
                getattr(self, part)(number)
        if "reports" in self.options.only:
            self.reports_of_many_events()

    def floor(self, _):
        self.add("cat to wc -l", measure.count_lines(self.site.files()))

    def find_ccusage(self):
        """Installs ccusage where it is not yet; gives the npm command and the compiled program it starts."""
        cache = Path(self.options.cache or tempfile.gettempdir(), "ccusage-" + self.options.ccusage).resolve()
        command = cache / "node_modules" / ".bin" / "ccusage"
        if not command.exists():
            progress(f"installing ccusage {self.options.ccusage} into {cache}")
            cache.mkdir(parents=True, exist_ok=True)
            subprocess.run(["npm", "install", "--prefix", cache, "--no-audit", "--no-fund", "--ignore-scripts",
                            f"ccusage@{self.options.ccusage}"], check=True, stdout=sys.stderr)
        version = subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout.strip()
        compiled = sorted(cache.glob("node_modules/@ccusage/*/bin/ccusage"))
        return {f"{version} (npm)": command} | {f"{version} (compiled part alone)": path for path in compiled}

    # npm's command is what users wait for; the compiled part without node in front is the harder rival.
    def ccusage(self, _):
        for name, command in self.rivals.items():
            sample = measure.run([command, "daily", "--json", "--offline"], env=self.site.env, cwd=self.site.root)
            self.usd[name] = json.loads(sample.output)["totals"]["totalCost"]
            self.add(name, sample)

    def ingest(self, number):
        """Cold, unchanged, new files, longer files; the corpus is as before afterwards."""
        site = self.site
        try:
            self.ingest_cold(site, "ingest, cold")
            self.usd["ingest, cold"] = self.total(site)
            for _ in range(3):
                self.add("ingest, unchanged", self.agent_trace(site, "ingest"))
            self.ingest_grown("ingest, 1 % in new files", corpus.append_files, f"files {number}")
            self.ingest_grown("ingest, 1 % in grown files", corpus.append_rows, f"rows {number}")
            if number == 0:
                self.compare_with_cold()
        finally:
            site.restore()

    def ingest_cold(self, site, name):
        shutil.rmtree(site.store, ignore_errors=True)
        self.add(name, self.agent_trace(site, "ingest"))
        size = sum(path.stat().st_size for path in site.store.iterdir())
        self.notes[f"Store after {name}"] = f"{size / 1e6:.1f} MB"

    def ingest_grown(self, name, how, salt):
        added = self.site.grow(how, salt)
        sample = self.agent_trace(self.site, "ingest")
        sample.bytes = added
        self.notes[f"Grown for {name}"] = f"{added / 1e6:.2f} MB, {added / self.site.manifest['bytes']:.2%}"
        self.add(name, sample)

    def compare_with_cold(self):
        """What many ingests have counted must be what one counts."""
        grown = self.total(self.site)
        shutil.rmtree(self.site.store)
        self.agent_trace(self.site, "ingest")
        cold = self.total(self.site)
        if grown != cold:
            raise SystemExit(f"error: USD {grown} after growing, USD {cold} at once")
        self.notes["Total after growing twice"] = f"USD {grown:.6f}, in steps and at once"

    def agent_trace(self, site, *arguments):
        return measure.run([self.options.bin, *arguments], env=site.env, cwd=site.repository)

    def total(self, site):
        """The total of `cost --json` in dollars, wherever in the document it stands."""
        document = json.loads(self.agent_trace(site, "cost", "--by", "model", "--json").output)
        nano = find(document, ("total_nano_usd",)) or find(document.get("total"), ("nano_usd", "cost_nano_usd", "cost"))
        return None if nano is None else nano / NANO

    def reports(self, _):
        if not self.site.store.exists():
            self.agent_trace(self.site, "ingest")
        self.add("cost --by model, corpus", self.agent_trace(self.site, "cost", "--by", "model", "--json"))

    def reports_of_many_events(self):
        self.ingest_cold(self.events, "ingest, cold, events")
        for _ in range(self.options.runs):
            self.add("cost --by model, events", self.agent_trace(self.events, "cost", "--by", "model", "--json"))

    def size(self, name):
        """Bytes a measurement went through."""
        own = [sample.bytes for sample in self.samples[name] if hasattr(sample, "bytes")]
        if own:
            return sum(own) / len(own)
        return (self.events if "events" in name else self.site).manifest["bytes"]

    def rival(self):
        """The quickest ccusage of this run."""
        names = [name for name in self.samples if name.startswith("ccusage")]
        return min((self.median(name, "cpu") for name in names), default=None)

    def median(self, name, field):
        return measure.median(self.samples[name], field) if name in self.samples else None

    def verdicts(self):
        """(what, figure, target, PASS or FAIL or why neither)."""
        cold, rival = self.median("ingest, cold", "cpu"), self.rival()
        checks = [("cold ingest / ccusage, CPU", ratio(cold, rival), 1.0, "{:.2f}"),
                  ("cold ingest / ccusage, CPU (aim)", ratio(cold, rival), 0.5, "{:.2f}"),
                  ("unchanged ingest, wall", self.median("ingest, unchanged", "wall"), 0.050, "{:.3f} s")]
        for name in ("ingest, 1 % in new files", "ingest, 1 % in grown files"):
            checks.append((f"{name} / cold, CPU", ratio(self.median(name, "cpu"), cold), 0.02, "{:.3f}"))
        peaks = [max(s.rss for s in samples) for name, samples in self.samples.items() if name.startswith("ingest")]
        checks.append(("ingest, highest peak memory", max(peaks, default=None), 100_000_000, "{:,.0f} bytes"))
        first = self.median("cost --by model, events", "first_byte")
        checks.append((f"first byte over {self.options.events:,} events", first, 0.200, "{:.3f} s"))
        for what, figure, target, form in checks:
            if figure is None:
                yield what, "", form.format(target), "not measured"
            else:
                missed = "missed" if "aim" in what else "FAIL"
                yield what, form.format(figure), form.format(target), "PASS" if figure <= target else missed

    def rows(self):
        floor, rival = self.median("cat to wc -l", "cpu"), self.rival()
        for name in self.samples:
            cpu, rss, first = (self.median(name, field) for field in ("cpu", "rss", "first_byte"))
            reads = not name.startswith("cost")
            yield [name, money(self.usd.get(name)), f"{cpu:.3f}",
                   f"{self.size(name) / 1e6 / cpu:,.0f}" if reads and "unchanged" not in name else "",
                   f"{self.median(name, 'wall'):.3f}", "" if reads else f"{first:.3f}", f"{rss / 1e6:.0f}",
                   f"{cpu / rival:.2f}" if rival else "", f"{cpu / floor:.2f}" if floor else ""]

    def render(self):
        heads = ["what", "USD", "CPU s", "MB per CPU s", "wall s", "first byte s", "RSS MB", "CPU / ccusage", "CPU / cat"]
        parts = ["\n".join(f"{name}: {note}" for name, note in self.notes.items())]
        if self.samples:
            parts += [table(heads, list(self.rows())), table(["target", "measured", "at most", ""], list(self.verdicts())),
                      f"Medians of {self.options.runs} runs; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."]
        return "\n\n".join(parts)

    def record(self):
        return {"notes": self.notes, "usd": self.usd, "verdicts": list(self.verdicts()),
                "samples": {name: [{"cpu": s.cpu, "wall": s.wall, "rss": s.rss, "first_byte": s.first_byte}
                                   for s in samples] for name, samples in self.samples.items()}}


def ratio(one, other):
    return one / other if one is not None and other else None


def money(usd):
    return "" if usd is None else f"{usd:,.2f}"


def find(document, names):
    """The first whole number under one of `names`, depth first."""
    if isinstance(document, int):
        return document
    for name in names:
        if isinstance(document, dict) and isinstance(document.get(name), int):
            return document[name]
    return None


def table(heads, rows):
    """Markdown, numbers to the right."""
    widths = [max(len(str(row[column])) for row in [heads, *rows]) for column in range(len(heads))]

    def line(cells):
        first, *others = zip(cells, widths)
        return "| " + " | ".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]) + " |"

    rule = "|" + "|".join("-" * (width + 1) + ("-" if number == 0 else ":") for number, width in enumerate(widths)) + "|"
    return "\n".join([line(heads), rule, *(line(row) for row in rows)])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (measure.CommandFailed, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}")
