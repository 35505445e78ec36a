# Derivations whose builder is part of Nix.
{ url }:
let
  package = name: script: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" (''bb() { /bin/busybox "$@"; }; bb mkdir -p $out; cd $out; '' + script) ]; };
  a = package "a" "bb mkdir -p bin share/a nix-support lib/x; echo a > bin/a; echo a > share/a/x; echo same > share/same; echo ${c} > nix-support/propagated-user-env-packages; echo no > nix-support/x; echo 1 > lib/x/1; bb ln -s /nowhere dangling; echo h > .hidden";
  b = package "b" "bb mkdir -p bin share/b lib; echo b > bin/b; echo b > share/b/x; echo other > share/same; bb ln -s ${package "lib" "bb mkdir x; echo 2 > x/2"}/x lib/x; echo log > log; bb mkdir info; echo i > info/dir; echo j > info/file";
  c = package "c" "bb mkdir bin; echo c > bin/c; echo c > bin/a";
  builtin = name: attrs: derivation ({ name = builtins.replaceStrings [ ":" ] [ "-" ] name; system = "builtin"; builder = "builtin:" + name; } // attrs);
  tarball = package "channel.tar.gz" "bb mkdir -p t/some/dir; echo x > t/some/dir/f; bb chmod +x t/some/dir/f; bb ln -s f t/some/dir/l; bb tar cf - -C t some | bb gzip > /build/ch; cd ..; bb rm -r $out; bb cp /build/ch $out";
  fetch = attrs: builtin "fetchurl" ({ inherit url; outputHashAlgo = "sha256"; } // attrs);
in {
  env = builtin "buildenv" { manifest = "/dummy"; derivations = [ "true" 5 1 a "true" 4 1 b "false" 1 1 (package "off" "echo off > off") ]; };
  channel = builtin "unpack-channel" { channelName = "chan"; src = tarball; };
  file = fetch { outputHash = builtins.hashString "sha256" "fetched\n"; outputHashMode = "flat"; };
  program = fetch { executable = true; outputHash = "06gk0z2lmzfazkndjdlcxyj3wfrhag9b8m12xvnkrmi7mq88pv3k"; outputHashMode = "recursive"; };
}
