# shellcheck shell=sh
agent_trace() {
  [ "${AGENT_TRACE-}" != 0 ] || return 0
  agent_trace_hook='@BINARY@'
  [ -x "$agent_trace_hook" ] || agent_trace_hook=agent-trace-hook
  command -v "$agent_trace_hook" || return 0
  "$agent_trace_hook" git @HOOK@ "$@"
  return 0
} >/dev/null 2>&1
