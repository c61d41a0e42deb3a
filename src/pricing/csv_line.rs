//! One line of comma-separated values (RFC 4180, without line breaks inside fields).

/// Returns the fields, trimmed; `None` when a quote is never closed or ends before its field does.
pub(crate) fn split(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = next_field(rest)?;
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Some(fields),
        }
    }
}

fn next_field(text: &str) -> Option<(String, Option<&str>)> {
    if let Some(quoted) = text.trim_start().strip_prefix('"') {
        return next_quoted(quoted);
    }
    match text.split_once(',') {
        Some((field, after)) => Some((field.trim().to_owned(), Some(after))),
        None => Some((text.trim().to_owned(), None)),
    }
}

fn next_quoted(text: &str) -> Option<(String, Option<&str>)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        field.push_str(part);
        if let Some(escaped) = after.strip_prefix('"') {
            field.push('"');
            rest = escaped;
            continue;
        }
        return match after.trim_start() {
            "" => Some((field, None)),
            after => Some((field, Some(after.strip_prefix(',')?))),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_quoted_fields_are_read() {
        assert_eq!(split("a, b ,,c"), Some(vec!["a".into(), "b".into(), String::new(), "c".into()]));
        assert_eq!(split(r#""a,b", "say ""no""" ,x"#), Some(vec!["a,b".into(), r#"say "no""#.into(), "x".into()]));
        assert_eq!(split(""), Some(vec![String::new()]));
        assert_eq!(split("a,"), Some(vec!["a".into(), String::new()]));
    }

    #[test]
    fn broken_quotes_are_refused() {
        assert_eq!(split(r#""a"#), None);
        assert_eq!(split(r#""a"b,c"#), None);
    }
}
