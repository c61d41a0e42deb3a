//! What linking needs of a session, packed into one row: its edits and the commit ids its tools printed.
//!
//! An edit and its tool call are two rows in two places of the file. A session
//! that grew is weighed against the edits of all others, and those are read
//! here, one row a session, instead of there.

use std::collections::HashSet;

use rusqlite::{Connection, Row, params};
use rustc_hash::FxHashMap;

use super::facts::{EditFact, Facts, SessionFacts, SightingFact, ToolFact, each};
use crate::model::LineHash;

/// Edits that happened: not those that failed, nor requests that nobody answered.
const EDITS: &str = "SELECT edit.tool_call, edit.path, edit.added, tool_call.session, tool_call.call,
    coalesce(tool_call.answered_at, tool_call.asked_at)
  FROM edit JOIN tool_call ON tool_call.key = edit.tool_call
  WHERE tool_call.is_error IS 0 OR (tool_call.is_error IS NULL AND edit.source > 0)";

/// Commit ids printed by commands that can make commits: output alone proves nothing.
const SIGHTINGS: &str = "SELECT tool_call.session, sighting.prefix, sighting.is_operation, tool_call.asked_at,
    tool_call.answered_at
  FROM sighting JOIN tool_call ON tool_call.key = sighting.tool_call
  WHERE sighting.is_operation OR tool_call.makes_commits";

/// Reads the evidence of every session from the facts.
pub(super) fn read_all(sql: &Connection, facts: &mut Facts) -> rusqlite::Result<()> {
    each(sql, EDITS, |row| {
        facts.edits.push(EditFact {
            tool_call: row.get(0)?,
            path: row.get(1)?,
            added: LineHash::unpack(row.get_ref(2)?.as_blob()?),
            session: row.get(3)?,
            call: row.get(4)?,
            at: row.get(5)?,
        });
        Ok(())
    })?;
    each(sql, SIGHTINGS, |row| {
        facts.sightings.push(SightingFact {
            session: row.get(0)?,
            prefix: row.get(1)?,
            is_operation: row.get(2)?,
            asked_at: row.get(3)?,
            answered_at: row.get(4)?,
        });
        Ok(())
    })
}

/// Reads the evidence of `fresh` sessions from the facts, that of all others as it was packed.
pub(super) fn read_after(sql: &Connection, fresh: &[SessionFacts], facts: &mut Facts) -> rusqlite::Result<()> {
    let known: HashSet<i64> = fresh.iter().map(|session| session.key).collect();
    each(sql, "SELECT session, edits, sightings FROM evidence", |row| {
        let session = row.get(0)?;
        if !known.contains(&session) {
            unpack_edits(session, row.get_ref(1)?.as_blob()?, &mut facts.edits);
            unpack_sightings(session, row.get_ref(2)?.as_blob()?, &mut facts.sightings);
        }
        Ok(())
    })?;
    let mut edits = sql.prepare_cached("SELECT path, source, added FROM edit WHERE tool_call = ?1")?;
    let mut sightings = sql.prepare_cached("SELECT prefix, is_operation FROM sighting WHERE tool_call = ?1")?;
    for tool in fresh.iter().flat_map(|session| &session.tools) {
        let mut rows = edits.query([tool.key])?;
        while let Some(row) = rows.next()? {
            facts.edits.extend(edit_of(tool, row)?);
        }
        let mut rows = sightings.query([tool.key])?;
        while let Some(row) = rows.next()? {
            facts.sightings.extend(sighting_of(tool, row)?);
        }
    }
    Ok(())
}

fn edit_of(tool: &ToolFact, row: &Row<'_>) -> rusqlite::Result<Option<EditFact>> {
    let source: i64 = row.get(1)?;
    let has_happened = tool.is_error == Some(false) || (tool.is_error.is_none() && source > 0);
    let edit = || -> rusqlite::Result<EditFact> {
        Ok(EditFact {
            tool_call: tool.key,
            session: tool.place.session,
            call: tool.call,
            at: tool.answered_at.or(tool.asked_at),
            path: row.get(0)?,
            added: LineHash::unpack(row.get_ref(2)?.as_blob()?),
        })
    };
    has_happened.then(edit).transpose()
}

fn sighting_of(tool: &ToolFact, row: &Row<'_>) -> rusqlite::Result<Option<SightingFact>> {
    let (prefix, is_operation) = (row.get(0)?, row.get(1)?);
    let (session, asked_at, answered_at) = (tool.place.session, tool.asked_at, tool.answered_at);
    let sighting = SightingFact { session, prefix, is_operation, asked_at, answered_at };
    Ok((is_operation || tool.makes_commits).then_some(sighting))
}

