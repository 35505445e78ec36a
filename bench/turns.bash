# Answers the questions on standard input, one line each, on standard output.
turn() {
  local c
  for c in "${PROMPT_COMMAND[@]}"; do eval "$c"; done
}
while IFS=' ' read -r op n to back; do
  case $op in
    cd) cd "$n"; turn ;;
    show) turn; echo "<${BENCH_WITNESS-}>" ;;
    prompt) for ((i = 0; i < n; i++)); do turn; done ;;
    pair) for ((i = 0; i < n; i++)); do cd "$back"; turn; cd "$to"; turn; done ;;
  esac
  echo turns-done
done
exit 0
