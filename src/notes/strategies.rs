//! Generated notes for the laws: few names, so that records meet.

use proptest::prelude::*;

use super::counters::{Counter, Counters};
use super::ids::{SessionMark, SliceId};
use super::note::Note;
use super::record::Record;
use super::usage::{Span, Usage};

fn session() -> impl Strategy<Value = SessionMark> {
    (0u8..3).prop_map(|n| SessionMark::parse(&format!("s_{n:014x}")).unwrap())
}

fn counters() -> impl Strategy<Value = Counters> {
    prop::array::uniform9(0u64..5).prop_map(|values| {
        let mut counters = Counters::default();
        Counter::ALL.into_iter().zip(values).for_each(|(counter, value)| counters.set(counter, value));
        counters
    })
}

fn usage() -> impl Strategy<Value = Record> {
    let name = (0u8..3, session(), "[a-b]", "[m%é ]{0,2}", 0u64..3);
    let more = (prop::option::of("2026-0[1-3]-01"), prop::option::of("api|plan"), prop::option::of((0i64..9, 0i64..9)));
    (name, counters(), more).prop_map(
        |((slice, session, agent, model, generation), counters, (prices, billing, span))| {
            Record::Usage(Usage {
                slice: SliceId::parse(&format!("{slice:016x}")).unwrap(),
                session,
                agent,
                model,
                generation,
                counters,
                prices,
                billing,
                span: span.map(|(first, length)| Span { first, last: first + length }),
                extra: Vec::new(),
            })
        },
    )
}

fn line() -> impl Strategy<Value = String> {
    let hex = "[0-9a-f]{12}";
    prop_oneof![
        3 => (session(), "produced|declared|landed", "( lines)?( trailer)?").prop_map(|(s, g, e)| format!("s1 {s} a {g}{e}")),
        2 => (session(), hex, "[ab%é]{1,3}").prop_map(|(s, b, p)| format!("l1 {s} {b} 1-3,7 {}", p.replace('%', "%25"))),
        2 => (session(), 0u8..9, "[ab]").prop_map(|(s, n, p)| format!("n1 {s} {n} {p}")),
        1 => hex.prop_map(|id| format!("f1 amend {id}")),
        1 => session().prop_map(|s| format!("x1 {s}")),
        1 => "z[1-9] [a-z ]{0,9}".prop_map(|text| text),
        1 => "[A-Z ]{1,9}".prop_map(|text| text),
    ]
}

/// A note of a few records, some of them redactions, unknown or damaged.
pub(super) fn note() -> impl Strategy<Value = Note> {
    (prop::collection::vec(usage(), 0..5), prop::collection::vec(line(), 0..4)).prop_map(|(usage, lines)| {
        let mut note = Note::parse(lines.join("\n").as_bytes());
        note.records.extend(usage);
        note
    })
}
