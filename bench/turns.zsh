# Answers the questions on standard input, one line each, on standard output.
turn() {
  local f
  for f in $precmd_functions; do $f; done
}
ready() {
  local f
  for f in $preexec_functions; do $f; done
}
while IFS=' ' read -r op n to back; do
  case $op in
    cd) ready; cd $n; turn ;;
    show) turn; echo "<$BENCH_WITNESS>" ;;
    prompt) for ((i = 0; i < n; i++)); do turn; done ;;
    pair) for ((i = 0; i < n; i++)); do ready; cd $back; turn; ready; cd $to; turn; done ;;
  esac
  echo turns-done
done
exit 0
