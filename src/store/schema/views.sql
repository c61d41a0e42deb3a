-- The documented face of the database: what `agent-trace sql` is for. Column
-- names and meanings are stable; tables below them are not.

-- One row for every counted request.
CREATE VIEW calls AS
SELECT call.id AS message_id, session.id AS session_id, agent_name.text AS subagent,
       model.text AS model, branch.text AS branch,
       strftime('%Y-%m-%dT%H:%M:%fZ', ledger.at / 1000.0, 'unixepoch') AS at,
       turn.number AS turn,
       ledger.input AS input_tokens, ledger.output AS output_tokens, ledger.cache_read AS cache_read_tokens,
       ledger.cache_write_5m AS cache_write_5m_tokens, ledger.cache_write_1h AS cache_write_1h_tokens,
       ledger.web_searches AS web_searches, ledger.is_complete AS is_complete,
       ledger.cost AS cost_nano_usd, ledger.unattributed AS unattributed_nano_usd
FROM ledger
LEFT JOIN call ON call.key = ledger.call
JOIN session ON session.key = ledger.session
LEFT JOIN agent_run ON agent_run.key = call.agent_run
LEFT JOIN name AS agent_name ON agent_name.id = agent_run.agent_type
LEFT JOIN name AS model ON model.id = ledger.model
LEFT JOIN name AS branch ON branch.id = ledger.branch
LEFT JOIN turn ON turn.session = ledger.session AND turn.key = ledger.turn;

-- What of a request's cost went to which commit.
CREATE VIEW shares AS
SELECT call.id AS message_id, session.id AS session_id, lower(hex(git_commit.id)) AS commit_id,
       share.nano AS nano_usd, share.lines AS lines
FROM share
LEFT JOIN call ON call.key = share.call
JOIN session ON session.key = share.session
JOIN git_commit ON git_commit.key = share.git_commit;

-- Commits with what sessions put into them.
CREATE VIEW commits AS
SELECT lower(hex(git_commit.id)) AS commit_id,
       strftime('%Y-%m-%dT%H:%M:%SZ', author_time / 1000, 'unixepoch') AS author_time,
       strftime('%Y-%m-%dT%H:%M:%SZ', commit_time / 1000, 'unixepoch') AS commit_time,
       (SELECT sum(nano) FROM share WHERE share.git_commit = git_commit.key) AS cost_nano_usd,
       (SELECT count(*) FROM link WHERE link.git_commit = git_commit.key) AS sessions
FROM git_commit;

-- Which session a commit is thought to belong to, and why.
CREATE VIEW links AS
SELECT lower(hex(git_commit.id)) AS commit_id, session.id AS session_id, link.grade AS grade,
       link.evidence AS evidence, link.lines AS lines
FROM link JOIN git_commit ON git_commit.key = link.git_commit JOIN session ON session.key = link.session;

-- Turns of sessions; times in UTC, durations in milliseconds. `kind`: what
-- began the turn (`continued`: a row that is in no file). `waiting_ms` is what
-- the client's own measure leaves of the turn; where there is none, it is
-- inferred from the tools (a lower bound), and NULL where they say nothing.
CREATE VIEW turns AS
SELECT session.id AS session_id, turn.number AS turn,
       CASE turn.kind WHEN 0 THEN 'prompt' WHEN 1 THEN 'command' WHEN 2 THEN 'plan' WHEN 3 THEN 'background'
         WHEN 4 THEN 'teammate' WHEN 5 THEN 'blocked' WHEN 6 THEN 'continued' ELSE 'unknown' END AS kind,
       CASE turn.end WHEN 0 THEN 'open' WHEN 1 THEN 'stop' WHEN 2 THEN 'interrupted' WHEN 3 THEN 'superseded'
         WHEN 4 THEN 'blocked' ELSE 'unknown' END AS ended_by,
       strftime('%Y-%m-%dT%H:%M:%fZ', started_at / 1000.0, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', ended_at / 1000.0, 'unixepoch') AS ended_at,
       active_ms, active_is_clamped, tool_ms, waiting_ms, waiting_is_inferred, inputs, calls, tools
FROM turn JOIN session ON session.key = turn.session;

-- How long a person was asked whether a tool may run: from the first request
-- while the call was open until it began to run, as hooks saw it.
CREATE VIEW permission_wait AS
SELECT moment.tool_call AS tool_call, moment.session AS session, min(asked.at) AS from_at,
       max(min(asked.at), moment.after_at - CASE WHEN moment.is_denied THEN 0 ELSE moment.run_ms END) AS to_at
FROM tool_moment AS moment
JOIN name ON name.id = moment.tool
LEFT JOIN tool_call ON tool_call.key = moment.tool_call
JOIN session_moment AS asked ON asked.session = moment.session AND asked.kind = 6 AND asked.detail = name.text
  AND asked.agent_run IS moment.agent_run
  AND asked.at BETWEEN coalesce(moment.before_at, tool_call.asked_at) AND moment.after_at
WHERE moment.run_ms IS NOT NULL OR moment.is_denied
GROUP BY moment.tool_call;

-- Tool calls; `wall_ms` includes waiting for a permission, `permission_ms` is
-- that wait where hooks saw it.
CREATE VIEW tools AS
SELECT tool_call.id AS tool_use_id, session.id AS session_id, name.text AS tool,
       call.id AS message_id, tool_call.is_error AS is_error,
       strftime('%Y-%m-%dT%H:%M:%fZ', asked_at / 1000.0, 'unixepoch') AS asked_at,
       answered_at - asked_at AS wall_ms,
       permission_wait.to_at - permission_wait.from_at AS permission_ms
FROM tool_call JOIN session ON session.key = tool_call.session
LEFT JOIN permission_wait ON permission_wait.tool_call = tool_call.key
LEFT JOIN name ON name.id = tool_call.name
LEFT JOIN call ON call.key = tool_call.call;

CREATE VIEW sessions AS
SELECT session.id AS session_id,
       CASE session.agent WHEN 1 THEN 'claude-code' WHEN 2 THEN 'gemini-cli' WHEN 3 THEN 'amp' WHEN 4 THEN 'copilot-cli'
         WHEN 5 THEN 'codex' WHEN 6 THEN 'qwen-code' WHEN 7 THEN 'cursor' WHEN 8 THEN 'opencode' WHEN 9 THEN 'cline'
         ELSE 'unknown' END AS agent,
       (SELECT count(*) FROM turn WHERE turn.session = session.key) AS turns,
       (SELECT count(*) FROM ledger WHERE ledger.session = session.key) AS calls,
       (SELECT sum(cost) FROM ledger WHERE ledger.session = session.key) AS cost_nano_usd,
       (SELECT count(*) FROM ledger WHERE ledger.session = session.key AND cost IS NULL) AS unpriced_calls
FROM session;
