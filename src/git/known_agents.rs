//! How agents sign: the addresses in `Co-authored-by` lines and author fields.

/// Returns the agent that signs with this address as co-author.
///
/// `noreply@anthropic.com` counts only with a name that begins with `Claude`:
/// people use the address for other things.
pub(super) fn agent_of_co_author(name: &str, email: &str) -> Option<&'static str> {
    let agent = agent_of_email(email)?;
    (agent != "claude-code" || begins_with_claude(name)).then_some(agent)
}

/// Returns the agent that commits under this address.
pub(super) fn agent_of_email(email: &str) -> Option<&'static str> {
    let email = email.trim().to_ascii_lowercase();
    match email.as_str() {
        "noreply@anthropic.com" => Some("claude-code"),
        "noreply@openai.com" => Some("codex"),
        "cursoragent@cursor.com" => Some("cursor"),
        "amp@ampcode.com" => Some("amp"),
        "roomote@roocode.com" => Some("roo-code"),
        _ if email.ends_with("+copilot@users.noreply.github.com") => Some("copilot"),
        _ if email.ends_with("+copilot-swe-agent[bot]@users.noreply.github.com") => Some("copilot"),
        _ if email.ends_with("+devin-ai-integration[bot]@users.noreply.github.com") => Some("devin"),
        _ if email.ends_with("+cursor[bot]@users.noreply.github.com") => Some("cursor"),
        _ => None,
    }
}

fn begins_with_claude(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("claude"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_known_by_their_address() {
        for (name, email, agent) in [
            ("Claude Opus 4.8", "noreply@anthropic.com", Some("claude-code")),
            ("claude", "NoReply@Anthropic.com", Some("claude-code")),
            ("Claudette", "noreply@anthropic.com", None),
            ("Somebody", "noreply@anthropic.com", None),
            ("Codex", "noreply@openai.com", Some("codex")),
            ("Copilot", "223556219+Copilot@users.noreply.github.com", Some("copilot")),
            ("Copilot", "175728472+Copilot@users.noreply.github.com", Some("copilot")),
            ("Copilot", "copilot@users.noreply.github.com", None),
            ("A Person", "claude@example.com", None),
            ("", "", None),
        ] {
            assert_eq!(agent_of_co_author(name, email), agent, "{name} <{email}>");
        }
    }
}
