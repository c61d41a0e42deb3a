//! What a column of a table is.

use crate::render::theme::Role;

/// How a column behaves when there is little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum ColumnKind {
    /// Cut at the end; gives way first.
    Text,
    /// Cut at the begin: the end of a path says most.
    Path,
    /// Cut only when nothing else can be.
    Name,
    /// Right-aligned, never cut.
    Number,
}

/// Who sees a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Everybody,
    People,
    Data,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::render) struct Column {
    /// For people, with the unit.
    pub(in crate::render) header: String,
    /// For CSV, with the unit.
    pub(in crate::render) key: String,
    /// How it behaves.
    pub(in crate::render) kind: ColumnKind,
    /// Its colour.
    pub(in crate::render) role: Role,
    /// Whether it may be left out where there is little room.
    pub(in crate::render) is_optional: bool,
    audience: Audience,
}

impl Column {
    fn new(kind: ColumnKind, header: impl Into<String>, key: impl Into<String>) -> Column {
        let (header, key) = (header.into(), key.into());
        Column { header, key, kind, role: Role::Plain, is_optional: false, audience: Audience::Everybody }
    }

    /// A column of free text.
    pub(in crate::render) fn text(header: impl Into<String>, key: impl Into<String>) -> Column {
        Column::new(ColumnKind::Text, header, key)
    }

    /// A column of paths.
    pub(in crate::render) fn path(header: impl Into<String>, key: impl Into<String>) -> Column {
        Column::new(ColumnKind::Path, header, key)
    }

    /// A column of short names.
    pub(in crate::render) fn name(header: impl Into<String>, key: impl Into<String>) -> Column {
        Column::new(ColumnKind::Name, header, key)
    }

    /// A column of numbers.
    pub(in crate::render) fn number(header: impl Into<String>, key: impl Into<String>) -> Column {
        Column::new(ColumnKind::Number, header, key)
    }

    /// A column of amounts.
    pub(in crate::render) fn money(header: impl Into<String>, key: impl Into<String>) -> Column {
        Column { role: Role::Money, ..Column::number(header, key) }
    }

    /// A column that names the row.
    pub(in crate::render) fn id(header: impl Into<String>, key: impl Into<String>) -> Column {
        Column { role: Role::Id, ..Column::name(header, key) }
    }

    /// A column of CSV only.
    pub(in crate::render) fn data(key: impl Into<String>) -> Column {
        Column { audience: Audience::Data, ..Column::text("", key) }
    }

    /// Keeps the column out of CSV.
    pub(in crate::render) fn for_people(self) -> Column {
        Column { audience: Audience::People, ..self }
    }

    /// Lets the column go where there is little room.
    pub(in crate::render) fn optional(self) -> Column {
        Column { is_optional: true, ..self }
    }

    /// Tells whether text and Markdown have the column.
    pub(in crate::render) fn is_for_people(&self) -> bool {
        self.audience != Audience::Data
    }

    /// Tells whether CSV has the column.
    pub(in crate::render) fn is_data(&self) -> bool {
        self.audience != Audience::People
    }
}
