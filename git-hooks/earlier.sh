# shellcheck shell=sh
hook=@HOOK@
earlier=${0%/*}/'@EARLIER@'
status=0
if [ -x "$earlier" ] && [ ! -d "$earlier" ]; then
  "$earlier" "$@"
  status=$?
fi
case $hook in
  post-*) ;;
  *) [ "$status" -eq 0 ] || exit "$status" ;;
esac
agent_trace "$@"
exit "$status"
