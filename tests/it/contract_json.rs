//! The JSON of every report, declared a second time.
//!
//! A field that is renamed, dropped or added shows up here. Adding one is allowed: declare it, mention it in the
//! changelog. Renaming or dropping one, or a new meaning, needs the next number in `schema`.

use agent_trace::model::{NanoUsd, Timestamp};
use agent_trace::render::{Format, Options, Theme, render};
use agent_trace::report as r;
use serde::Deserialize;

/// What a script relies on.
mod contract {
    use serde::Deserialize;

    /// `null` must be written out: a missing field is an error.
    fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
        Option::deserialize(from)
    }

    macro_rules! shape {
        ($name:ident { $($field:ident: $type:ty),* $(,)? } optional { $($maybe:ident: $maybe_type:ty),* $(,)? }) => {
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            #[expect(dead_code, reason = "the shape is the test")]
            pub(super) struct $name {
                $(pub(super) $field: $type,)*
                $(#[serde(deserialize_with = "present")] pub(super) $maybe: Option<$maybe_type>,)*
            }
        };
    }

    shape!(Tokens { input: u64, output: u64, cache_read: u64, cache_write_5m: u64, cache_write_1h: u64 } optional {});
    shape!(Scope { timezone: String } optional {
        since: String, until: String, branch: String, session: String, model: String,
    });
    shape!(NotListed { rows: u64, cost_nano_usd: i64 } optional {});
    shape!(Leftover { kind: LeftoverKind, cost_nano_usd: i64 } optional {});
    shape!(Auxiliary { kind: AuxiliaryKind, tokens: Tokens } optional {
        calls: u64, cost_nano_usd: i64, cost_missing: Missing,
    });
    shape!(Incomplete { calls: u64, of_calls: u64 } optional {});
    shape!(Unpriced { reason: String, calls: u64, tokens: Tokens } optional { model: String });
    shape!(Prices { version: String, date: String, sources: Vec<String> } optional {});
    shape!(Coverage { kind: CoverageKind, count: u64 } optional { of: u64, detail: String });
    shape!(Parts { direct_nano_usd: i64, same_turn_nano_usd: i64, exploration_nano_usd: i64 } optional {});
    shape!(BucketCost { bucket: Bucket, cost_nano_usd: i64 } optional {});

    shape!(Cost {
        schema: String, by: CostBy, scope: Scope, rows: Vec<CostRow>, not_listed: NotListed, absent: Vec<Absent>,
        unattributed: Vec<Leftover>, total_nano_usd: i64, auxiliary: Vec<Auxiliary>, incomplete: Incomplete,
        unpriced: Vec<Unpriced>, prices: Prices, coverage: Vec<Coverage>, payment: Payment,
    } optional {});
    shape!(Blame {
        schema: String, timezone: String, file: String, lines: Vec<BlameLine>, totals: BlameTotals,
        prompts: Vec<BlamePrompt>, declared: Vec<DeclaredSource>, prices: Prices,
    } optional { revision: String });
    shape!(BlamePrompt { session: String, turn: u64 } optional { prompt: String, prompt_missing: Missing });
    shape!(BlameLine {
        line: u32, class: String, grade: String, reason: String, path: String, original_line: u32, author: String,
        at: String, text: String,
    } optional {
        commit: String, session: String, session_short: String, agent: String, turn: u64, call: String,
        tool_call: String, model: String, source: String, cost_nano_usd: i64, cost_missing: Missing,
    });
    shape!(DeclaredSource { source: String, lines: u64, named: u64, agreed: u64, contradicted: u64 } optional {});
    shape!(BlameTotals { agent: u64, human: u64, unknown: u64, cost_nano_usd: i64 } optional {});
    shape!(Stats {
        schema: String, by: StatsBy, of: StatsOf, revisions: Vec<String>, paths: Vec<String>, commits: u64, files: u64,
        rows: Vec<StatsRow>, not_listed: StatsRest, totals: LineCounts, reasons: Vec<ReasonLines>,
        excluded: Vec<ExcludedLines>, all_lines: u64, uncounted_files: u64,
    } optional {});
    shape!(StatsRow { label: String, lines: u64, agent: u64, human: u64, unknown: u64 } optional { key: String });
    shape!(StatsRest { rows: u64, agent: u64, human: u64, unknown: u64 } optional {});
    shape!(LineCounts { agent: u64, human: u64, unknown: u64 } optional {});
    shape!(ReasonLines { class: String, grade: String, reason: String, lines: u64 } optional {});
    shape!(ExcludedLines { reason: Exclusion, lines: u64, files: u64, commits: u64 } optional {});
    shape!(Why {
        schema: String, timezone: String, file: String, line: BlameLine, because: String, before: Vec<WhyTool>,
        landed: Vec<WhyLanded>, pull_requests: Vec<WhyPullRequest>, prices: Prices,
    } optional { revision: String, commit: WhyCommit, turn: WhyTurn, call: WhyCall, tool_call: WhyTool });
    shape!(WhyCommit { commit: String, short: String, links: Vec<WhyLink> } optional { subject: String });
    shape!(WhyLink { session: String, short: String, grade: Grade, evidence: Vec<Evidence> } optional {});
    shape!(WhyTurn { turn: String, number: u64, kind: String, calls: u64, incomplete_calls: u64 } optional {
        started: String, ended: String, cost_nano_usd: i64, cost_missing: Missing, prompt: String,
        prompt_missing: Missing,
    });
    shape!(WhyCall { call: String, is_complete: bool, landed_nano_usd: i64, shares: Vec<WhyShare> } optional {
        at: String, model: String, subagent: String, cost_nano_usd: i64, cost_missing: Missing,
    });
    shape!(WhyShare { commit: String, share_nano_usd: i64 } optional {});
    shape!(WhyTool { tool_call: String, files: Vec<String> } optional {
        tool: String, at: String, subagent: String, is_error: bool,
    });
    shape!(WhyLanded { commit: String, path: String, tool_call: String, lines: u64 } optional {});
    shape!(WhyPullRequest { number: u64, source: String } optional { repository: String });
    shape!(CostRow {
        key: CostKey,
    } optional {
        unpriced_calls: u64, calls: u64, incomplete_calls: u64, sessions: u64, tokens: Tokens, web_searches: u64,
        cost_nano_usd: i64, cost_missing: Missing, parts: Parts, carry_nano_usd: i64, lines: LineShare, note: String,
    });
    shape!(CostKey { label: String } optional { id: String, subject: String, at: String });
    shape!(LineShare { landed: u64, added: u64 } optional {});
    shape!(Absent { field: String, reason: String } optional {});

    shape!(Log {
        schema: String, scope: Scope, rows: Vec<Commit>, not_listed: NotListed, unattributed: Vec<Leftover>,
        total_nano_usd: i64, auxiliary: Vec<Auxiliary>, incomplete: Incomplete, unpriced: Vec<Unpriced>,
        prices: Prices, coverage: Vec<Coverage>, payment: Payment,
    } optional {});
    shape!(Commit {
        commit: String, short: String, author: String, at: String, subject: String, sessions: Vec<String>,
        evidence: Vec<String>,
    } optional {
        cost_nano_usd: i64, cost_missing: Missing, parts: Parts, agent_lines: u64, added_lines: u64,
        lines_missing: Missing, grade: Grade, added_by: LineCounts, added_by_missing: Missing, pull: u64,
    });

    shape!(Sessions {
        schema: String, scope: Scope, rows: Vec<Session>, not_listed: NotListed, unattributed: Vec<Leftover>,
        total_nano_usd: i64, auxiliary: Vec<Auxiliary>, incomplete: Incomplete, unpriced: Vec<Unpriced>,
        prices: Prices, coverage: Vec<Coverage>, payment: Payment,
    } optional {});
    shape!(Session {
        session: String, short: String, agent: String, turns: u64, calls: u64, incomplete_calls: u64,
        unpriced_calls: u64, tokens: Tokens, landed_commits: u64, landed_lines: u64,
    } optional {
        started: String, ended: String, branch: String, active_ms: u64, wait_ms: u64, tool_ms: u64,
        time_missing: Missing, cost_nano_usd: i64, cost_missing: Missing,
    });

    shape!(ShowCommit {
        schema: String, timezone: String, commit: Commit, files: Vec<FileLines>, sessions: Vec<CommitSession>,
        declared: Vec<DeclaredParty>,
        incomplete: Incomplete, prices: Prices, coverage: Vec<Coverage>, payment: Payment,
    } optional {});
    shape!(DeclaredParty { source: String, is_person: bool } optional {
        agent: String, session: String, id: String, lines: u64,
    });
    shape!(FileLines { path: String } optional {
        added: u64, deleted: u64, agent_lines: u64, lines_missing: Missing, added_by: LineCounts,
    });
    shape!(CommitSession {
        session: String, short: String, agent: String, grade: Grade, evidence: Vec<Evidence>, landed_lines: u64,
        cost_nano_usd: i64, calls: Vec<CallShare>,
    } optional { started: String });
    shape!(Evidence { kind: String, grade: Grade } optional { detail: String, at: String });
    shape!(CallShare { call: String, bucket: Bucket, landed_lines: u64, share_nano_usd: i64, cost_nano_usd: i64 } optional {
        at: String, turn: u64, model: String, subagent: String,
    });

    shape!(ShowSession {
        schema: String, timezone: String, session: Session, models: Vec<String>, buckets: Vec<BucketCost>,
        commits: Vec<LandedCommit>, tree: Vec<Node>, unattributed: Vec<Leftover>, total_nano_usd: i64,
        auxiliary: Vec<Auxiliary>, incomplete: Incomplete, unpriced: Vec<Unpriced>, prices: Prices,
        coverage: Vec<Coverage>, payment: Payment,
    } optional { agent_version: String });
    shape!(LandedCommit {
        commit: String, short: String, subject: String, grade: Grade, landed_lines: u64, cost_nano_usd: i64,
    } optional {});
    shape!(Node { kind: NodeKind, label: String, children: Vec<Node> } optional {
        id: String, at: String, duration_ms: u64, wait_ms: u64, status: String, tokens: Tokens, own_nano_usd: i64,
        cost_nano_usd: i64, cost_missing: Missing, went_to: String,
    });

    shape!(ShowTurn {
        schema: String, timezone: String, turn: String, session: String, number: u64, agent: String, kind: String,
        end: String, buckets: Vec<BucketCost>, commits: Vec<LandedCommit>, tree: Vec<Node>,
        unattributed: Vec<Leftover>, total_nano_usd: i64, auxiliary: Vec<Auxiliary>, incomplete: Incomplete,
        unpriced: Vec<Unpriced>, prices: Prices, coverage: Vec<Coverage>, payment: Payment,
    } optional {
        started: String, ended: String, wall_ms: u64, active_ms: u64, wait_ms: u64, tool_ms: u64,
        time_missing: Missing, prompt: String, prompt_missing: Missing,
    });

    shape!(Overview {
        schema: String, repository: String, scope: Scope, sessions: u64, turns: u64, calls: u64, commits: u64,
        commits_with_session: u64, attributed_nano_usd: i64, models: Vec<ModelCost>, days: Vec<DayCost>,
        recent_commits: Vec<Commit>, top_sessions: Vec<Session>, hints: Vec<Hint>, unattributed: Vec<Leftover>,
        total_nano_usd: i64, auxiliary: Vec<Auxiliary>, incomplete: Incomplete, unpriced: Vec<Unpriced>,
        prices: Prices, coverage: Vec<Coverage>, payment: Payment,
    } optional { first: String, last: String, active_ms: u64, wait_ms: u64, time_missing: Missing });
    shape!(ModelCost { calls: u64 } optional { model: String, cost_nano_usd: i64, cost_missing: Missing });
    shape!(DayCost { day: String, cost_nano_usd: i64 } optional {});
    shape!(Hint { command: String, purpose: String } optional {});

    shape!(Problems {
        schema: String, rows: Vec<Problem>, not_listed: u64, kinds: Vec<KindCount>, unknown_rows: Vec<KindCount>,
    } optional {});
    shape!(Problem { file: String, offset: u64, kind: String, detail: String } optional {});
    shape!(KindCount { kind: String, count: u64 } optional {});

    shape!(PricesList { schema: String, prices: Prices, rows: Vec<PriceEntry> } optional {});
    shape!(PriceEntry { model: String, source: String } optional {
        provider: String, valid_from: String, valid_to: String, input_pico_usd: u64, output_pico_usd: u64,
        cache_read_pico_usd: u64, cache_write_5m_pico_usd: u64, cache_write_1h_pico_usd: u64, tier_threshold: u64,
        web_search_pico_usd: u64, note: String,
    });
    shape!(PricesExplain {
        schema: String, prices: Prices, model: String, at: String, factors: Vec<String>, lines: Vec<PriceLine>,
    } optional {
        resolved: String, reason: String, source: String, note: String, above_tier: bool, total_nano_usd: i64,
    });
    shape!(PriceLine { class: String, units: u64, unit_pico_usd: u64, amount_nano_usd: i64 } optional {});
    shape!(PricesCheck { schema: String, prices: Prices, rows_checked: u64, findings: Vec<Finding> } optional {});
    shape!(Finding { severity: Severity, file: String, line: u64, model: String, message: String } optional {});

    shape!(Query { schema: String, columns: Vec<String>, rows: Vec<Vec<Value>>, not_listed: u64 } optional {});

    shape!(Ingest {
        schema: String, files: Files, bytes: u64, rows: u64, problems: Vec<KindCount>, unknown_rows: Vec<KindCount>,
        commits: Commits, sessions: u64, turns: u64, calls: u64, elapsed_ms: u64, database: String,
    } optional { notes: u64 });
    shape!(Files { read: u64, unchanged: u64, foreign: u64, skipped: u64 } optional {});
    shape!(Commits { new: u64, scanned: u64, without_content: u64, total: u64 } optional {});

    shape!(NotesShow {
        schema: String, commit: String, claims: Vec<NoteClaim>, usage: Vec<NoteUsage>, files: Vec<NoteFile>,
        lineage: Vec<NoteLineage>, redacted: Vec<String>, unknown_lines: u64, bad_lines: u64,
    } optional { total_nano_usd: i64, total_missing: Missing });
    shape!(NoteClaim { session: String, agent: String, grade: Grade, evidence: Vec<String> } optional {});
    shape!(NoteUsage {
        slice: String, session: String, agent: String, generation: u64, tokens: Tokens, requests: u64,
        unpriced_requests: u64, web_searches: u64,
    } optional {
        model: String, cost_nano_usd: i64, cost_missing: Missing, prices: String, billing: String, first: String,
        last: String,
    });
    shape!(NoteFile { session: String, path: String, lines: u64 } optional { blob: String });
    shape!(NoteLineage { kind: String, commits: Vec<String> } optional {});
    shape!(Pull {
        schema: String, base: String, head: String, total: PullUsage, lines: PullLines, coverage: PullCoverage,
        models: Vec<PullModel>, commits: Vec<PullCommit>, sessions: Vec<PullSession>, prices: Vec<String>,
        billing: Vec<String>,
    } optional { merge_base: String, since: PullSince, median: PullMedian, budget: PullBudget });
    shape!(PullUsage { requests: u64, unpriced_requests: u64, tokens: Tokens } optional {
        cost_nano_usd: i64, cost_missing: Missing,
    });
    shape!(PullLines {} optional { added: u64, agent: u64, missing: Missing });
    shape!(PullCoverage {
        commits: u64, traced: u64, untraced: Vec<String>, is_complete: bool, missing_notes: Vec<String>,
        bad_lines: u64, redacted: Vec<String>,
    } optional {});
    shape!(PullSince { head: String } optional { cost_nano_usd: i64, missing: Missing, tokens: i64 });
    shape!(PullMedian { landings: u64, cost_nano_usd: i64 } optional {});
    shape!(PullBudget { limit_nano_usd: i64, verdict: String } optional {});
    shape!(PullModel { requests: u64, unpriced_requests: u64, tokens: Tokens } optional {
        model: String, cost_nano_usd: i64, cost_missing: Missing,
    });
    shape!(PullCommit {
        commit: String, subject: String, is_merge: bool, is_traced: bool, sessions: u64, lines: PullLines,
        requests: u64, unpriced_requests: u64, tokens: Tokens,
    } optional { cost_nano_usd: i64, cost_missing: Missing });
    shape!(PullSession {
        session: String, agent: String, commits: u64, requests: u64, unpriced_requests: u64, tokens: Tokens,
    } optional { lines: u64, first: String, last: String, cost_nano_usd: i64, cost_missing: Missing });
    shape!(NotesSync { schema: String, action: String, with: String, result: NotesResult } optional {
        notes_changed: u64, tries: u64, tip: String,
    });
    shape!(NotesVerify {
        schema: String, is_on: bool, notes: u64, records: u64, unknown_records: u64, notes_unreachable: u64,
        notes_of_unknown_commits: u64, sessions: u64, tokens: Tokens, total_nano_usd: i64, reachable_nano_usd: i64,
        unpriced_requests: u64, findings: Vec<NoteFinding>,
    } optional { tip: String });
    shape!(NoteFinding { commit: String, kind: NoteFindingKind, count: u64 } optional {});
    shape!(Import {
        schema: String, files: u64, records: u64, new: u64, changed: u64, unchanged: u64, of_unknown_commits: u64,
        lines: u64, problems: Vec<ImportProblem>,
    } optional {});
    shape!(ImportProblem { file: String, kind: String, count: u64, first_line: u64 } optional {});
    shape!(Export {
        schema: String, reference: String, written: u64, existing: u64, without_lines: u64, lines: u64, left_out: u64,
    } optional {});
    shape!(NotesPrune {
        schema: String, is_dry_run: bool, pruned: Vec<String>, kept_needed: u64, kept_unknown: u64,
    } optional {});
    shape!(Sync {
        schema: String, forge: ForgeKind, repository: String, fetched: u64, again: u64, known: u64, is_resumed: bool,
        requests: u64, unchanged: u64, points: u64, timezone: String,
    } optional { watermark: String, since: String, stopped: String, resume_at: String });
    shape!(Settle {
        schema: String, is_dry_run: bool, looked_at: u64, candidates: u64, landings: Vec<SettleLanding>,
        open: Vec<SettleOpen>, notes_changed: u64,
    } optional {
        after: String, before: String, total_nano_usd: i64, total_missing: Missing, push: SettlePush,
    });
    shape!(SettleLanding {
        commit: String, subject: String, kind: LandingKind, evidence: LandingEvidence, from: Vec<String>, with_note: u64,
        is_new: bool, files: u64, files_lost: u64,
    } optional { pull: u64, cost_nano_usd: i64, cost_missing: Missing });
    shape!(SettleOpen { commit: String, subject: String, pull: u64, reason: OpenReason } optional {});
    shape!(SettlePush { remote: String, result: NotesResult } optional { tries: u64 });
    shape!(Prs {
        schema: String, by: PrsBy, scope: PrsScope, source: PrsSource, rows: Vec<PrRow>, groups: Vec<PrGroup>,
        not_listed: NotListed, outcome: PullOutcome, out_of_scope_nano_usd: i64, no_pull_nano_usd: i64,
        definitions: Vec<Definition>, unattributed: Vec<Leftover>, total_nano_usd: i64, auxiliary: Vec<Auxiliary>,
        incomplete: Incomplete, unpriced: Vec<Unpriced>, prices: Prices, coverage: Vec<Coverage>, payment: Payment,
    } optional {});
    shape!(PrsScope { states: Vec<PullState>, timezone: String } optional { since: String, until: String });
    shape!(PrsSource { is_partial: bool, of_forge: u64, of_git: u64 } optional {
        repository: String, synced_at: String, since: String,
    });
    shape!(PrRow { number: u64, source: PullSource, commits: u64, sessions: u64 } optional {
        title: String, state: PullState, state_missing: Missing, method: MergeMethod, method_missing: Missing,
        author: String, author_missing: Missing, task: String, created: String, ended: String, first_review_ms: u64,
        merge_ms: u64, rounds: u64, commits_after_review: u64, force_pushes: u64, checks: PullChecks,
        forge_missing: Missing, reverted_by: u64, agent: String, model: String, lines: LineShare,
        cost_nano_usd: i64, cost_missing: Missing,
    });
    shape!(PrGroup {
        label: String, pulls: u64, open: u64, draft: u64, merged: u64, landed: u64, closed: u64, unknown: u64,
        reverted: u64, accepted_with_cost: u64, acceptance: PullRate, as_is: PullRate, first_review: PullTime,
        merge: PullTime,
    } optional {
        key: String, cost_nano_usd: i64, per_accepted_nano_usd: i64, wasted_nano_usd: i64, wasted_missing: Missing,
    });
    shape!(PullOutcome {
        pulls: u64, open: u64, draft: u64, merged: u64, landed: u64, closed: u64, unknown: u64, reverted: u64,
        accepted_with_cost: u64, acceptance: PullRate, as_is: PullRate, first_review: PullTime, merge: PullTime,
    } optional {
        cost_nano_usd: i64, per_accepted_nano_usd: i64, wasted_nano_usd: i64, wasted_missing: Missing,
    });
    shape!(PullRate { count: u64, of: u64 } optional { rate: f64, low: f64, high: f64, missing: Missing });
    shape!(PullTime { of: u64 } optional { median_ms: u64, p90_ms: u64 });
    shape!(Definition { name: String, text: String } optional {});
    shape!(PullComment { schema: String, action: CommentAction, retired: u64 } optional {
        pull: u64, url: String, problem: String, body: String,
    });
    shape!(NotesSwitch { schema: String, is_on: bool, has_changed: bool } optional {
        remote: String, refspec: String,
    });
    shape!(Backfill { schema: String, is_dry_run: bool, commits: u64, lines: BackfillLines } optional { notes: u64 });
    shape!(BackfillLines { exact: u64, matched: u64, inferred: u64, unknown: u64 } optional {});
    shape!(Install {
        schema: String, dry_run: bool, steps: Vec<Step>, manual: Vec<Manual>, warnings: Vec<String>,
    } optional { form: HookForm, hooks_dir: String, program: String });
    shape!(Ci { schema: String, dry_run: bool, steps: Vec<Step>, kept: Vec<String>, next: Vec<String> } optional {
        forge: ForgeKind, forks: ForkWay, reference: String,
    });
    shape!(Step { step: StepKind, path: String } optional { to: String });
    shape!(Manual { hook: String, path: String, line: String } optional {});

    shape!(Status {
        schema: String, switched_off: bool, hooks_dir: String, hooks: Vec<Hook>, settings: Vec<Settings>,
        programs: Vec<Program>, gits: Vec<Git>, spool: Spool,
    } optional { form: HookForm, hooks_path: String, notes: String });
    shape!(Hook { hook: String, state: HookStanding } optional { runs_first: String });
    shape!(Settings { scope: SettingsScope, path: String, state: SettingsStanding, of_events: u64 } optional {
        events: u64,
    });
    shape!(Program { name: String, path: String } optional { version: String });
    shape!(Git { path: String, reads_config_hooks: bool } optional { version: String });
    shape!(Spool { files: u64, bytes: u64 } optional { last_event: String, last_at: String });

    shape!(Doctor { schema: String, healthy: bool, findings: Vec<Checked> } optional {});
    shape!(Checked { severity: CheckSeverity, check: String, message: String } optional { remedy: String });

    macro_rules! words {
        ($name:ident { $($word:ident),* $(,)? }) => {
            #[derive(Debug, PartialEq, Eq, Deserialize)]
            #[serde(rename_all = "snake_case")]
            pub(super) enum $name { $($word),* }
        };
    }

    words!(Missing {
        Unpriced,
        NotRecorded,
        NotApplicable,
        NoContent,
        NotScanned,
        NoSession,
        TranscriptGone,
        NotRead,
        NotAsked,
        NotSynced,
        Ambiguous,
    });
    words!(LeftoverKind { Pending, Discarded, Tail, NoCommit, Overhead, Auxiliary });
    words!(CommentAction { Created, Updated, Unchanged, Outdated, AlreadyThere, Off, Forbidden, DryRun });
    words!(Bucket { Direct, SameTurn, Exploration, Pending, Discarded, Tail, NoCommit, Overhead, Auxiliary });
    words!(AuxiliaryKind { SessionTotals, Telemetry, SubagentFinalReplies });
    words!(Grade { Produced, Declared, Landed });
    words!(NodeKind { Turn, Call, Tool, Subagent, Wait, Overhead, Event });
    words!(Severity { Warning, Error });
    words!(NotesResult { NoNotes, UpToDate, Pushed, FastForward, Merged });
    words!(LandingKind { Squash, Rebase, Import });
    words!(LandingEvidence { Patch, Tree, Lines, Author, Number });
    words!(OpenReason { HeadMissing, HistoryCut, NoContent, DifferentContent });
    words!(NoteFindingKind { BadLines, TooLarge, Unreadable, UnknownCommit });
    words!(HookForm { Files, Config, GlobalConfig, Manual });
    words!(ForkWay { WorkflowRun, Target, None });
    words!(StepKind { Create, Change, Rename, Remove, RemoveFolder });
    words!(HookStanding { Installed, Outdated, Changed, ByHand, Chained, TakenOver, Foreign, Absent });
    words!(SettingsScope { Project, Local, User, None });
    words!(SettingsStanding { Installed, Partial, Absent, SwitchedOff, Unreadable });
    words!(CheckSeverity { Good, Warning, Error });
    words!(CostBy { Commit, Session, Turn, Model, Day, Week, Month, Branch, Author, Agent, Tool, File, Pr, None });
    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub(super) enum ForgeKind {
        #[serde(rename = "github")]
        GitHub,
        #[serde(rename = "gitlab")]
        GitLab,
        Gitea,
    }
    words!(PrsBy { Pull, Task, Model, Agent, State, Author, Month });
    words!(PullState { Open, Draft, Merged, Landed, Closed });
    words!(PullSource { Forge, Git, Head, Session });
    words!(PullChecks { None, Passed, Failed, Running });
    words!(MergeMethod { Merge, Squash, Rebase, FastForward });
    words!(StatsBy { Class, Model, Session, Agent, Author, Commit, Directory, File });
    words!(StatsOf { Commits, Files });
    words!(Exclusion { IgnoredRevision, Generated, LockFile });
    words!(CoverageKind {
        CommitsWithoutSession,
        CommitsWithoutContent,
        CommitsNotScanned,
        SessionsWithoutSubagentFiles,
        SessionsWithoutTranscript,
        SubagentFinalRepliesOnly,
        Problems,
        UnknownRows,
        CallsWithoutTime,
        CallsWithoutModel,
        StaleTranscripts,
        Other,
    });

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    pub(super) enum Payment {
        #[serde(rename = "API-equivalent")]
        ApiEquivalent,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    pub(super) enum Value {
        Null(()),
        Integer(i64),
        Real(f64),
        Text(String),
    }
}

const HOSTILE: &str = "fix | the `redirect` <b>\u{1b}[2J\u{9b}2J\u{202e} @octocat\n=1+1";

fn at(minute: i64) -> Timestamp {
    Timestamp(1_769_140_453_205 + minute * 60_000)
}

fn tokens() -> r::TokenCounts {
    r::TokenCounts { input: 12, output: 3_456, cache_read: 1_234_567, cache_write_5m: 7_000, cache_write_1h: 800 }
}

fn parts(direct: i64, same_turn: i64, exploration: i64) -> r::Parts {
    r::Parts { direct: NanoUsd(direct), same_turn: NanoUsd(same_turn), exploration: NanoUsd(exploration) }
}

fn scope() -> r::Scope {
    r::Scope {
        since: Some(at(-60_000)),
        branch: Some("main".into()),
        timezone: "Europe/Berlin".into(),
        ..r::Scope::default()
    }
}

fn leftover(kind: r::LeftoverKind, nano: i64) -> r::Leftover {
    r::Leftover { kind, cost: NanoUsd(nano) }
}

fn prices() -> r::PriceTable {
    r::PriceTable {
        version: "3".into(),
        date: "2026-11-01".into(),
        sources: vec!["built in".into(), "mine.csv".into()],
    }
}

fn books(total: i64) -> r::Books {
    r::Books {
        unattributed: vec![
            leftover(r::LeftoverKind::Pending, 12_000_000_000),
            leftover(r::LeftoverKind::NoCommit, 4_000_000_000),
        ],
        total: NanoUsd(total),
        auxiliary: vec![r::Auxiliary {
            kind: r::AuxiliaryKind::SessionTotals,
            calls: None,
            tokens: tokens(),
            cost: None,
            cost_missing: Some(r::Missing::Unpriced),
        }],
        incomplete: r::Incomplete { calls: 2_026, of_calls: 2_095 },
        unpriced: vec![r::UnpricedModel {
            model: Some("model-of-tomorrow".into()),
            reason: "unknown-model".into(),
            calls: 2,
            tokens: tokens(),
        }],
        prices: prices(),
        coverage: vec![r::Coverage {
            kind: r::CoverageKind::CommitsWithoutSession,
            count: 3,
            of: Some(41),
            detail: None,
        }],
        payment: r::Payment::ApiEquivalent,
    }
}

fn commit(subject: &str) -> r::CommitEntry {
    r::CommitEntry {
        pull: Some(12),
        commit: "a1b2c3d4e5".repeat(4),
        short: "a1b2c3d4e5".into(),
        author: "Ada".into(),
        at: at(0),
        subject: subject.into(),
        cost: Some(NanoUsd(4_120_000_000)),
        cost_missing: None,
        parts: Some(parts(410_000_000, 2_660_000_000, 1_050_000_000)),
        sessions: vec!["4de02c81".into(), "5ef13d92".into()],
        agent_lines: Some(61),
        added_lines: Some(74),
        lines_missing: None,
        added_by: Some(r::LineCounts { agent: 61, human: 10, unknown: 3 }),
        added_by_missing: None,
        grade: Some(r::Grade::Produced),
        evidence: vec!["printed id".into(), "61 lines".into()],
    }
}

fn session(cost: i64) -> r::SessionEntry {
    r::SessionEntry {
        session: "4de02c81-0b83-42f1-8cb1-33375d080476".into(),
        short: "4de02c81".into(),
        agent: "claude-code".into(),
        started: Some(at(-30)),
        ended: Some(at(30)),
        branch: Some(HOSTILE.into()),
        turns: 9,
        calls: 120,
        incomplete_calls: 119,
        unpriced_calls: 0,
        active_ms: Some(362_000),
        wait_ms: Some(493_000),
        tool_ms: None,
        time_missing: Some(r::Missing::NotRecorded),
        tokens: tokens(),
        cost: Some(NanoUsd(cost)),
        cost_missing: None,
        landed_commits: 2,
        landed_lines: 61,
    }
}

fn cost(by: r::CostBy) -> r::Report {
    let is_commit = by == r::CostBy::Commit;
    let row = |label: &str, cost: Option<i64>, parts: Option<r::Parts>| r::CostRow {
        key: r::CostKey {
            id: Some(label.repeat(4)),
            label: label.into(),
            subject: is_commit.then(|| HOSTILE.into()),
            at: Some(at(0)),
        },
        cost: cost.map(NanoUsd),
        cost_missing: cost.is_none().then_some(r::Missing::Unpriced),
        unpriced_calls: Some(u64::from(cost.is_none())),
        calls: Some(120),
        incomplete_calls: Some(119),
        sessions: Some(2),
        tokens: Some(tokens()),
        web_searches: Some(1),
        parts: parts.filter(|_| is_commit),
        carry: None,
        lines: is_commit.then_some(r::LineShare { landed: 61, added: 74 }),
        note: None,
    };
    let rows = vec![
        row("a1b2c3d4e5", Some(4_120_000_000), Some(parts(410_000_000, 2_660_000_000, 1_050_000_000))),
        row("0f1e2d3c4b", Some(31_000_000), Some(parts(31_000_000, 0, 0))),
        row("9988776655", None, None),
    ];
    let not_listed = r::NotListed { rows: 12, cost: NanoUsd(1_000_000_000) };
    let total = 5_151_000_000 + if by.leaves_unattributed() { 16_000_000_000 } else { 0 };
    r::Report::Cost(Box::new(r::CostReport {
        by,
        scope: scope(),
        rows,
        not_listed,
        absent: by.absent(),
        books: books(total),
    }))
}

fn tree() -> Vec<r::Node> {
    let call = |nano| r::Node {
        id: Some("msg_01".into()),
        at: Some(at(1)),
        duration_ms: Some(9_400),
        tokens: Some(tokens()),
        own: Some(NanoUsd(nano)),
        went_to: Some("direct a1b2c3d4e5".into()),
        ..r::Node::new(r::NodeKind::Call, "claude-opus-4-5")
    };
    let wait = r::Node { duration_ms: Some(482_000), ..r::Node::new(r::NodeKind::Wait, "waiting") };
    let edit = r::Node { status: Some("ok".into()), children: vec![wait], ..r::Node::new(r::NodeKind::Tool, "Edit") };
    let reviewer = r::Node { children: vec![call(520_000_000)], ..r::Node::new(r::NodeKind::Subagent, HOSTILE) };
    let turn = r::Node {
        children: vec![call(210_000_000), edit, reviewer],
        ..r::Node::new(r::NodeKind::Turn, "turn 1 (prompt)")
    };
    let second =
        r::Node { children: vec![call(16_000_000_000)], ..r::Node::new(r::NodeKind::Turn, "turn 2 (command)") };
    vec![turn.summed(), second.summed()]
}

const TREE_TOTAL: i64 = 16_730_000_000;

fn landed() -> Vec<r::LandedCommit> {
    vec![r::LandedCommit {
        commit: "a1b2c3d4e5".repeat(4),
        short: "a1b2c3d4e5".into(),
        subject: HOSTILE.into(),
        grade: r::Grade::Landed,
        landed_lines: 61,
        cost: NanoUsd(730_000_000),
    }]
}

fn buckets() -> Vec<r::BucketCost> {
    let bucket = |bucket, nano| r::BucketCost { bucket, cost: NanoUsd(nano) };
    vec![
        bucket(r::Bucket::Direct, 730_000_000),
        bucket(r::Bucket::Pending, 12_000_000_000),
        bucket(r::Bucket::NoCommit, 4_000_000_000),
    ]
}

fn show_commit() -> r::Report {
    let share = |bucket, nano| r::CallShare {
        call: "msg_01".into(),
        at: Some(at(1)),
        turn: Some(3),
        model: Some("claude-opus-4-5".into()),
        subagent: None,
        bucket,
        landed_lines: 12,
        share: NanoUsd(nano),
        cost: NanoUsd(nano + 1),
    };
    let calls = vec![
        share(r::Bucket::Direct, 410_000_000),
        share(r::Bucket::SameTurn, 2_660_000_000),
        share(r::Bucket::Exploration, 1_050_000_000),
    ];
    let evidence = r::Evidence { kind: "printed id".into(), grade: r::Grade::Produced, detail: None, at: Some(at(2)) };
    r::Report::ShowCommit(Box::new(r::ShowCommitReport {
        timezone: "UTC".into(),
        commit: commit(HOSTILE),
        files: vec![r::FileLines {
            path: "src/a file.rs".into(),
            added: Some(74),
            deleted: Some(2),
            agent_lines: Some(61),
            lines_missing: None,
            added_by: Some(r::LineCounts { agent: 61, human: 10, unknown: 3 }),
        }],
        sessions: vec![r::CommitSession {
            session: "4de02c81-0b83".into(),
            short: "4de02c81".into(),
            agent: "claude-code".into(),
            started: Some(at(-30)),
            grade: r::Grade::Produced,
            evidence: vec![evidence],
            landed_lines: 61,
            cost: NanoUsd(4_120_000_000),
            calls,
        }],
        declared: vec![r::DeclaredParty {
            source: HOSTILE.into(),
            agent: Some(HOSTILE.into()),
            session: Some(HOSTILE.into()),
            lines: Some(7),
            ..r::DeclaredParty::default()
        }],
        incomplete: r::Incomplete { calls: 3, of_calls: 3 },
        prices: prices(),
        coverage: Vec::new(),
        payment: r::Payment::ApiEquivalent,
    }))
}

fn show_session() -> r::Report {
    r::Report::ShowSession(Box::new(r::ShowSessionReport {
        timezone: "UTC".into(),
        session: session(TREE_TOTAL),
        agent_version: Some("2.1.41".into()),
        models: vec!["claude-opus-4-5".into()],
        buckets: buckets(),
        commits: landed(),
        tree: tree(),
        books: books(TREE_TOTAL),
    }))
}

fn show_turn() -> r::Report {
    r::Report::ShowTurn(Box::new(r::ShowTurnReport {
        timezone: "UTC".into(),
        turn: "4de02c81#1".into(),
        session: "4de02c81".into(),
        number: 1,
        agent: "claude-code".into(),
        kind: "prompt".into(),
        end: "stop".into(),
        started: Some(at(0)),
        ended: Some(at(14)),
        wall_ms: Some(855_000),
        active_ms: Some(362_000),
        wait_ms: Some(493_000),
        tool_ms: Some(100),
        time_missing: None,
        prompt: None,
        prompt_missing: Some(r::Missing::NotAsked),
        buckets: buckets(),
        commits: landed(),
        tree: tree(),
        books: books(TREE_TOTAL),
    }))
}

fn blame() -> r::Report {
    let by_agent = r::BlameLine {
        line: 1,
        class: r::LineClass::Agent,
        grade: r::LineGrade::Matched,
        reason: r::LineReason::Edit,
        commit: agent_trace::model::CommitId::from_bytes(&[7; 20]),
        path: HOSTILE.into(),
        original_line: 3,
        author: HOSTILE.into(),
        address: HOSTILE.into(),
        at: at(0),
        session: Some("4de02c81".into()),
        session_short: Some("4de02c81".into()),
        agent: Some("claude-code".into()),
        turn: Some(1),
        call: Some("msg_1".into()),
        tool_call: Some("toolu_1".into()),
        model: Some(HOSTILE.into()),
        source: Some(HOSTILE.into()),
        cost: Some(NanoUsd(12_000)),
        cost_missing: None,
        text: HOSTILE.into(),
    };
    let unknown = r::BlameLine {
        line: 2,
        class: r::LineClass::Unknown,
        grade: r::LineGrade::None,
        reason: r::LineReason::Uncommitted,
        commit: None,
        session: None,
        session_short: None,
        agent: None,
        turn: None,
        call: None,
        tool_call: None,
        model: None,
        source: None,
        cost: None,
        cost_missing: Some(r::Missing::NotApplicable),
        ..by_agent.clone()
    };
    let lines = vec![by_agent, unknown];
    let columns = r::BlameColumns { cost: true, path: true, ..r::BlameColumns::default() };
    r::Report::Blame(Box::new(r::BlameReport {
        timezone: "UTC".into(),
        file: HOSTILE.into(),
        revision: None,
        totals: r::BlameTotals::of(&lines),
        lines,
        prompts: vec![r::BlamePrompt {
            session: "4de02c81".into(),
            turn: 1,
            prompt: Some(HOSTILE.into()),
            prompt_missing: None,
        }],
        declared: vec![r::DeclaredSource {
            source: HOSTILE.into(),
            lines: 1,
            contradicted: 1,
            ..r::DeclaredSource::default()
        }],
        prices: books(0).prices,
        columns,
    }))
}

fn stats(by: r::StatsBy) -> r::Report {
    let counts = |agent, human, unknown| r::LineCounts { agent, human, unknown };
    let row = |key: Option<&str>, counts: r::LineCounts| r::StatsRow {
        key: key.map(str::to_owned),
        label: key.unwrap_or("(unknown)").to_owned(),
        lines: counts.lines(),
        counts,
    };
    let reason = |class, reason, lines| r::ReasonLines { class, grade: r::LineGrade::Matched, reason, lines };
    r::Report::Stats(Box::new(r::StatsReport {
        by,
        of: r::StatsOf::Commits,
        revisions: vec![HOSTILE.into()],
        paths: vec![HOSTILE.into()],
        commits: 3,
        files: 2,
        rows: vec![row(Some(HOSTILE), counts(9, 2, 0)), row(None, counts(0, 0, 4))],
        not_listed: r::StatsRest { rows: 1, counts: counts(1, 0, 0) },
        totals: counts(10, 2, 4),
        reasons: vec![
            reason(r::LineClass::Agent, r::LineReason::Edit, 10),
            reason(r::LineClass::Unknown, r::LineReason::NoEvidence, 6),
        ],
        excluded: vec![r::ExcludedLines { reason: r::Exclusion::Generated, lines: 5, files: 1, commits: 1 }],
        all_lines: 21,
        uncounted_files: 1,
    }))
}

fn why() -> r::Report {
    let r::Report::Blame(blame) = blame() else { panic!("not a blame report") };
    let tool = r::WhyTool {
        tool_call: "toolu_1".into(),
        tool: Some(HOSTILE.into()),
        at: Some(at(0)),
        subagent: Some(HOSTILE.into()),
        is_error: Some(true),
        files: vec![HOSTILE.into()],
    };
    let evidence = r::Evidence { kind: "printed id".into(), grade: r::Grade::Produced, detail: None, at: None };
    let link = r::WhyLink {
        session: "4de02c81".into(),
        short: "4de02c81".into(),
        grade: r::Grade::Produced,
        evidence: vec![evidence],
    };
    let subject = Some(HOSTILE.into());
    r::Report::Why(Box::new(r::WhyReport {
        timezone: "UTC".into(),
        file: HOSTILE.into(),
        revision: Some("HEAD".into()),
        line: blame.lines[0].clone(),
        because: r::reason_words(blame.lines[0].reason).into(),
        commit: Some(r::WhyCommit { commit: "07".repeat(20), short: "0707070707".into(), subject, links: vec![link] }),
        turn: Some(r::WhyTurn {
            turn: "4de02c81:1".into(),
            number: 1,
            kind: "prompt".into(),
            started: Some(at(0)),
            ended: None,
            calls: 2,
            incomplete_calls: 1,
            cost: Some(NanoUsd(24_000)),
            cost_missing: None,
            prompt: Some(HOSTILE.into()),
            prompt_missing: None,
        }),
        call: Some(r::WhyCall {
            call: "msg_1".into(),
            at: Some(at(0)),
            model: Some(HOSTILE.into()),
            subagent: None,
            is_complete: false,
            cost: Some(NanoUsd(13_000)),
            cost_missing: None,
            landed: NanoUsd(12_000),
            shares: vec![r::WhyShare { commit: "07".repeat(20), share: NanoUsd(12_000) }],
        }),
        tool_call: Some(tool.clone()),
        before: vec![tool],
        landed: vec![r::WhyLanded {
            commit: "07".repeat(20),
            path: HOSTILE.into(),
            tool_call: "toolu_1".into(),
            lines: 2,
        }],
        pull_requests: vec![r::WhyPullRequest {
            number: 12,
            repository: Some(HOSTILE.into()),
            source: "session".into(),
        }],
        prices: prices(),
    }))
}

fn log() -> r::Report {
    let without = r::CommitEntry {
        cost: None,
        cost_missing: Some(r::Missing::NoSession),
        parts: None,
        sessions: Vec::new(),
        grade: None,
        evidence: Vec::new(),
        agent_lines: Some(0),
        ..commit("docs by hand")
    };
    let rows = vec![commit(HOSTILE), without];
    let not_listed = r::NotListed::default();
    r::Report::Log(Box::new(r::LogReport { scope: scope(), rows, not_listed, books: books(20_120_000_000) }))
}

fn sessions() -> r::Report {
    let rows = vec![session(16_730_000_000)];
    let not_listed = r::NotListed::default();
    r::Report::Sessions(Box::new(r::SessionsReport { scope: scope(), rows, not_listed, books: books(16_730_000_000) }))
}

fn sync(is_stopped: bool) -> r::Report {
    r::Report::Sync(Box::new(r::SyncReport {
        forge: r::ForgeKind::Gitea,
        repository: HOSTILE.into(),
        fetched: 120,
        again: 3,
        known: 4_000,
        is_resumed: true,
        requests: 9,
        unchanged: 2,
        points: 27,
        watermark: Some(at(0)),
        since: Some(at(-100)),
        stopped: is_stopped.then(|| HOSTILE.into()),
        resume_at: is_stopped.then(|| at(60)),
        timezone: "UTC".into(),
    }))
}

fn prs(by: r::PrsBy) -> r::Report {
    let cost = Some(NanoUsd(16_730_000_000));
    let rate = r::PullRate { count: 1, of: 2, rate: Some(0.5), low: Some(0.1), high: Some(0.9), missing: None };
    let none = r::PullRate { missing: Some(r::Missing::NotApplicable), ..r::PullRate::default() };
    let outcome = r::PullOutcome {
        pulls: 2,
        landed: 1,
        closed: 1,
        reverted: 1,
        accepted_with_cost: 1,
        acceptance: rate,
        as_is: none,
        merge: r::PullTime { of: 1, median_ms: Some(4_000), p90_ms: Some(4_000) },
        cost,
        per_accepted: cost,
        wasted: None,
        wasted_missing: Some(r::Missing::NotSynced),
        ..r::PullOutcome::default()
    };
    let of_forge = r::PrRow {
        number: 7,
        title: Some(HOSTILE.into()),
        source: r::PullSource::Forge,
        state: Some(r::PullState::Landed),
        state_missing: None,
        method: Some(agent_trace::model::MergeMethod::FastForward),
        method_missing: None,
        author: Some(HOSTILE.into()),
        author_missing: None,
        task: Some("fix".into()),
        created: Some(at(-60)),
        ended: Some(at(0)),
        first_review_ms: Some(60_000),
        merge_ms: Some(120_000),
        rounds: Some(2),
        commits_after_review: Some(1),
        force_pushes: Some(0),
        checks: Some(r::PullChecks::Failed),
        forge_missing: None,
        reverted_by: Some(9),
        commits: 3,
        sessions: 1,
        agent: Some("claude-code".into()),
        model: Some(HOSTILE.into()),
        lines: Some(r::LineShare { landed: 10, added: 12 }),
        cost,
        cost_missing: None,
    };
    let unknown = r::PrRow {
        number: 8,
        title: None,
        source: r::PullSource::Head,
        state: None,
        state_missing: Some(r::Missing::NotSynced),
        method: None,
        method_missing: Some(r::Missing::NotSynced),
        author: None,
        author_missing: Some(r::Missing::NotSynced),
        created: None,
        ended: None,
        first_review_ms: None,
        merge_ms: None,
        rounds: None,
        commits_after_review: None,
        force_pushes: None,
        checks: None,
        forge_missing: Some(r::Missing::NotSynced),
        cost: None,
        cost_missing: Some(r::Missing::NoSession),
        ..of_forge.clone()
    };
    let is_list = by == r::PrsBy::Pull;
    r::Report::Prs(Box::new(r::PrsReport {
        by,
        scope: r::PrsScope { states: r::PullState::ALL.to_vec(), timezone: "UTC".into(), ..r::PrsScope::default() },
        source: r::PrsSource {
            repository: Some(HOSTILE.into()),
            synced_at: Some(at(1)),
            since: Some(at(-100)),
            is_partial: true,
            of_forge: 1,
            of_git: 1,
        },
        rows: if is_list { vec![of_forge, unknown] } else { Vec::new() },
        groups: if is_list { Vec::new() } else { vec![r::PrGroup { key: None, label: HOSTILE.into(), outcome }] },
        not_listed: r::NotListed::default(),
        outcome,
        out_of_scope: NanoUsd(1_000_000_000),
        no_pull: NanoUsd(2_000_000_000),
        definitions: r::DEFINITIONS.to_vec(),
        books: books(19_730_000_000 + books(0).unattributed_total().0),
    }))
}

fn overview() -> r::Report {
    let day = |day: &str, nano| r::DayCost { day: day.into(), cost: NanoUsd(nano) };
    r::Report::Overview(Box::new(r::OverviewReport {
        repository: "shop".into(),
        scope: r::Scope { timezone: "UTC".into(), ..r::Scope::default() },
        first: Some(at(-10_000)),
        last: Some(at(10_000)),
        sessions: 39,
        turns: 235,
        calls: 2_095,
        commits: 41,
        commits_with_session: 38,
        active_ms: Some(14_746_000),
        wait_ms: None,
        time_missing: Some(r::Missing::NotRecorded),
        attributed: NanoUsd(4_120_000_000),
        models: vec![
            r::ModelCost {
                model: Some("claude-opus-4-5".into()),
                calls: 1_368,
                cost: Some(NanoUsd(20_120_000_000)),
                cost_missing: None,
            },
            r::ModelCost { model: None, calls: 2, cost: None, cost_missing: Some(r::Missing::Unpriced) },
        ],
        days: vec![day("2026-01-22", 1_000_000_000), day("2026-01-23", 0), day("2026-01-24", 19_120_000_000)],
        recent_commits: vec![commit(HOSTILE)],
        top_sessions: vec![session(16_730_000_000)],
        hints: vec![
            r::Hint { command: "agent-trace log".into(), purpose: "commits with their cost".into() },
            r::Hint { command: "agent-trace cost --by day".into(), purpose: "money by day".into() },
        ],
        books: books(20_120_000_000),
    }))
}

fn kind_count(kind: &str, count: u64) -> r::KindCount {
    r::KindCount { kind: kind.into(), count }
}

fn problems() -> r::Report {
    r::Report::Problems(r::ProblemsReport {
        rows: vec![r::ProblemEntry {
            file: "/home/ada/.claude/projects/shop/4de02c81.jsonl".into(),
            offset: 12_345,
            kind: "torn-tail".into(),
            detail: "120 bytes".into(),
        }],
        not_listed: 1,
        kinds: vec![kind_count("torn-tail", 2)],
        unknown_rows: vec![kind_count("attachment", 7)],
    })
}

fn prices_list() -> r::Report {
    let row = r::PriceEntry {
        model: "claude-opus-4-5".into(),
        valid_from: Some("2025-11-24".into()),
        input_pico_usd: Some(5_000_000),
        output_pico_usd: Some(25_000_000),
        cache_read_pico_usd: Some(500_000),
        cache_write_5m_pico_usd: Some(6_250_000),
        source: "built in".into(),
        ..r::PriceEntry::default()
    };
    r::Report::PricesList(r::PricesListReport { prices: prices(), rows: vec![row] })
}

fn prices_explain() -> r::Report {
    let line = |class: &str, units, unit_pico_usd, nano| r::PriceLine {
        class: class.into(),
        units,
        unit_pico_usd,
        amount: NanoUsd(nano),
    };
    r::Report::PricesExplain(Box::new(r::PricesExplainReport {
        prices: prices(),
        model: "us.anthropic.claude-opus-4-5-v1:0".into(),
        resolved: Some("claude-opus-4-5".into()),
        reason: None,
        at: at(0),
        source: Some("built in, line 7".into()),
        note: None,
        above_tier: Some(false),
        factors: vec!["regional x1.1".into()],
        lines: vec![line("input", 1_000, 5_000_000, 5_500_000), line("output", 10, 25_000_000, 275_000)],
        total: Some(NanoUsd(5_775_000)),
    }))
}

fn prices_check() -> r::Report {
    let finding = r::PriceFinding {
        severity: r::PriceSeverity::Error,
        file: "mine.csv".into(),
        line: 3,
        model: "claude-opus-4-5".into(),
        message: "its dates overlap those of line 2".into(),
    };
    r::Report::PricesCheck(r::PricesCheckReport { prices: prices(), rows_checked: 134, findings: vec![finding] })
}

fn query() -> r::Report {
    let row = vec![r::Value::Null, r::Value::Integer(-7), r::Value::Real(0.5), r::Value::Text(HOSTILE.into())];
    let columns = ["nothing", "whole", "fraction", "words"].map(str::to_owned).to_vec();
    r::Report::Query(r::QueryReport { columns, rows: vec![row], not_listed: 0 })
}

fn ingest() -> r::Report {
    r::Report::Ingest(Box::new(r::IngestReport {
        files: r::FileCounts { read: 57, unchanged: 1, foreign: 2, skipped: 0 },
        bytes: 12_000_000,
        rows: 23_456,
        problems: vec![kind_count("torn-tail", 2)],
        unknown_rows: Vec::new(),
        commits: r::CommitCounts { new: 500, scanned: 500, without_content: 0, total: 500 },
        sessions: 39,
        turns: 235,
        calls: 2_095,
        notes: None,
        elapsed_ms: 1_250,
        database: "/home/ada/shop/.git/agent-trace/trace.db".into(),
    }))
}

fn notes_show() -> r::Report {
    let usage = |cost: Option<i64>| r::NoteUsage {
        slice: "00112233445566aa".into(),
        session: "s_0123456789abcd".into(),
        agent: "claude-code".into(),
        model: cost.map(|_| HOSTILE.into()),
        generation: 1,
        tokens: tokens(),
        requests: 7,
        unpriced_requests: if cost.is_some() { 0 } else { 7 },
        web_searches: 0,
        cost: cost.map(NanoUsd),
        cost_missing: if cost.is_some() { None } else { Some(r::Missing::Unpriced) },
        prices: Some("2026-11-01".into()),
        billing: None,
        first: Some(at(0)),
        last: Some(at(14)),
    };
    r::Report::NotesShow(Box::new(r::NotesShowReport {
        commit: "a1b2c3d4e5".repeat(4),
        claims: vec![r::NoteClaim {
            session: "s_0123456789abcd".into(),
            agent: "claude-code".into(),
            grade: r::Grade::Produced,
            evidence: vec!["lines".into(), "printed-id".into()],
        }],
        usage: vec![usage(Some(123_456_000)), usage(None)],
        files: vec![r::NoteFile {
            session: "s_0123456789abcd".into(),
            path: HOSTILE.into(),
            lines: 42,
            blob: Some("0123456789ab".into()),
        }],
        lineage: vec![r::NoteLineage { kind: "squash".into(), commits: vec!["0123456789ab".into()] }],
        redacted: vec!["s_ffffffffffffff".into()],
        unknown_lines: 1,
        bad_lines: 2,
        total: Some(NanoUsd(123_456_000)),
        total_missing: None,
    }))
}

fn pull() -> r::Report {
    let usage = r::PullUsage {
        cost: Some(NanoUsd(4_870_000_000)),
        cost_missing: None,
        requests: 3,
        unpriced_requests: 0,
        tokens: tokens(),
    };
    let nothing = r::PullUsage { cost_missing: Some(r::Missing::NoSession), ..r::PullUsage::default() };
    let lines = r::PullLines { added: Some(12), agent: Some(7), missing: None };
    let commit = |is_traced: bool, usage| r::PullCommitRow {
        commit: "a1b2c3d4e5".repeat(4),
        subject: HOSTILE.into(),
        is_merge: false,
        is_traced,
        sessions: u64::from(is_traced),
        lines,
        usage,
    };
    r::Report::Pull(Box::new(r::PullReport {
        base: "0123456789".repeat(4),
        head: "a1b2c3d4e5".repeat(4),
        merge_base: None,
        total: usage,
        lines,
        since: Some(r::PullSince {
            head: HOSTILE.into(),
            cost: None,
            missing: Some(r::Missing::NoContent),
            tokens: None,
        }),
        median: Some(r::PullMedian { landings: 9, cost: NanoUsd(3_100_000_000) }),
        coverage: r::PullCoverage {
            commits: 2,
            traced: 1,
            untraced: vec!["a1b2c3d4e5".repeat(4)],
            bad_lines: 1,
            ..r::PullCoverage::default()
        },
        budget: Some(r::PullBudget { limit: NanoUsd(10_000_000_000), verdict: r::BudgetVerdict::Unknown }),
        models: vec![r::PullModel { model: Some(HOSTILE.into()), usage }],
        commits: vec![commit(true, usage), commit(false, nothing)],
        sessions: vec![r::PullSession {
            session: "s_0123456789abcd".into(),
            agent: HOSTILE.into(),
            commits: 1,
            lines: Some(7),
            first: None,
            last: None,
            usage,
        }],
        prices: vec!["2026-11-21".into()],
        billing: Vec::new(),
    }))
}

fn notes_sync() -> r::Report {
    r::Report::NotesSync(r::NotesSyncReport {
        action: "push".into(),
        with: HOSTILE.into(),
        result: r::NotesSyncResult::Pushed,
        notes_changed: None,
        tries: Some(2),
        tip: Some("a1b2c3d4e5".repeat(4)),
    })
}

fn notes_verify() -> r::Report {
    let finding = |kind| r::NoteFinding { commit: "a1b2c3d4e5".repeat(4), kind, count: 3 };
    r::Report::NotesVerify(Box::new(r::NotesVerifyReport {
        is_on: true,
        tip: None,
        notes: 12,
        records: 40,
        unknown_records: 1,
        notes_unreachable: 3,
        notes_of_unknown_commits: 1,
        sessions: 4,
        tokens: tokens(),
        total: NanoUsd(5_000_000_000),
        reachable: NanoUsd(4_000_000_000),
        unpriced_requests: 2,
        findings: vec![finding(r::NoteFindingKind::BadLines), finding(r::NoteFindingKind::UnknownCommit)],
    }))
}

fn backfill() -> r::Report {
    let lines = r::BackfillLines { exact: 30, matched: 12, inferred: 3, unknown: 5 };
    r::Report::Backfill(r::BackfillReport { is_dry_run: true, commits: 7, lines, notes: Some(4) })
}

fn notes_prune() -> r::Report {
    let pruned = vec!["a1b2c3d4e5".repeat(4)];
    r::Report::NotesPrune(r::NotesPruneReport { is_dry_run: true, pruned, kept_needed: 2, kept_unknown: 1 })
}

fn settle() -> r::Report {
    let landing = r::SettleLanding {
        commit: "a1b2c3d4e5".repeat(4),
        subject: HOSTILE.into(),
        kind: r::LandingKind::Squash,
        evidence: r::LandingEvidence::Number,
        pull: Some(7),
        from: vec!["b1b2c3d4e5".repeat(4)],
        with_note: 1,
        is_new: true,
        files: 3,
        files_lost: 1,
        cost: Some(NanoUsd(1_500_000)),
        cost_missing: None,
    };
    let reason = r::OpenReason::HeadMissing;
    r::Report::Settle(Box::new(r::SettleReport {
        is_dry_run: false,
        after: Some("a1b2c3d4e5".repeat(4)),
        before: None,
        looked_at: 2,
        candidates: 1,
        landings: vec![landing],
        open: vec![r::SettleOpen { commit: "c1b2c3d4e5".repeat(4), subject: HOSTILE.into(), pull: 8, reason }],
        notes_changed: 1,
        total: Some(NanoUsd(1_500_000)),
        total_missing: None,
        push: Some(r::SettlePush { remote: HOSTILE.into(), result: r::NotesSyncResult::Pushed, tries: Some(2) }),
    }))
}

fn import() -> r::Report {
    let problem = r::ImportProblem { file: HOSTILE.into(), kind: HOSTILE.into(), count: 2, first_line: 7 };
    r::Report::Import(Box::new(r::ImportReport {
        files: 1,
        records: 3,
        new: 1,
        changed: 1,
        unchanged: 1,
        of_unknown_commits: 1,
        lines: 12,
        problems: vec![problem],
    }))
}

fn export() -> r::Report {
    let reference = HOSTILE.into();
    r::Report::Export(r::ExportReport { reference, written: 1, existing: 2, without_lines: 3, lines: 12, left_out: 1 })
}

fn notes_switch() -> r::Report {
    r::Report::NotesSwitch(r::NotesSwitchReport {
        is_on: true,
        has_changed: true,
        remote: Some(HOSTILE.into()),
        refspec: Some("+refs/notes/agent-trace:refs/notes/remotes/origin/agent-trace".into()),
    })
}

fn pull_comment(action: r::CommentAction) -> r::Report {
    r::Report::PullComment(Box::new(r::CommentReport {
        pull: (action != r::CommentAction::Off).then_some(7),
        action,
        url: Some(HOSTILE.into()),
        retired: 1,
        problem: Some(HOSTILE.into()),
        body: (action == r::CommentAction::DryRun).then(|| HOSTILE.into()),
    }))
}

fn ci(forge: r::ForgeKind, forks: r::ForkWay) -> r::CiReport {
    r::CiReport {
        dry_run: false,
        forge: Some(forge),
        forks: Some(forks),
        reference: Some("v1".into()),
        steps: installing().steps,
        kept: vec![HOSTILE.into()],
        next: vec!["commit them".into()],
    }
}

fn installing() -> r::InstallReport {
    let step =
        |step, path: &str, to: Option<&str>| r::InstallStep { step, path: path.into(), to: to.map(str::to_owned) };
    r::InstallReport {
        dry_run: true,
        form: Some(r::HookForm::Files),
        hooks_dir: Some("/home/ada/shop/.git/hooks".into()),
        program: None,
        steps: vec![
            step(r::StepKind::Rename, "post-commit", Some("post-commit.before-agent-trace")),
            step(r::StepKind::Create, HOSTILE, None),
            step(r::StepKind::Change, "settings.json", None),
            step(r::StepKind::Remove, "pre-push", None),
            step(r::StepKind::RemoveFolder, ".claude", None),
        ],
        manual: vec![r::ManualHook { hook: "pre-push".into(), path: HOSTILE.into(), line: "true".into() }],
        warnings: vec![HOSTILE.into()],
    }
}

fn status() -> r::Report {
    use r::{HookStanding as H, SettingsScope as S, SettingsStanding as F};
    let hook = |state| r::HookStatus { hook: "post-commit".into(), state, runs_first: Some(HOSTILE.into()) };
    let hooks =
        [H::Installed, H::Outdated, H::Changed, H::ByHand, H::Chained, H::TakenOver, H::Foreign, H::Absent].map(hook);
    let settings = |(scope, state, events)| r::SettingsStatus {
        scope,
        path: "/home/ada/.claude/settings.json".into(),
        state,
        events,
        of_events: 15,
    };
    let files = [
        (S::Local, F::Installed, Some(15)),
        (S::Project, F::Partial, Some(3)),
        (S::User, F::Absent, Some(0)),
        (S::User, F::SwitchedOff, Some(15)),
        (S::User, F::Unreadable, None),
    ];
    r::Report::Status(Box::new(r::StatusReport {
        switched_off: true,
        form: Some(r::HookForm::GlobalConfig),
        hooks_dir: "/home/ada/shop/.husky/_".into(),
        hooks_path: Some(HOSTILE.into()),
        hooks: hooks.to_vec(),
        settings: files.map(settings).to_vec(),
        programs: vec![r::ProgramStatus { name: "agent-trace-hook".into(), path: HOSTILE.into(), version: None }],
        gits: vec![r::GitStatus {
            path: "/usr/bin/git".into(),
            version: Some(HOSTILE.into()),
            reads_config_hooks: true,
        }],
        spool: r::SpoolStatus { files: 2, bytes: 4_096, last_event: Some(HOSTILE.into()), last_at: Some(at(0)) },
        notes: None,
    }))
}

fn doctor() -> r::Report {
    use r::FindingSeverity as S;
    let finding = |severity| r::Finding {
        severity,
        check: "git".into(),
        message: HOSTILE.into(),
        remedy: (severity != S::Good).then(|| HOSTILE.into()),
    };
    r::Report::Doctor(r::DoctorReport {
        healthy: false,
        findings: [S::Good, S::Warning, S::Error].map(finding).to_vec(),
    })
}

fn every_report() -> Vec<r::Report> {
    let mut reports = vec![
        log(),
        blame(),
        why(),
        show_commit(),
        show_session(),
        show_turn(),
        sessions(),
        overview(),
        problems(),
        prices_list(),
        prices_explain(),
        prices_check(),
        query(),
        ingest(),
        notes_show(),
        notes_sync(),
        notes_verify(),
        notes_prune(),
        backfill(),
        notes_switch(),
        settle(),
        import(),
        export(),
        sync(false),
        sync(true),
        pull_comment(r::CommentAction::Off),
        pull_comment(r::CommentAction::DryRun),
        r::Report::Install(Box::new(installing())),
        r::Report::Uninstall(Box::default()),
        r::Report::CiInstall(Box::new(ci(r::ForgeKind::GitHub, r::ForkWay::WorkflowRun))),
        r::Report::CiUninstall(Box::default()),
        status(),
        doctor(),
    ];
    reports.extend(r::CostBy::ALL.map(cost));
    reports.extend(r::StatsBy::ALL.map(stats));
    reports.extend(r::PrsBy::ALL.map(prs));
    reports
}

fn options(format: Format) -> Options {
    Options { format, width: 100, theme: Theme::Plain, is_pretty: false }
}

fn text(report: &r::Report, format: Format) -> String {
    render(report, &options(format)).unwrap()
}

#[track_caller]
fn read<T: for<'de> Deserialize<'de>>(report: &r::Report) -> T {
    let json = text(report, Format::Json);
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error} in\n{json}"))
}

