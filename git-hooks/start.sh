# shellcheck shell=sh
agent_trace_start() {
  agent_trace_hook='@BINARY@'
  [ -x "$agent_trace_hook" ] || agent_trace_hook=agent-trace-hook
  command -v "$agent_trace_hook" || return 0
  "$agent_trace_hook" git @HOOK@ "$@"
  return 0
}