/// Packs the evidence of sessions: of all that have some, or of those named, which may have lost theirs.
pub(super) fn write(sql: &Connection, facts: &Facts, sessions: Option<&HashSet<i64>>) -> rusqlite::Result<()> {
    let is_wanted = |session: i64| sessions.is_none_or(|wanted| wanted.contains(&session));
    let mut packed: FxHashMap<i64, (Vec<u8>, Vec<u8>)> = FxHashMap::default();
    for edit in facts.edits.iter().filter(|edit| is_wanted(edit.session)) {
        pack_edit(edit, &mut packed.entry(edit.session).or_default().0);
    }
    for sighting in facts.sightings.iter().filter(|sighting| is_wanted(sighting.session)) {
        pack_sighting(sighting, &mut packed.entry(sighting.session).or_default().1);
    }
    let mut delete = sql.prepare_cached("DELETE FROM evidence WHERE session = ?1")?;
    for session in sessions.into_iter().flatten() {
        delete.execute([session])?;
    }
    let mut packed: Vec<_> = packed.into_iter().collect();
    packed.sort_unstable_by_key(|(session, _)| *session);
    let mut insert = sql.prepare_cached("INSERT INTO evidence (session, edits, sightings) VALUES (?1, ?2, ?3)")?;
    packed
        .iter()
        .try_for_each(|(session, (edits, sightings))| insert.execute(params![session, edits, sightings]).map(drop))
}

/// Stands for "not known" in a packed number.
const UNKNOWN: i64 = i64::MIN;

fn put(bytes: &mut Vec<u8>, number: i64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn pack_edit(edit: &EditFact, bytes: &mut Vec<u8>) {
    let head = [edit.tool_call, edit.call.unwrap_or(UNKNOWN), edit.at.unwrap_or(UNKNOWN), edit.path];
    head.into_iter().for_each(|number| put(bytes, number));
    put(bytes, edit.added.len() as i64);
    edit.added.iter().for_each(|hash| put(bytes, hash.0));
}

fn pack_sighting(sighting: &SightingFact, bytes: &mut Vec<u8>) {
    let times = [sighting.asked_at, sighting.answered_at].map(|at| at.unwrap_or(UNKNOWN));
    times.into_iter().for_each(|number| put(bytes, number));
    put(bytes, i64::from(sighting.is_operation));
    put(bytes, sighting.prefix.len() as i64);
    bytes.extend_from_slice(sighting.prefix.as_bytes());
}

/// Takes numbers off the front of packed bytes.
struct Packed<'b>(&'b [u8]);

impl<'b> Packed<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (front, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(front)
    }

    fn number(&mut self) -> Option<i64> {
        self.take(8)?.try_into().ok().map(i64::from_le_bytes)
    }

    fn maybe(&mut self) -> Option<Option<i64>> {
        self.number().map(|number| (number != UNKNOWN).then_some(number))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }
}

/// A torn last entry is ignored.
fn unpack_edits(session: i64, bytes: &[u8], edits: &mut Vec<EditFact>) {
    let mut packed = Packed(bytes);
    let mut next = || {
        let (tool_call, call) = (packed.number()?, packed.maybe()?);
        let (at, path, length) = (packed.maybe()?, packed.number()?, packed.length()?);
        let added = LineHash::unpack(packed.take(length.checked_mul(8)?)?);
        Some(EditFact { tool_call, session, call, at, path, added })
    };
    edits.extend(std::iter::from_fn(&mut next));
}

fn unpack_sightings(session: i64, bytes: &[u8], sightings: &mut Vec<SightingFact>) {
    let mut packed = Packed(bytes);
    let mut next = || {
        let (asked_at, answered_at) = (packed.maybe()?, packed.maybe()?);
        let (is_operation, length) = (packed.number()? != 0, packed.length()?);
        let prefix = std::str::from_utf8(packed.take(length)?).ok()?.to_owned();
        Some(SightingFact { session, prefix, is_operation, asked_at, answered_at })
    };
    sightings.extend(std::iter::from_fn(&mut next));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn edit()(tool_call in 0i64..9, call in prop::option::of(0i64..9), at in prop::option::of(-5i64..9),
                  path in 0i64..9, added in prop::collection::vec((0i64..=i64::MAX).prop_map(LineHash), 0..4)) -> EditFact {
            EditFact { tool_call, session: 7, call, at, path, added }
        }
    }

    prop_compose! {
        fn sighting()(prefix in "[0-9a-f]{0,40}", is_operation in any::<bool>(), asked_at in prop::option::of(0i64..9),
                      answered_at in prop::option::of(0i64..9)) -> SightingFact {
            SightingFact { session: 7, prefix, is_operation, asked_at, answered_at }
        }
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(edits in prop::collection::vec(edit(), 0..5), sightings in prop::collection::vec(sighting(), 0..5)) {
            let (mut bytes, mut found) = (Vec::new(), Vec::new());
            edits.iter().for_each(|edit| pack_edit(edit, &mut bytes));
            unpack_edits(7, &bytes, &mut found);
            prop_assert_eq!(format!("{found:?}"), format!("{edits:?}"));
            let (mut bytes, mut found) = (Vec::new(), Vec::new());
            sightings.iter().for_each(|sighting| pack_sighting(sighting, &mut bytes));
            unpack_sightings(7, &bytes, &mut found);
            prop_assert_eq!(format!("{found:?}"), format!("{sightings:?}"));
        }

        #[test]
        fn any_bytes_are_unpacked_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            unpack_edits(7, &bytes, &mut Vec::new());
            unpack_sightings(7, &bytes, &mut Vec::new());
        }
    }
}