#[test]
fn every_report_has_the_declared_shape() {
    for by in r::CostBy::ALL {
        let report: contract::Cost = read(&cost(by));
        assert_eq!(report.schema, "agent-trace/cost/1");
    }
    assert_eq!(read::<contract::Log>(&log()).schema, "agent-trace/log/1");
    assert_eq!(read::<contract::Blame>(&blame()).schema, "agent-trace/blame/1");
    for by in r::StatsBy::ALL {
        assert_eq!(read::<contract::Stats>(&stats(by)).schema, "agent-trace/stats/1");
    }
    assert_eq!(read::<contract::Why>(&why()).schema, "agent-trace/why/1");
    assert_eq!(read::<contract::Sessions>(&sessions()).schema, "agent-trace/sessions/1");
    assert_eq!(read::<contract::ShowCommit>(&show_commit()).schema, "agent-trace/show-commit/1");
    assert_eq!(read::<contract::ShowSession>(&show_session()).schema, "agent-trace/show-session/1");
    assert_eq!(read::<contract::ShowTurn>(&show_turn()).schema, "agent-trace/show-turn/1");
    assert_eq!(read::<contract::Overview>(&overview()).schema, "agent-trace/overview/1");
    assert_eq!(read::<contract::Problems>(&problems()).schema, "agent-trace/problems/1");
    assert_eq!(read::<contract::PricesList>(&prices_list()).schema, "agent-trace/prices-list/1");
    assert_eq!(read::<contract::PricesExplain>(&prices_explain()).schema, "agent-trace/prices-explain/1");
    assert_eq!(read::<contract::PricesCheck>(&prices_check()).schema, "agent-trace/prices-check/1");
    assert_eq!(read::<contract::Query>(&query()).schema, "agent-trace/query/1");
    assert_eq!(read::<contract::Ingest>(&ingest()).schema, "agent-trace/ingest/1");
    assert_eq!(read::<contract::NotesShow>(&notes_show()).schema, "agent-trace/notes-show/1");
    assert_eq!(read::<contract::Pull>(&pull()).schema, "agent-trace/pull/1");
    for is_stopped in [false, true] {
        assert_eq!(read::<contract::Sync>(&sync(is_stopped)).schema, "agent-trace/sync/1");
    }
    for by in r::PrsBy::ALL {
        assert_eq!(read::<contract::Prs>(&prs(by)).schema, "agent-trace/prs/1");
    }
    assert_eq!(read::<contract::NotesSync>(&notes_sync()).schema, "agent-trace/notes-sync/1");
    assert_eq!(read::<contract::NotesVerify>(&notes_verify()).schema, "agent-trace/notes-verify/1");
    assert_eq!(read::<contract::NotesPrune>(&notes_prune()).schema, "agent-trace/notes-prune/1");
    assert_eq!(read::<contract::Settle>(&settle()).schema, "agent-trace/settle/1");
    assert_eq!(read::<contract::Backfill>(&backfill()).schema, "agent-trace/backfill/1");
    assert_eq!(read::<contract::NotesSwitch>(&notes_switch()).schema, "agent-trace/notes-switch/1");
    assert_eq!(read::<contract::Import>(&import()).schema, "agent-trace/import/1");
    assert_eq!(read::<contract::Export>(&export()).schema, "agent-trace/export/1");
    use r::CommentAction as A;
    for action in [A::Created, A::Updated, A::Unchanged, A::Outdated, A::AlreadyThere, A::Off, A::Forbidden, A::DryRun]
    {
        assert_eq!(read::<contract::PullComment>(&pull_comment(action)).schema, "agent-trace/pull-comment/1");
    }
    let install = read::<contract::Install>(&r::Report::Install(Box::new(installing())));
    assert_eq!(install.schema, "agent-trace/install/1");
    let uninstall = read::<contract::Install>(&r::Report::Uninstall(Box::default()));
    assert_eq!(uninstall.schema, "agent-trace/uninstall/1");
    use r::ForgeKind as K;
    use r::ForkWay as W;
    for (forge, forks) in [(K::GitHub, W::WorkflowRun), (K::GitLab, W::None), (K::Gitea, W::Target)] {
        let written = read::<contract::Ci>(&r::Report::CiInstall(Box::new(ci(forge, forks))));
        assert_eq!(written.schema, "agent-trace/ci-install/1");
    }
    let taken = read::<contract::Ci>(&r::Report::CiUninstall(Box::default()));
    assert_eq!(taken.schema, "agent-trace/ci-uninstall/1");
    assert_eq!(read::<contract::Status>(&status()).schema, "agent-trace/status/1");
    assert_eq!(read::<contract::Doctor>(&doctor()).schema, "agent-trace/doctor/1");
}

