//! `prices`: the table listed, one price explained, the table checked.

use chrono::NaiveDate;

use super::context::{Context, price_table};
use crate::cli::{ExplainArgs, PricesAction, ServiceName};
use crate::error::{Error, ExitCode};
use crate::model::{InferenceGeo, ServiceTier, Speed, Timestamp, Usage};
use crate::pricing::{Finding, Multiplier, PriceBook, PriceClass, PriceRow, Priced, Quote, Request, Severity, Terms};
use crate::report::{
    PriceEntry, PriceFinding, PriceLine, PriceSeverity, PricesCheckReport, PricesExplainReport, PricesListReport,
    Report,
};

/// Runs `agent-trace prices`.
pub(super) fn run(context: &Context<'_>, action: Option<PricesAction>) -> Result<ExitCode, Error> {
    let repo = context.repo().ok(); // A repository may bring its own prices; none is needed.
    let book = context.prices(repo.as_ref())?;
    match action.unwrap_or(PricesAction::List { model: None }) {
        PricesAction::List { model } => context.print(&Report::PricesList(list(&book, model.as_deref()))),
        PricesAction::Explain(request) => {
            let report = explain(context, &book, &request)?;
            let is_known = report.total.is_some();
            context.print(&Report::PricesExplain(Box::new(report)))?;
            Ok(if is_known { ExitCode::Ok } else { ExitCode::Negative })
        }
        PricesAction::Check => {
            let report = check(&book);
            let has_errors = report.has_errors();
            context.print(&Report::PricesCheck(report))?;
            Ok(if has_errors { ExitCode::Negative } else { ExitCode::Ok })
        }
    }
}

fn list(book: &PriceBook, model: Option<&str>) -> PricesListReport {
    let is_wanted = |row: &&PriceRow| model.is_none_or(|part| row.model.contains(part));
    let mut rows: Vec<PriceEntry> = book.rows().filter(is_wanted).map(|row| entry(book, row)).collect();
    rows.sort_by(|one, other| (&one.model, &one.valid_from).cmp(&(&other.model, &other.valid_from)));
    PricesListReport { prices: price_table(book), rows }
}

fn entry(book: &PriceBook, row: &PriceRow) -> PriceEntry {
    let price = |class: PriceClass| row.unit_price(class, false, ServiceTier::Standard).map(|price| price.0);
    PriceEntry {
        model: row.model.to_string(),
        provider: said(&row.provider),
        valid_from: row.valid_from.map(|day| day.to_string()),
        valid_to: row.valid_to.map(|day| day.to_string()),
        input_pico_usd: price(PriceClass::Input),
        output_pico_usd: price(PriceClass::Output),
        cache_read_pico_usd: price(PriceClass::CacheRead),
        cache_write_5m_pico_usd: price(PriceClass::CacheWrite5m),
        cache_write_1h_pico_usd: price(PriceClass::CacheWrite1h),
        tier_threshold: row.tier_threshold,
        web_search_pico_usd: price(PriceClass::WebSearch),
        source: book.sources().get(usize::from(row.layer)).cloned().unwrap_or_default(),
        note: said(&row.note),
    }
}

fn said(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn explain(context: &Context<'_>, book: &PriceBook, args: &ExplainArgs) -> Result<PricesExplainReport, Error> {
    let at = match &args.on {
        None => context.now,
        Some(day) => noon_of(day)?,
    };
    let usage = Usage {
        input: args.input,
        output: args.output,
        cache_read: args.cache_read,
        cache_write_5m: args.cache_write_5m,
        cache_write_1h: args.cache_write_1h,
        web_searches: args.web_searches,
    };
    let quote = book.price(&Request { model: &args.model, at, usage, terms: terms(args) });
    let mut report = PricesExplainReport {
        prices: price_table(book),
        model: args.model.clone(),
        resolved: None,
        reason: None,
        at,
        source: None,
        note: None,
        above_tier: None,
        factors: Vec::new(),
        lines: Vec::new(),
        total: None,
    };
    match quote {
        Quote::Unpriced { reason, .. } => report.reason = Some(reason.name().to_owned()),
        Quote::Priced(priced) => fill(&mut report, &priced),
    }
    Ok(report)
}

fn terms(args: &ExplainArgs) -> Terms {
    Terms {
        speed: if args.fast { Speed::Fast } else { Speed::Standard },
        geo: if args.us { InferenceGeo::Us } else { InferenceGeo::Global },
        service: match args.service {
            ServiceName::Standard => ServiceTier::Standard,
            ServiceName::Batch => ServiceTier::Batch,
            ServiceName::Priority => ServiceTier::Priority,
            ServiceName::Flex => ServiceTier::Flex,
        },
    }
}

fn noon_of(day: &str) -> Result<Timestamp, Error> {
    let parsed = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(12, 0, 0));
    let noon =
        parsed.ok_or_else(|| Error::user(format!("`{day}` is not a day")).with_hint("write it as 2026-01-23"))?;
    Ok(Timestamp(noon.and_utc().timestamp_millis()))
}

fn fill(report: &mut PricesExplainReport, priced: &Priced<'_>) {
    report.resolved = Some(priced.row.model.to_string());
    report.source = Some(format!("{}:{}", priced.source, priced.row.line));
    report.note = said(&priced.row.note);
    report.above_tier = priced.row.tier_threshold.map(|_| priced.above_tier);
    let factors = [("speed", priced.speed_factor), ("geography", priced.geo_factor)];
    let applied = factors.into_iter().filter(|(_, factor)| *factor != Multiplier::ONE);
    report.factors = applied.map(|(name, factor)| format!("{name} x{factor}")).collect();
    let line = |line: &crate::pricing::QuoteLine| PriceLine {
        class: line.class.name().to_owned(),
        units: line.units,
        unit_pico_usd: line.unit_price.0,
        amount: line.amount,
    };
    report.lines = priced.lines.iter().map(line).collect();
    report.total = Some(priced.total);
}

fn check(book: &PriceBook) -> PricesCheckReport {
    let finding = |finding: Finding| PriceFinding {
        severity: match finding.severity {
            Severity::Error => PriceSeverity::Error,
            Severity::Warning => PriceSeverity::Warning,
        },
        file: finding.source.clone(),
        line: u64::from(finding.line),
        model: finding.model.clone(),
        message: finding.kind.to_string(),
    };
    PricesCheckReport {
        prices: price_table(book),
        rows_checked: book.rows().count() as u64,
        findings: book.check().into_iter().map(finding).collect(),
    }
}
