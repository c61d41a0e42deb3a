# shellcheck shell=sh
# Only messages that are there already: an editor is still to be opened on anything else.
agent_trace() {
  [ "${AGENT_TRACE-}" != 0 ] || return 0
  case ${2-} in
    message | commit | merge | squash) ;;
    *) return 0 ;;
  esac
  # Of a person's commits only those of which git takes the signs away before the last hook runs.
  agent_trace_is_marked || [ -f "${1%/*}/SQUASH_MSG" ] || [ -f "${1%/*}/CHERRY_PICK_HEAD" ] ||
    [ -f "${1%/*}/REVERT_HEAD" ] || return 0
  agent_trace_start "$@"
} >/dev/null 2>&1
