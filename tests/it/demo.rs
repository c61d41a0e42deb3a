//! The demo of the README: a week of a small invented project, told once, kept in `fixtures/demo`.
//!
//! `fixtures/demo/run.sh` builds the same repository on a user's machine with git and a shell alone.

use crate::harness::{Claude, SubagentRows, World, rfc3339};
use chrono::{DateTime, SecondsFormat};
use serde_json::json;
use snapbox::Data;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// When the demo is looked at: the evening after its last session. `run.sh` sets the same.
const EVENING: &str = "2026-03-06T18:00:00Z";
/// The folder that stands in the demo's transcripts.
const HOME: &str = "/home/ada/larder";

const OPUS: &str = "claude-opus-4-5-20251101";
const SONNET: &str = "claude-sonnet-4-5-20250929";
const HAIKU: &str = "claude-haiku-4-5-20251001";

/// Returns a world that holds the demo's repository in [`repository`], with its transcripts read.
pub(crate) fn world() -> World {
    let world = World::without_repository();
    import_history(&world);
    at(&world, EVENING);
    let transcripts = folder().join("transcripts");
    let _ = world
        .run_in(&repository(&world), ["ingest", transcripts.to_str().expect("a checkout in a UTF-8 path")])
        .success();
    at(&world, EVENING);
    world
}

#[test]
fn the_files_of_the_demo_are_its_story() {
    // Transcripts of Windows have other paths.
    if cfg!(windows) {
        return;
    }
    let world = told();
    let history = world.git(["fast-export", "--all"]).success().stdout;
    snapbox::assert_data_eq!(history, Data::read_from(&folder().join("history.fast-export"), None).raw());
    for file in files_under(&world.transcripts_dir()) {
        let inside: PathBuf = file.strip_prefix(world.transcripts_dir()).unwrap().components().skip(1).collect();
        let text = fs::read_to_string(&file).unwrap().replace(world.path("").to_str().unwrap(), HOME);
        let kept = folder().join("transcripts").join(inside);
        fs::create_dir_all(kept.parent().unwrap()).unwrap();
        snapbox::assert_data_eq!(text, Data::read_from(&kept, Some(snapbox::data::DataFormat::Text)).raw());
    }
}

