# shellcheck shell=sh
hook=@HOOK@
earlier=${0%/*}/'@EARLIER@'
if [ ! -x "$earlier" ] || [ -d "$earlier" ]; then
  agent_trace "$@"
  exit 0
fi
# Both read the same standard input; the point keeps the line feeds at its end.
input=$(cat && echo .)
printf %s "${input%.}" 2>/dev/null | "$earlier" "$@"
status=$?
case $hook in
  post-*) ;;
  *) [ "$status" -eq 0 ] || exit "$status" ;;
esac
printf %s "${input%.}" 2>/dev/null | agent_trace "$@"
exit "$status"
