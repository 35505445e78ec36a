# What Nix looks at first, and which contexts are kept.
let
  t = builtins.toFile "a" "b";
  said = e: (builtins.tryEval e).success;
in
{
  split = map builtins.hasContext (builtins.filter builtins.isString (builtins.split "x" "axb${t}"));
  unsplit = builtins.hasContext (builtins.head (builtins.split "#" "axb${t}"));
  copied = [
    (builtins.stringLength ./orders.nix)
    (builtins.hasContext (builtins.substring 0 9 ./orders.nix))
    (builtins.hasContext (builtins.unsafeDiscardOutputDependency ./orders.nix))
    (builtins.substring 0 11 (builtins.unsafeDiscardStringContext ./orders.nix))
  ];
  unplaced = builtins.unsafeGetAttrPos "a" (builtins.mapAttrs (n: v: v) { a = 1; });
  concat = said (1 ++ throw "later");
  added = said ("" + throw "later");
}
