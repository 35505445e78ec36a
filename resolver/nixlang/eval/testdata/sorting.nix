# Short and long lists, with and without runs; equal elements stay in order.
let
  mixed = n: builtins.genList (i: let x = i * 7919 + 104729; in (x * x / 97) - (x * x / 97 / 1009) * 1009) n;
  runs = n: builtins.concatLists (builtins.genList (i: builtins.genList (k: if i / 2 * 2 == i then i * 3 + k else i * 5 - k) (i + 1)) n);
  shape = l: builtins.concatStringsSep " " (map toString l);
in
map (l: [
  (shape (builtins.sort builtins.lessThan l))
  (shape (builtins.sort (a: b: a / 8 < b / 8) l))
]) [ [ ] (mixed 3) (mixed 17) (mixed 40) (mixed 100) (runs 9) (runs 12) ]
