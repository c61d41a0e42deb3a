//! scratch
fn main() {
    let mut n = std::collections::BTreeMap::<String, u64>::new();
    let mut best = std::collections::HashMap::<String, (agent_trace::model::Usage, bool)>::new();
    let mut fin = std::collections::HashMap::<String, agent_trace::model::Usage>::new();
    for path in std::env::args().skip(1) {
        let file = std::fs::File::open(&path).unwrap();
        agent_trace::transcript::read(file, None, Default::default(), None, &mut |item| {
            use agent_trace::transcript::*;
            match item {
                Item::Problem(p) => {
                    *n.entry(format!("problem {:?}", p.kind)).or_default() += 1;
                    println!("{path} {p:?}");
                }
                Item::Event(e) => {
                    let key = match &e.fact {
                        Fact::Response { call, .. } => {
                            if let Some(c) = call {
                                if let Some(u) = c.usage {
                                    let b = best.entry(c.id.to_string()).or_default();
                                    if u.output >= b.0.output {
                                        b.0 = u;
                                    }
                                    b.1 |= c.is_complete;
                                }
                            }
                            "response".into()
                        }
                        Fact::UserLine { class, results } => {
                            for r in results {
                                if let Some(a) = &r.agent_run {
                                    if let Some(f) = &a.final_reply {
                                        fin.insert(f.id.to_string(), f.usage.unwrap());
                                    }
                                }
                                for s in &r.sightings {
                                    *n.entry("sighting".into()).or_default() += 1;
                                    let _ = s;
                                }
                                for x in &r.edits {
                                    *n.entry(format!("edit {:?}", x.source)).or_default() += 1;
                                }
                            }
                            format!("user {class:?}")
                        }
                        Fact::Queue(q) => format!("queue {q:?}"),
                        Fact::Unknown { kind } => format!("unknown {kind}"),
                        f => format!("{f:?}").split([' ', '(']).next().unwrap().to_string(),
                    };
                    *n.entry(key).or_default() += 1;
                }
            }
        })
        .unwrap();
    }
    println!("{n:#?}");
    println!(
        "{} {:?} complete {}",
        best.len(),
        best.values().fold([0u64; 5], |a, (u, _)| [
            a[0] + u.input,
            a[1] + u.output,
            a[2] + u.cache_write_5m + u.cache_write_1h,
            a[3] + u.cache_write_1h,
            a[4] + u.cache_read
        ]),
        best.values().filter(|b| b.1).count()
    );
    println!(
        "{} {:?}",
        fin.len(),
        fin.values().fold([0u64; 4], |a, u| [
            a[0] + u.input,
            a[1] + u.output,
            a[2] + u.cache_write_5m + u.cache_write_1h,
            a[3] + u.cache_read
        ])
    );
}
