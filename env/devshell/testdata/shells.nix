# Shells of many kinds, each an attribute: bash at /bin/bash is the sandbox's, and
# there is nothing else but busybox.
{ greeting ? "hello", pkgs ? { inherit greeting; } }:
let
  bash = attrs: derivation ({ system = "x86_64-linux"; builder = "/bin/bash"; outputs = [ "out" ]; args = [ "-c" "exit 1" ]; } // attrs);

  # A package in whose bin directory there is a command.
  package = name: bash {
    inherit name;
    args = [ "-c" "/bin/busybox mkdir -p $out/bin $out/share/man; echo 'echo ${name}' > $out/bin/${name}; /bin/busybox chmod +x $out/bin/${name}" ];
  };

  # What Nixpkgs calls stdenv, in small.
  setup = builtins.toFile "setup" ''
    shopt -s nullglob
    trap 'exitHandler' EXIT
    exitHandler() { exitCode="$?"; set +e; }
    export FROM_SETUP=1
    export SOURCE_DATE_EPOCH=315532800
    declare -a preHooks=(one "two words" "" $'three\nlines')
    declare -A hookTable=([a]=1 ["b c"]='two words' ['$x']="a ']' \" quote")
    declare -a empty=()
    declare -A emptyTable=()
    declare -i number=42
    declare -r constant=1
    declare -x declared
    unexported=plain
    PATH=
    XDG_DATA_DIRS=
    for i in $buildInputs; do
      PATH=$PATH''${PATH:+:}$i/bin
      XDG_DATA_DIRS=$XDG_DATA_DIRS''${XDG_DATA_DIRS:+:}$i/share
    done
    export PATH XDG_DATA_DIRS
    runHook() { eval "''${!1}"; }
    addToSearchPath() {
      local name="$1"
      export "$name=''${!name:+''${!name}:}$2"
    }
    set +u
  '';
  stdenv = bash {
    name = "stdenv";
    args = [ "-c" "/bin/busybox mkdir $out; /bin/busybox cp ${setup} $out/setup" ];
  };
  mkShell = attrs: bash ({
    inherit stdenv;
    phases = "buildPhase";
    buildPhase = "echo built > $out";
  } // attrs);
in
rec {
  plain = bash { name = "plain"; FOO = "bar"; };

  values = bash {
    name = "values";
    empty = "";
    newlines = "one\ntwo\n\nfour\n";
    quotes = ''it's "quoted" \ and `back` $HOME ''${x}'';
    unicode = "grüße 世界 🎉";
    blanks = "\ttab  spaces \r return";
    percent = "100% %s %n";
    at = "@ * [x] {y} #";
    evil = "x\ndeclare -x EVIL=\"1\"\ndeclare -f evil\n";
    brackets = "}\n{\n";
    list = [ "a" "b c" 1 ];
    bool = true;
    none = null;
    number = 12;
  };

  large = mkShell { name = "large"; setupHook = "x"; long = builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 4000); };

  stdenvShell = mkShell { name = "stdenv-shell"; buildInputs = [ (package "alpha") (package "beta") ]; shellHook = "echo $greeting from the hook"; inherit greeting; };

  withPkgs = mkShell { name = "with-pkgs"; inherit (pkgs) greeting; };

  outputs = mkShell {
    name = "several";
    outputs = [ "out" "dev" "man" ];
    flags = "--prefix=${builtins.placeholder "out"} --man=${builtins.placeholder "man"}";
  };

  devFirst = mkShell { name = "dev-first"; outputs = [ "dev" "out" ]; };

  structured = mkShell {
    name = "structured";
    __structuredAttrs = true;
    outputs = [ "out" "dev" ];
    list = [ "a" "b c" "it's" ];
    table = { x = "1"; "y z" = "two words"; };
    nested = { a = [ 1 2 { b = null; } ]; };
    truth = true;
    number = 7;
    fraction = 1.5;
    text = "one\ntwo";
    shellHook = "echo structured";
    outputChecks.out.allowedReferences = [ ];
    html = "<a> & \"b\"";
  };

  asFile = mkShell { name = "as-file"; passAsFile = [ "big" ]; big = "in a file"; small = "in the environment"; };

  checked = mkShell {
    name = "checked";
    allowedReferences = [ ];
    allowedRequisites = [ ];
    disallowedReferences = [ stdenv ];
    disallowedRequisites = [ stdenv ];
  };

  fixed = mkShell {
    name = "fixed";
    outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    outputHashMode = "recursive";
  };

  functions = mkShell {
    name = "functions";
    stdenv = bash {
      name = "stdenv";
      script = ''
        plain() { echo plain; }
        with-dash() { echo dash; }
        with.dot::colon() { echo "$1"; }
        subshell() ( cd /; echo "$PWD" )
        braces() { echo "} { }"; local x={a,b}; : "''${x#\}}"; }
        redirected() { echo to; } > /dev/null 2>&1
        document() {
          cat <<-EOF
        line } of $1
        	{ tab
        EOF
          cat <<< 'string'
        }
        patterns() { case $1 in a|b) echo ab;; (c) echo c;& *) echo rest;; esac; [[ $1 =~ ^x{2}$ ]]; }
        quotes() { echo 'it'"'"'s' "a\"b" $'c\nd' \\; }
        unicode() { echo "grüße 🎉"; }
        nested() { inner() { echo in; }; inner; }
        exported() { echo x; }
        export -f exported
        empty() { :; }
        loop() { for ((i=0; i<3; i++)); do echo $i; done; select x in a b; do break; done; coproc cat; time true; }
        percent() { printf '%s %d\n' a 1; }
      '';
      args = [ "-c" "/bin/busybox mkdir $out; printf %s \"$script\" > $out/setup" ];
    };
  };

  unset = mkShell { name = "unset"; TMPDIR = "/elsewhere"; SHELL = "/bin/other"; HOME = "/of/the/derivation"; TERM = "dumb"; IFS = ","; };

  setupOptions = bash {
    name = "setup-options";
    stdenv = bash {
      name = "stdenv";
      script = ''
        set -f
        IFS=,
        shopt -s extglob
        printfs=1
        values=(1 2 3)
        sparse=([3]=x [7]=y)
        declare -n reference=values
        declare -x -i exportedInteger=3
        declare -ax exportedArray=(1)
        declare -l lower=ABC
        setopt() { echo "$-"; }
      '';
      args = [ "-c" "/bin/busybox mkdir $out; printf %s \"$script\" > $out/setup" ];
    };
  };

  raw = derivation { name = "raw"; system = "x86_64-linux"; builder = "/bin/bash"; FOO = "bar"; };

  strict = mkShell { name = "strict"; stdenv = bash { name = "stdenv"; args = [ "-c" "/bin/busybox mkdir $out; echo 'set -u; export FROM_SETUP=1' > $out/setup" ]; }; };

  # What is no shell.
  sh = derivation { name = "sh-built"; system = "x86_64-linux"; builder = "/bin/sh"; };
  exits = mkShell { name = "exits"; stdenv = bash { name = "stdenv"; args = [ "-c" "/bin/busybox mkdir $out; echo 'exit 0' > $out/setup" ]; }; };
  fails = mkShell { name = "fails"; stdenv = bash { name = "stdenv"; args = [ "-c" "/bin/busybox mkdir $out; echo 'echo no setup; false' > $out/setup" ]; }; };
}
