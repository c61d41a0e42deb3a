# shellcheck shell=sh
# No agent in the environment, or a message that already names its session: nothing to start.
agent_trace_is_idle() {
  case ${AGENT_TRACE_SESSION-}${CLAUDECODE-}${CLAUDE_CODE_SESSION_ID-}${CODEX_THREAD_ID-}${COPILOT_AGENT_SESSION_ID-} in
    ?*) ;;
    *)
      case ${AMP_CURRENT_THREAD_ID-}${AGENT_THREAD_ID-}${GEMINI_CLI-}${CURSOR_AGENT-}${OPENCODE-}${QWEN_CODE-} in
        ?*) ;;
        *) return 0 ;;
      esac
      ;;
  esac
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
  agent_trace_is_idle "$1" && return 0
  agent_trace_hook='@BINARY@'
  [ -x "$agent_trace_hook" ] || agent_trace_hook=agent-trace-hook
  command -v "$agent_trace_hook" || return 0
  "$agent_trace_hook" git @HOOK@ "$@"
  return 0
} >/dev/null 2>&1
