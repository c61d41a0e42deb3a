//! Filters of reports: names looked up, mistakes explained.

use super::context::Context;
use super::time_argument;
use crate::analysis::{Directory, Filter};
use crate::cli::FilterArgs;
use crate::error::{Error, did_you_mean};
use crate::store::Reader;

/// Returns the filter that arguments ask for.
pub(super) fn filter(context: &Context<'_>, reader: &Reader, args: &FilterArgs) -> Result<Filter, Error> {
    let directory = Directory::new(reader)?;
    let time = |text: &Option<String>| {
        text.as_deref().map(|text| time_argument::parse(text, context.zone, context.now)).transpose()
    };
    let mut filter = Filter::all(context.zone, context.now);
    (filter.since, filter.until) = (time(&args.since)?, time(&args.until)?);
    filter.session = args.session.as_deref().map(|prefix| session(&directory, prefix)).transpose()?;
    filter.branches =
        args.branch.as_deref().map(|name| named(reader, &directory, "branch", name, false)).transpose()?;
    filter.models = args.model.as_deref().map(|name| named(reader, &directory, "model", name, true)).transpose()?;
    Ok(filter)
}

/// Returns key and id of the only session whose id begins with a text.
pub(super) fn session(directory: &Directory, prefix: &str) -> Result<(i64, String), Error> {
    match directory.sessions_like(prefix).as_slice() {
        [(key, name)] => Ok((*key, name.id.clone())),
        [] => {
            let error = Error::user(format!("no session begins with `{prefix}`"));
            let meant = did_you_mean(prefix, directory.session_ids());
            Err(error.with_hint(meant.unwrap_or_else(|| "agent-trace sessions".into())))
        }
        several => {
            let ids: Vec<&str> = several.iter().take(3).map(|(_, name)| name.id.as_str()).collect();
            let error = Error::user(format!("{} sessions begin with `{prefix}`", several.len()));
            Err(error.with_hint(format!("type more of the id: {}", ids.join(", "))))
        }
    }
}

/// Returns the name ids that `column` of the books holds and that fit a text.
fn named(
    reader: &Reader,
    directory: &Directory,
    column: &'static str,
    wanted: &str,
    is_part: bool,
) -> Result<(Vec<i64>, String), Error> {
    let rows = reader.rows(&format!("SELECT DISTINCT {column} FROM spend WHERE {column} IS NOT NULL"), &[])?;
    let names: Vec<(i64, &str)> =
        rows.iter().filter_map(|row| row.number(0)).filter_map(|id| Some((id, directory.names.get(id)?))).collect();
    let fits = |name: &str| if is_part { name.contains(wanted) } else { name == wanted };
    let ids: Vec<i64> = names.iter().filter(|(_, name)| fits(name)).map(|(id, _)| *id).collect();
    if !ids.is_empty() {
        return Ok((ids, wanted.to_owned()));
    }
    let error = Error::user(format!("no request was made with {column} `{wanted}`"));
    let meant = did_you_mean(wanted, names.iter().map(|(_, name)| *name));
    Err(error.with_hint(meant.unwrap_or_else(|| format!("agent-trace cost --by {column}"))))
}
