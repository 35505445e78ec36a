let n = 3; in [
  "a${toString n}b\${x}$${y}\n" ''
    indented
      more ${toString n}
    ''${kept} '''quotes''' ''\t end
  '' (toString [ [ ] 1 [ ] [ 2 [ ] ] true null 1.5 ]) (builtins.replaceStrings [ "" "b" ] [ "-" "B" ] "abc")
  (builtins.substring 1 (-1) "hello") (builtins.split "(b)" "abcb") (builtins.match "(a*)*" "aa")
]