#[test]
fn amounts_are_exact_integers_and_unknown_is_null_with_a_reason() {
    let report: contract::Cost = read(&cost(r::CostBy::Commit));
    assert_eq!(report.total_nano_usd, 21_151_000_000);
    assert_eq!(report.rows[0].cost_nano_usd, Some(4_120_000_000));
    let unknown = &report.rows[2];
    assert_eq!((unknown.cost_nano_usd, &unknown.cost_missing), (None, &Some(contract::Missing::Unpriced)));
    assert_eq!(report.scope.since.as_deref(), Some("2025-12-12T11:54:13.205Z"));
    assert_eq!(report.scope.until, None);
}

#[test]
fn the_schema_comes_first_and_pretty_json_says_the_same() {
    for report in every_report() {
        let compact = text(&report, Format::Json);
        assert!(compact.starts_with("{\"schema\":\"agent-trace/"), "{compact}");
        assert_eq!(compact.matches('\n').count(), 1, "compact JSON is one line");
        let pretty = render(&report, &Options { is_pretty: true, ..options(Format::Json) }).unwrap();
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(value(&compact), value(&pretty));
    }
}

#[test]
fn a_report_that_does_not_balance_does_not_print_in_any_format() {
    let r::Report::Cost(mut report) = cost(r::CostBy::Model) else { panic!("not a cost report") };
    report.books.total += NanoUsd(1);
    let report = r::Report::Cost(report);
    for format in [Format::Table, Format::Json, Format::Csv, Format::Markdown] {
        assert!(render(&report, &options(format)).is_err());
    }
}

