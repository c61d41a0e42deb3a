# shellcheck shell=sh
# All but the commit's name is known since the first hook: if this is the same commit, no program has to start.
agent_trace_is_told() {
  agent_trace_is_marked || return 1
  {
    IFS= read -r agent_trace_git && IFS= read -r agent_trace_head && IFS= read -r agent_trace_spool &&
      IFS= read -r agent_trace_start && IFS= read -r agent_trace_end
  } <"${GIT_DIR:-.git}/agent-trace/commit" || return 1
  [ "$agent_trace_git" = "$PPID" ] && [ -f "$agent_trace_spool" ] || return 1
  IFS= read -r agent_trace_commit <"$agent_trace_head" || return 1
  case $agent_trace_commit in
    *[!0-9a-f]* | '') return 1 ;;
  esac
  printf '\n%s%s%s\n' "$agent_trace_start" "$agent_trace_commit" "$agent_trace_end" >>"$agent_trace_spool"
}
agent_trace() {
  [ "${AGENT_TRACE-}" != 0 ] || return 0
  agent_trace_is_told && return 0
  agent_trace_start "$@"
} >/dev/null 2>&1
