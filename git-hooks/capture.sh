# shellcheck shell=sh
agent_trace() {
  [ "${AGENT_TRACE-}" != 0 ] || return 0
  agent_trace_start "$@"
} >/dev/null 2>&1
