//! The variables that change how things are printed, read once.

/// Values of variables; `None` is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `AGENT_TRACE_PAGER`: goes before `PAGER`; empty switches paging off.
    pub agent_trace_pager: Option<String>,
    /// `PAGER`.
    pub pager: Option<String>,
    /// `LESS`: options of less; if not set, the pager gets `FRX`.
    pub less: Option<String>,
    /// `COLUMNS`: goes before the terminal's own width.
    pub columns: Option<String>,
    /// `LINES`: goes before the terminal's own height.
    pub lines: Option<String>,
    /// `NO_COLOR`: any value but the empty one switches colour off.
    pub no_color: Option<String>,
    /// `CLICOLOR_FORCE`: any value but `0` and the empty one switches colour on.
    pub clicolor_force: Option<String>,
    /// `TERM`: `dumb` has no colour and no pager.
    pub term: Option<String>,
}

impl Environment {
    /// Returns the variables of this process.
    pub fn read() -> Environment {
        let variable = |name: &str| std::env::var(name).ok();
        Environment {
            agent_trace_pager: variable("AGENT_TRACE_PAGER"),
            pager: variable("PAGER"),
            less: variable("LESS"),
            columns: variable("COLUMNS"),
            lines: variable("LINES"),
            no_color: variable("NO_COLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            term: variable("TERM"),
        }
    }

    /// Tells whether the terminal can do nothing but print.
    pub(super) fn is_dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }
}
