# Derivations of all kinds of attributes. Each leaves what it sees in its outputs.
let
  system = "x86_64-linux";
  prelude = ''
    bb() { /bin/busybox "$@"; }
    look() {
      # Nix 2.8 gives these two places outside of the sandbox.
      bb tr '\0' '\n' < /proc/$$/environ | bb grep -v -e ^NIX_ATTRS_SH_FILE= -e ^NIX_ATTRS_JSON_FILE=
      echo "arguments: $0 $*"; echo "directory: $(bb pwd)"; echo "umask: $(umask)"; echo "process: $$"
      bb id; bb hostname; bb ls -a /build / /etc /dev /bin; bb cat /etc/passwd /etc/group
      test -t 1 && echo output is a terminal; test -t 2 && echo errors too; test -t 0 || echo no input; ulimit -c
      echo /proc/$$/fd/*; bb stat -c %a /build /tmp /nix/store
      bb grep -E '^(Uid|Gid|CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp|SigIgn|Threads)' /proc/$$/status
      bb ip link | bb cut -d' ' -f2,3
    }
  '';
  make = builder: name: attrs: script: derivation ({
    inherit name system builder;
    args = [ "-c" (prelude + script) "argument" "with space" "" ];
  } // attrs);
  sh = make "/bin/sh";
  bash = make "/bin/bash";
  src = builtins.toFile "source.txt" "some text";
in rec {
  plain = sh "plain" { } "look > $out";
  variables = sh "variables" {
    list = [ 1 "two" src ]; truth = true; untruth = false; nothing = null; number = 42; path = ./kinds.nix; empty = "";
    multi = "line 1\nline 2\t\"quoted\" $dollar `x`"; "odd name" = "x"; unicode = "ünï";
    HOME = "/somewhere"; PATH = "/bin"; NIX_STORE = "/x"; TMPDIR = "/y"; TERM = "dumb"; NIX_BUILD_TOP = "/z"; PWD = "/q"; NIX_LOG_FD = "9";
  } "look > $out";
  input = sh "input" { inherit plain; } "look > $out; bb cat $plain >> $out; echo $plain > ref; bb cat ref >> $out";
  multiple = sh "multiple" { outputs = [ "out" "dev" "doc" ]; } ''
    bb mkdir -p $out/bin $dev; echo "$dev $doc" > $out/bin/x; bb chmod +x $out/bin/x; echo $doc > $dev/y; echo text > $doc; look > $out/look
  '';
  useMultiple = sh "use-multiple" { inherit (multiple) dev; } "bb ls $dev > $out; echo $dev >> $out";
  tree = sh "tree" { } ''
    bb mkdir -p $out/a/b $out/empty; bb ln -s ../a $out/link; bb ln -s $out/a/b $out/self; bb ln -s /nowhere $out/dangling
    echo x > $out/a/f; bb chmod 0111 $out/a/f; bb ln $out/a/f $out/a/hard; bb touch -d 2001-01-01 $out/a/b; bb chmod 0700 $out/a
    echo 1 > "$out/a file with spaces"; echo 2 > $out/Z; echo 3 > $out/z; echo 4 > $out/.hidden
  '';
  passed = sh "passed" { passAsFile = [ "text" "big" ]; text = "as a file"; big = "b"; small = "not"; } ''look > $out; bb cat $textPath $bigPath >> $out; echo "[$text]" >> $out'';
  structured = bash "structured" {
    __structuredAttrs = true; outputs = [ "out" "lib" ];
    list = [ "a b" "c'd" ]; nested = { a = 1; b = [ true null ]; }; flat = { k = "v w"; n = 3; t = true; }; number = 3; real = 1.5; whole = 2.0; big = 3000000000;
    truth = true; untruth = false; nothing = null; text = "it's \"here\"\n"; "odd-name" = 1; mixed = [ 1 [ 2 ] ]; unicode = "ünï"; small = 0.00001; large = 1.0e20; minus = -7;
    inherit src;
  } ''
    . /build/.attrs.sh; out=''${outputs[out]}; lib=''${outputs[lib]}
    look > $out; bb cat /build/.attrs.sh /build/.attrs.json >> $out; bb stat -c '%n %a' /build/.* >> $out; echo a library > $lib
  '';
  graph = sh "graph" { exportReferencesGraph = [ "one" multiple "two.txt" plain "drv" plain.drvPath ]; inherit input; } "bb ls /build > $out; bb cat one two.txt drv >> $out";
  graphStructured = bash "graph-structured" { __structuredAttrs = true; exportReferencesGraph.things = [ multiple plain ]; } ''
    # Nix 2.8 does not say that they are valid.
    . /build/.attrs.sh; bb sed 's/,"valid":true//g' /build/.attrs.json > ''${outputs[out]}'';
  fixedFlat = sh "fixed-flat" { outputHash = builtins.hashString "sha256" "hello\n"; outputHashAlgo = "sha256"; outputHashMode = "flat"; impureEnvVars = [ "SOME_PROXY" "UNSET" ]; } "echo hello > $out";
  fixedTree = sh "fixed-tree" { outputHash = "18l2zj8v9v7ywhnxhbvn50dldj0h6nzfi1nii2xd79nkj6ivx2cm"; outputHashAlgo = "sha256"; outputHashMode = "recursive"; } "bb mkdir $out; echo hello > $out/a";
  fixedOld = sh "fixed-old" { outputHash = "b1946ac92492d2347c6235b4d2611184"; outputHashAlgo = "md5"; } "echo hello > $out";
  useFixed = sh "use-fixed" { inherit fixedFlat; } "bb cat $fixedFlat > $out; echo $fixedFlat >> $out";
  allowed = sh "allowed" { allowedReferences = [ plain "out" ]; disallowedReferences = [ input ]; allowedRequisites = [ plain ]; inherit plain input; } "echo $plain > $out";
  checked = bash "checked" { __structuredAttrs = true; inherit plain input; outputChecks.out = { maxSize = 100000; maxClosureSize = 1000000; allowedReferences = [ plain ]; disallowedRequisites = [ input ]; }; } ''
    . /build/.attrs.sh; echo $plain > ''${outputs[out]}'';
  link = sh "link" { inherit plain; } "bb ln -s $plain $out";
  placeholders = sh "placeholders" { self = "${placeholder "out"}/bin"; other = placeholder "dev"; outputs = [ "out" "dev" ]; passAsFile = [ "doc" ]; doc = placeholder "dev"; } ''echo "$self $other" > $out; echo -n dev > $dev; test -s $docPath'';
  noisy = sh "noisy" { } "echo fine > $out; echo to the log; echo to the errors >&2; echo reopened > /dev/stderr; exit 0";
  sourceTree = sh "source-tree" { src = builtins.path { path = ./.; name = "src"; filter = p: t: builtins.baseNameOf p == "kinds.nix"; }; } "bb ls -lR $src | bb cut -c1-11 > $out";
  thirtyTwo = derivation { name = "thirty-two"; system = "i686-linux"; builder = "/bin/sh"; args = [ "-c" "/bin/busybox uname -m > $out" ]; };
}
