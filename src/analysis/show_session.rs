//! `show <session>` and `show <session>:<turn>`: a session, or one turn of it, as a tree.

use std::collections::BTreeMap;

use super::books::{PENDING_MS, Stamp, books, leftover_kind};
use super::commits::{Texts, grade};
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use super::prompt::{self, PromptText};
use super::sessions::entries;
use super::tree::Tree;
use crate::derive::{Bucket as Code, TurnEnd, TurnKind};
use crate::model::{CommitId, NanoUsd, Timestamp};
use crate::report::{
    Books, Bucket, BucketCost, CostBy, Incomplete, LandedCommit, Leftover, LeftoverKind, Missing, ShowSessionReport,
    ShowTurnReport,
};
use crate::store::Reader;

/// Returns a session explained.
///
/// # Errors
/// What the store reports, or that the books do not balance.
pub fn show_session(
    reader: &Reader,
    filter: &Filter,
    session: i64,
    stamp: &Stamp,
    texts: &Texts<'_>,
) -> Result<Option<ShowSessionReport>, AnalysisError> {
    let directory = Directory::new(reader)?;
    let id = directory.session(session).map(|name| name.id.clone()).unwrap_or_default();
    let own = Filter { session: Some((session, id)), ..Filter::all(filter.zone, filter.now) };
    let Some(entry) = entries(reader, &own, &directory)?.pop() else { return Ok(None) };
    let tree = Tree::read(reader, session, filter.now.0 - PENDING_MS)?;
    let models = super::cost::cost(reader, CostBy::Model, &own, None, stamp, &super::cost::CostGit::texts(texts))?.rows;
    let mut names: Vec<String> = models.into_iter().filter_map(|row| row.key.id).collect();
    names.dedup();
    let books = books(reader, &own, &directory, stamp)?;
    let scope = format!("session = {session}");
    let report = ShowSessionReport {
        timezone: filter.zone.name().to_owned(),
        session: entry,
        agent_version: None,
        models: names,
        buckets: buckets(reader, &scope, filter)?,
        commits: landed(reader, &scope, session, texts)?,
        tree: tree.nodes(&directory),
        books,
    };
    report.balanced()?;
    Ok(Some(report))
}

/// Returns one turn explained; `prompt` is given where its text was asked for.
///
/// # Errors
/// What the store reports, or that the books do not balance.
pub fn show_turn(
    reader: &Reader,
    filter: &Filter,
    session: i64,
    number: i64,
    stamp: &Stamp,
    texts: &Texts<'_>,
    prompt: Option<&PromptText<'_>>,
) -> Result<Option<ShowTurnReport>, AnalysisError> {
    let directory = Directory::new(reader)?;
    let Some(name) = directory.session(session).cloned() else { return Ok(None) };
    let tree = Tree::read(reader, session, filter.now.0 - PENDING_MS)?;
    let Some((turn, node)) = tree.turn_node(number, &directory) else { return Ok(None) };
    let own = Filter { session: Some((session, name.id.clone())), ..Filter::all(filter.zone, filter.now) };
    let scope = format!("session = {session} AND turn = {}", turn.number(0).unwrap_or(0));
    let buckets = buckets(reader, &scope, filter)?;
    let ms = |index: usize| turn.number(index).map(|ms| ms.max(0) as u64);
    let sql = "SELECT tool_ms FROM turn WHERE session = ?1 AND key = ?2";
    let tool_ms = reader.rows(sql, &[session, turn.number(0).unwrap_or(0)])?;
    let (text, prompt_missing) = prompt::prompt(reader, &directory, (session, number), prompt)?;
    let report = ShowTurnReport {
        timezone: filter.zone.name().to_owned(),
        turn: format!("{}:{number}", name.id),
        session: name.id.clone(),
        number: number.max(0) as u64,
        agent: name.agent.name().to_owned(),
        kind: TurnKind::name_of(turn.number(2).unwrap_or(-1)).to_owned(),
        end: TurnEnd::name_of(turn.number(3).unwrap_or(-1)).to_owned(),
        started: turn.number(4).map(Timestamp),
        ended: turn.number(5).map(Timestamp),
        wall_ms: node.duration_ms,
        active_ms: ms(6),
        wait_ms: ms(7),
        tool_ms: tool_ms.first().and_then(|row| row.number(0)).map(|ms| ms.max(0) as u64),
        time_missing: ms(6).is_none().then_some(Missing::NotRecorded),
        prompt: text,
        prompt_missing,
        commits: landed(reader, &scope, session, texts)?,
        books: books_of_turn(reader, &own, &directory, stamp, &scope, &buckets)?,
        buckets,
        tree: node.children,
    };
    report.balanced()?;
    Ok(Some(report))
}

