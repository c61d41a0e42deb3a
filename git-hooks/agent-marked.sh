# shellcheck shell=sh
# Whether an agent left its mark in the environment; nothing has to be started to know that none did.
agent_trace_is_marked() {
  case ${AGENT_TRACE_SESSION-}${CLAUDECODE-}${CLAUDE_CODE_SESSION_ID-}${CODEX_THREAD_ID-}${COPILOT_AGENT_SESSION_ID-} in
    ?*) return 0 ;;
  esac
  case ${AMP_CURRENT_THREAD_ID-}${COPILOT_CLI-}${CODEX_SANDBOX-}${GEMINI_CLI-}${CURSOR_AGENT-}${OPENCODE-} in
    ?*) return 0 ;;
  esac
  case ${QWEN_CODE-}${QWEN_CODE_SESSION_ID-}${CLINE_ACTIVE-}${CLINE_TASK_ID-} in
    ?*) return 0 ;;
  esac
  return 1
}
