# Derivations whose outputs are addressed by content, and others that need them.
let
  sh = name: attrs: script: derivation ({
    inherit name; system = "x86_64-linux"; builder = "/bin/sh";
    args = [ "-c" (''bb() { /bin/busybox "$@"; }; '' + script) ];
  } // attrs);
  ca = name: attrs: sh name ({ __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; } // attrs);
in rec {
  text = ca "text" { } "echo text > $out";
  self = ca "self" { } "bb mkdir $out; echo $out > $out/a; bb ln -s $out/a $out/b; echo x$out$out > $out/c; bb seq 100000 > $out/d; echo $out >> $out/d";
  several = ca "several" { outputs = [ "out" "dev" "doc" ]; } "echo $out $dev $doc > $out; echo $dev $doc > $dev; echo no > $doc";
  chain = ca "chain" { inherit text self; } "echo $text $self > $out; bb cat $text >> $out";
  same = ca "text" { extra = text; } "echo text > $out";
  deferred = sh "deferred" { inherit chain several; } "echo $chain $several $out > $out; bb tr '\\0' '\\n' < /proc/$$/environ >> $out";
  more = sh "more" { inherit deferred; outputs = [ "out" "lib" ]; } "echo $deferred $lib > $out; echo lib > $lib";
  flat = ca "flat" { outputHashMode = "flat"; outputHashAlgo = "sha1"; } "echo flat > $out";
  sha512 = ca "sha512" { outputHashAlgo = "sha512"; } "echo flat > $out";
  useSame = ca "use" { x = same; } "echo $x > $out; bb tr '\\0' '\\n' < /proc/$$/environ | bb grep -v ^out= >> $out";
}