#[test]
fn every_format_of_every_report_is_harmless_and_ends_once() {
    for report in every_report() {
        for format in [Format::Table, Format::Json, Format::Csv, Format::Markdown] {
            let text = text(&report, format);
            let shown = text.replace("\r\n", "\n");
            assert!(shown.ends_with('\n') && !shown.ends_with("\n\n"), "{text:?}");
            let is_allowed =
                |character: char| character == '\n' || !(character.is_control() || character == '\u{202e}');
            assert!(shown.chars().all(is_allowed), "{text:?}");
        }
        let markdown = text(&report, Format::Markdown);
        assert!(!markdown.contains("@octocat") && !markdown.contains("<b>"), "{markdown}");
    }
}

#[test]
fn the_csv_of_cost_by_commit_sums_to_the_total() {
    for report in [cost(r::CostBy::Commit), cost(r::CostBy::Model)] {
        let r::Report::Cost(inner) = &report else { panic!("not a cost report") };
        let csv = text(&report, Format::Csv);
        let mut lines = csv.split("\r\n");
        let index = lines.next().unwrap().split(',').position(|key| key == "cost_usd").unwrap();
        // The amount stands before all free text, so its comma count is safe.
        let amounts = lines.filter_map(|line| line.split(',').nth(index)).filter(|amount| !amount.is_empty());
        let nano: i64 = amounts.filter_map(|amount| amount.replace('.', "").parse::<i64>().ok()).sum();
        assert_eq!(nano, inner.books.total.0, "{csv}");
    }
}

#[test]
fn the_list_by_commit_ends_with_unattributed_total_and_gaps() {
    let text = text(&cost(r::CostBy::Commit), Format::Table);
    let tail: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("unattributed")).collect();
    assert_eq!(
        tail,
        [
            "unattributed $16.00 (pending 12.00, no commit 4.00)",
            "total        $21.15",
            "",
            "in the total, in no row of their own",
            "  cost unknown: requests known only from the clients' session totals, 1,245,835 tokens",
            "",
            "not covered",
            "  2,026 of 2,095 calls (96 %) have a placeholder for their output: the total is a floor",
            "  2 calls of `model-of-tomorrow` without a price (unknown-model): 1,245,835 tokens",
            "  3 of 41 commits have no session",
            "",
            "API-equivalent, at the prices of 2026-11-01 (table 3, overridden by mine.csv)",
        ],
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn what_json_escapes_is_what_was_there() {
    let value: contract::Query = read(&query());
    assert_eq!(value.rows[0][3], contract::Value::Text(HOSTILE.into()));
}