fn books_of_turn(
    reader: &Reader,
    filter: &Filter,
    directory: &Directory,
    stamp: &Stamp,
    scope: &str,
    buckets: &[BucketCost],
) -> Result<Books, AnalysisError> {
    let mut books = books(reader, filter, directory, stamp)?;
    let rows = reader.rows(&format!("SELECT count(*), sum(NOT is_complete) FROM ledger WHERE {scope}"), &[])?;
    let count = |index: usize| rows.first().and_then(|row| row.number(index)).unwrap_or(0) as u64;
    books.incomplete = Incomplete { calls: count(1), of_calls: count(0) };
    books.total = buckets.iter().map(|bucket| bucket.cost).sum();
    let leftover = |bucket: &BucketCost| Some(Leftover { kind: leftover_of(bucket.bucket)?, cost: bucket.cost });
    books.unattributed = buckets.iter().filter_map(leftover).filter(|left| left.cost != NanoUsd::ZERO).collect();
    books.auxiliary.clear();
    books.unpriced.clear();
    Ok(books)
}

fn leftover_of(bucket: Bucket) -> Option<LeftoverKind> {
    match bucket {
        Bucket::Direct | Bucket::SameTurn | Bucket::Exploration => None,
        Bucket::Pending => Some(LeftoverKind::Pending),
        Bucket::Discarded => Some(LeftoverKind::Discarded),
        Bucket::Tail => Some(LeftoverKind::Tail),
        Bucket::NoCommit => Some(LeftoverKind::NoCommit),
        Bucket::Overhead => Some(LeftoverKind::Overhead),
        Bucket::Auxiliary => Some(LeftoverKind::Auxiliary),
    }
}

fn buckets(reader: &Reader, scope: &str, filter: &Filter) -> Result<Vec<BucketCost>, AnalysisError> {
    let since = filter.now.0 - PENDING_MS;
    let statement = format!(
        "SELECT bucket, coalesce(at, 0) >= {since}, sum(cost) FROM ledger WHERE {scope} AND cost IS NOT NULL GROUP BY 1, 2"
    );
    let mut sums: BTreeMap<Bucket, NanoUsd> = BTreeMap::new();
    for row in reader.rows(&statement, &[])? {
        let code = row.number(0).and_then(Code::from_code).unwrap_or(Code::Overhead);
        let bucket = match code {
            Code::Direct => Bucket::Direct,
            Code::SameTurn => Bucket::SameTurn,
            Code::Exploration => Bucket::Exploration,
            other => match leftover_kind(other, row.number(1) == Some(1)) {
                LeftoverKind::Pending => Bucket::Pending,
                LeftoverKind::Discarded => Bucket::Discarded,
                LeftoverKind::Tail => Bucket::Tail,
                LeftoverKind::NoCommit => Bucket::NoCommit,
                LeftoverKind::Overhead => Bucket::Overhead,
                LeftoverKind::Auxiliary => Bucket::Auxiliary,
            },
        };
        *sums.entry(bucket).or_default() += NanoUsd(row.number(2).unwrap_or(0));
    }
    Ok(sums.into_iter().map(|(bucket, cost)| BucketCost { bucket, cost }).collect())
}

fn landed(reader: &Reader, scope: &str, session: i64, texts: &Texts<'_>) -> Result<Vec<LandedCommit>, AnalysisError> {
    let statement = format!(
        "SELECT git_commit.id, sum(share.nano), link.grade, link.lines FROM share
         JOIN (SELECT session, call FROM ledger WHERE {scope}) AS ledger USING (session, call)
         JOIN git_commit ON git_commit.key = share.git_commit
         LEFT JOIN link ON link.git_commit = share.git_commit AND link.session = ?1
         GROUP BY 1 ORDER BY git_commit.position"
    );
    let rows = reader.rows(&statement, &[session])?;
    let ids: Vec<CommitId> = rows.iter().filter_map(|row| CommitId::from_bytes(row.bytes(0))).collect();
    let landed = rows.iter().zip(&ids).zip(texts(&ids)).map(|((row, id), subject)| LandedCommit {
        commit: id.to_string(),
        short: id.short(),
        subject: subject.unwrap_or_default(),
        grade: grade(row.number(2).unwrap_or(3)),
        landed_lines: row.number(3).unwrap_or(0).max(0) as u64,
        cost: NanoUsd(row.number(1).unwrap_or(0)),
    });
    Ok(landed.collect())
}
