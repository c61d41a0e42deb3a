# shellcheck shell=sh
# A message that already names its session needs nothing more.
agent_trace_is_stamped() {
  agent_trace_left=200
  while [ "$agent_trace_left" -gt 0 ] && { IFS= read -r agent_trace_line || [ -n "$agent_trace_line" ]; }; do
    case $agent_trace_line in
      Agent-Session:*) return 0 ;;
      *'------------------------ >8 ------------------------'*) return 1 ;;
    esac
    agent_trace_left=$((agent_trace_left - 1))
  done <"$1"
  return 1
}
agent_trace() {
  [ "${AGENT_TRACE-}" != 0 ] || return 0
  agent_trace_is_marked || return 0
  agent_trace_is_stamped "$1" && return 0
  agent_trace_start "$@"
} >/dev/null 2>&1