#[test]
fn the_commits_of_the_demo_are_literal() {
    let world = world();
    let tips = world
        .git_in(&repository(&world), ["for-each-ref", "--format=%(objectname:short=7) %(refname:short)"])
        .success()
        .stdout;
    snapbox::assert_data_eq!(
        tips,
        snapbox::str![[r#"
e365fa5 expiry
72532d2 main

"#]]
    );
}

#[test]
fn the_script_of_the_readme_ends_with_the_overview() {
    if cfg!(windows) {
        return;
    }
    let world = World::without_repository();
    at(&world, EVENING);
    let script = folder().join("run.sh");
    let run = world.command(&script, &world.home()).arg(repository(&world)).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let read = self::world();
    let overview = read.run_in(&repository(&read), []).success().stdout;
    assert!(said.contains(&overview), "the script printed\n{said}\nbut the overview is\n{overview}");
}

#[test]
fn the_database_holds_what_the_readme_says_and_no_more() {
    let world = world();
    let database = fs::read(repository(&world).join(".git/agent-trace/trace.db")).unwrap();
    let holds = |text: &str| database.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    for recorded in ["larder/stock.py", "Ada Author", "expiry", OPUS, "Bash", "Explore", "toolu_count_2"] {
        assert!(holds(recorded), "`{recorded}` is not recorded");
    }
    let (prompt, answer) = ("How would you store the stock", "One dictionary by name");
    let (code, argument, output) = ("item.amount += amount", "python -m pytest", "3 passed in");
    for private in [prompt, answer, code, argument, output, "ada@example.com", "bo@example.com"] {
        assert!(!holds(private), "`{private}` is in the database");
    }
}

/// Returns the folder of the demo's repository; reports show its name.
pub(crate) fn repository(world: &World) -> PathBuf {
    world.home().with_file_name("larder")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo")
}

fn import_history(world: &World) {
    let history = fs::File::open(folder().join("history.fast-export")).unwrap();
    let repository = repository(world);
    fs::create_dir(&repository).unwrap();
    let _ = world.git_in(&repository, ["init", "--quiet", "--initial-branch=main"]).success();
    let mut import = world.command(Path::new("git"), &repository);
    let status = import.args(["fast-import", "--quiet"]).stdin(Stdio::from(history)).status().unwrap();
    assert!(status.success(), "git fast-import ended with {status}");
    let _ = world.git_in(&repository, ["reset", "--quiet", "--hard"]).success();
}

/// Sets the world's clock so that the next command runs at `instant`.
fn at(world: &World, instant: &str) {
    let seconds = DateTime::parse_from_rfc3339(instant).unwrap().timestamp();
    world.advance(seconds - world.now() - 60);
    assert_eq!(rfc3339(world.now() + 60, SecondsFormat::Secs), instant);
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// Tells the story: a larder that learns to count, to warn and to shop.
fn told() -> World {
    let world = World::new();
    at(&world, "2026-03-02T09:00:00Z");
    begins(&world);
    learns_to_count(&world);
    learns_to_warn(&world);
    is_asked_about(&world);
    learns_to_shop(&world);
    world
}

/// Monday morning: two commits by hand.
fn begins(world: &World) {
    world.write("README.md", "# larder\n\nWhat is in the kitchen, and for how long.\n");
    world.write("larder/__init__.py", "");
    world.write("larder/__main__.py", MAIN);
    let _ = world.commit("start: a larder that says hello");
    world.write("larder/units.py", UNITS);
    let _ = world.git(["add", "--all"]).success();
    let author = "--author=Bo Baker <bo@example.com>";
    let _ = world.git(["commit", "--quiet", author, "--message", "units: grams, millilitres and pieces"]).success();
}

/// Monday: an old client, whose transcripts have no final output numbers, and a plan before the work.
fn learns_to_count(world: &World) {
    world.advance(1_800);
    let session = world.claude("count").model(OPUS);
    let _ = session.tokens(12, 410, 0, 21_400, 0).says("How would you store the stock? Only plan.");
    reads(&session, "larder/units.py", UNITS);
    let _ = session.tokens(6, 980, 21_400, 3_100, 0).replies("One dictionary by name, saved as JSON.").stops();
    world.advance(540);
    let _ = session.tokens(9, 1_650, 24_500, 2_050, 0).says("Good. Write it, with a test.");
    let _ = session.edits("larder/stock.py", "", STOCK);
    let _ = session.tokens(5, 1_120, 26_550, 1_900, 0).edits("tests/test_stock.py", "", TEST_STOCK);
    let _ = session.tokens(4, 140, 28_450, 900, 0).runs_bash("python -m pytest -q", "3 passed in 0.04s");
    let _ = session.tokens(4, 180, 29_350, 300, 0).commits("stock: put, take and count");
    let _ = session.tokens(4, 160, 29_650, 420, 0).replies("Stock is counted, three tests pass.").stops();
    world.advance(2_700);
    let _ = session.tokens(7, 520, 30_100, 640, 0).says("Taking more than there is must fail.");
    let _ = session.edits("larder/stock.py", TAKE, TAKE_CHECKED);
    let _ = session.tokens(4, 150, 30_740, 380, 0).commits("stock: refuse to take what is not there");
    let _ = session.tokens(4, 90, 31_120, 200, 0).replies("It raises `NotEnough` now.").stops();
}

/// Tuesday and Wednesday, on a branch: a scout in front, a change by hand behind.
fn learns_to_warn(world: &World) {
    at(world, "2026-03-03T08:30:00Z");
    let _ = world.git(["switch", "--quiet", "--create", "expiry"]).success();
    let session = newer(world, "expire").model(SONNET);
    let _ = session.tokens(14, 620, 0, 18_200, 0).says("Warn about what expires this week.");
    let scout = session.tokens(11, 260, 18_200, 1_400, 0).sends("Explore", "Where are dates read and written?");
    let _ = session.switches_model(HAIKU).tokens(8, 330, 0, 9_800, 0);
    let _ = scout.uses("Grep", json!({"pattern": "date"}), "larder/stock.py");
    let _ = session.tokens(6, 540, 9_800, 1_200, 0);
    scout.finishes("Nowhere yet; `Item` in larder/stock.py has no date.");
    let _ = session.switches_model(SONNET).tokens(7, 1_480, 19_600, 2_300, 0).edits("larder/expiry.py", "", EXPIRY);
    let _ = session.tokens(5, 890, 21_900, 1_700, 0).edits("tests/test_expiry.py", "", TEST_EXPIRY);
    let _ = session.tokens(4, 210, 23_600, 700, 0).commits("expiry: list what spoils within a week");
    let _ = session.tokens(4, 240, 24_300, 260, 0).replies("`expiring` lists it, oldest first.").stops();
    world.advance(1_260);
    let _ = session.tokens(6, 430, 24_600, 510, 0).says("Show it on start.");
    let _ = session.edits("larder/__main__.py", HELLO, WARNING);
    let _ = session.tokens(4, 120, 25_110, 340, 0).commits("main: warn on start about what expires");
    let _ = session.tokens(4, 150, 25_450, 180, 0).replies("Done.").stops();
    at(world, "2026-03-04T07:50:00Z");
    let _ = world.git(["switch", "--quiet", "main"]).success();
    let _ = world.git(["merge", "--quiet", "--no-ff", "--message", "merge expiry", "expiry"]).success();
}

/// Thursday: a question that leads to no line.
fn is_asked_about(world: &World) {
    at(world, "2026-03-05T10:00:00Z");
    let session = newer(world, "explain").model(SONNET);
    let _ = session.tokens(10, 380, 0, 16_900, 0).says("Could two people use one larder file?");
    reads(&session, "larder/stock.py", STOCK);
    let _ = session.tokens(5, 720, 16_900, 2_400, 0).replies("Not safely: the last one to save wins.").stops();
}

/// Friday: one commit, and one file that is not committed yet.
fn learns_to_shop(world: &World) {
    at(world, "2026-03-06T14:00:00Z");
    let session = newer(world, "shop").model(OPUS);
    let _ = session.tokens(13, 1_240, 0, 19_700, 4_000).says("Suggest what to buy: below the least we want.");
    let _ = session.edits("larder/shopping.py", "", SHOPPING);
    let _ = session.tokens(5, 200, 23_700, 1_500, 0).commits("shopping: a list of what runs low");
    let _ = session.tokens(4, 190, 25_200, 330, 0).replies("`missing` compares stock and wishes.").stops();
    world.advance(900);
    let _ = session.tokens(8, 1_310, 25_600, 880, 0).says("And print it by aisle.");
    let _ = session.edits("larder/aisles.py", "", AISLES);
    let _ = session.tokens(4, 260, 26_480, 1_400, 0).replies("Try it; I have not committed it.").stops();
}

/// A session of a client that keeps its subagents' rows beside it and ends every response.
fn newer<'w>(world: &'w World, name: &str) -> Claude<'w> {
    world.claude(name).version("2.1.63").with_stop_reasons().with_git_operation().subagents(SubagentRows::OwnFolder)
}

fn reads(session: &Claude<'_>, path: &str, text: &str) {
    let call = session.calls("Read", json!({"file_path": format!("{HOME}/{path}")}));
    let file = json!({"filePath": format!("{HOME}/{path}"), "content": text, "numLines": text.lines().count()});
    let _ = session.gets(&call, text, json!({"type": "text", "file": file}));
}

const MAIN: &str = r#"import sys

from larder import __name__ as name


def main(arguments):
    print(f"{name}: hello")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"#;

const HELLO: &str = r#"    print(f"{name}: hello")
"#;

const WARNING: &str = r#"    today = date.fromisoformat(arguments[0])
    for item in expiring(load(arguments[1]), today):
        print(f"{name}: {item.name} expires on {item.best_before}")
"#;

const UNITS: &str = r#"GRAM = "g"
MILLILITRE = "ml"
PIECE = "piece"


def same_kind(one, other):
    return one == other
"#;

const STOCK: &str = r#"import json
from dataclasses import asdict, dataclass
from pathlib import Path

from larder.units import same_kind


@dataclass
class Item:
    name: str
    amount: int
    unit: str
    best_before: str | None = None


class Stock:
    def __init__(self, items=()):
        self.items = {item.name: item for item in items}

    def put(self, name, amount, unit):
        item = self.items.setdefault(name, Item(name, 0, unit))
        if not same_kind(item.unit, unit):
            raise ValueError(f"{name} is counted in {item.unit}")
        item.amount += amount

    def take(self, name, amount):
        self.items[name].amount -= amount

    def save(self, path):
        rows = [asdict(item) for item in self.items.values()]
        Path(path).write_text(json.dumps(rows, indent=1))


def load(path):
    rows = json.loads(Path(path).read_text())
    return Stock(Item(**row) for row in rows)
"#;

const TAKE: &str = r#"        self.items[name].amount -= amount
"#;

const TAKE_CHECKED: &str = r#"        held = self.items[name].amount if name in self.items else 0
        if amount > held:
            raise NotEnough(f"{held} of {name}, {amount} wanted")
        self.items[name].amount = held - amount
"#;

const TEST_STOCK: &str = r#"import pytest

from larder.stock import Stock, load


def test_what_is_put_is_there():
    stock = Stock()
    stock.put("flour", 500, "g")
    stock.put("flour", 250, "g")
    assert stock.items["flour"].amount == 750


def test_units_do_not_mix():
    stock = Stock()
    stock.put("milk", 1000, "ml")
    with pytest.raises(ValueError):
        stock.put("milk", 1, "piece")


def test_saved_is_loaded(tmp_path):
    stock = Stock()
    stock.put("eggs", 6, "piece")
    stock.save(tmp_path / "larder.json")
    assert load(tmp_path / "larder.json").items == stock.items
"#;

const EXPIRY: &str = r#"from datetime import date, timedelta

WARNING_TIME = timedelta(days=7)


def expiring(stock, today):
    dated = [item for item in stock.items.values() if item.best_before]
    soon = [item for item in dated if spoils_by(item, today + WARNING_TIME)]
    return sorted(soon, key=lambda item: item.best_before)


def spoils_by(item, day):
    return date.fromisoformat(item.best_before) <= day
"#;

const TEST_EXPIRY: &str = r#"from datetime import date

from larder.expiry import expiring
from larder.stock import Item, Stock


def test_a_week_ahead_is_warned_about():
    milk = Item("milk", 1, "piece", "2026-03-07")
    rice = Item("rice", 1, "piece", "2027-01-01")
    assert expiring(Stock([rice, milk]), date(2026, 3, 3)) == [milk]
"#;

const SHOPPING: &str = r#"def missing(stock, wishes):
    for name, least in sorted(wishes.items()):
        item = stock.items.get(name)
        held = item.amount if item else 0
        if held < least:
            yield name, least - held


def lines(stock, wishes):
    return [f"{amount} {name}" for name, amount in missing(stock, wishes)]
"#;

const AISLES: &str = r#"AISLES = {"milk": "cold", "eggs": "cold", "flour": "baking"}


def by_aisle(names):
    rows = {}
    for name in names:
        rows.setdefault(AISLES.get(name, "elsewhere"), []).append(name)
    return rows
"#;
