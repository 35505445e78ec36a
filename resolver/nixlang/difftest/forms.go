package difftest

// genericForms give any kind, which is %%.
var genericForms = []string{
	"(if %b then %% else %%)", "(let &a = %a; in %%)", "(let &i = %i; &s = %s; in %%)", "(let &S = %S; in %%)", "(with %S; %%)",
	"(assert %b; %%)", "((@a: %%) %a)", "((@s: @i: %%) %s %i)", "(({ a ? %%, b ? a, ... }: a) %S)", "(({ a, b ? %% }@@S: b) %S)",
	"({ # = %%; }.# or %%)", "(%S.# or %%)", "(builtins.head [ %% %a ])", "(builtins.elemAt [ %% %% ] %k)", "(builtins.seq %a %%)",
	"(builtins.deepSeq %a %%)", "(builtins.tryEval %%).value", "(rec { a = %%; b = a; }.b)", "(let inherit (%S) a b; in %%)",
	"(builtins.getAttr \"a\" { a = %%; })", "(builtins.foldl' (@a: @a: %%) %% %l)", "(let body = %%; in body)", "(throw %s)", "(abort %s)",
	"(let f = { # ? %a, ... }: %%; in f %S)", "(__head (__tail [ %a %% ]))", "(builtins.addErrorContext %s %%)", "(%f %a)", "(%f %a %a)",
	"(scopedImport %S ./nofile.nix)", "(let { &a = %a; body = %%; })", "(builtins.fromJSON (builtins.toJSON %%))", "(%S.#)", "(%S.#.#)",
	"(if %a == %a then %% else %%)", "(let a = { b.c = %%; b.d = %a; }; in a.b.c)", "(with { # = %a; }; with %S; %%)",
	"(builtins.foldl' %f %a %l)", "(builtins.getAttr %s %S)", "(builtins.head (builtins.filter (@a: %b) %l))",
}

var formsOf = map[kind][]string{
	boolean: {
		"(%a == %a)", "(%a != %a)", "(%i < %i)", "(%n <= %n)", "(%s < %s)", "(%l < %l)", "(%n > %n)", "(%s >= %s)", "(!%b)", "(%b && %b)",
		"(%b || %b)", "(%b -> %b)", "(%S ? #)", "(%S ? #.#)", "(%S ? ${%s})", "(builtins.isInt %a)", "(builtins.isFloat %a)", "(builtins.isString %a)",
		"(builtins.isList %a)", "(builtins.isAttrs %a)", "(builtins.isFunction %a)", "(builtins.isPath %a)", "(builtins.isBool %a)", "(isNull %a)",
		"(builtins.elem %a %l)", "(builtins.any (@a: %b) %l)", "(builtins.all (@a: %b) %l)", "(builtins.hasAttr %s %S)", "(builtins.hasContext %s)",
		"(builtins.lessThan %a %a)", "(builtins.pathExists %p)", "(builtins.tryEval %a).success", "(%p < %p)", "(%S == %S)", "(%l == %l)",
		"(builtins.lessThan %n %n)", "(%s == %s)", "(%n == %i)", "(builtins.match %s %s == null)",
	},
	integer: {
		"(%i + %i)", "(%i - %i)", "(%i * %i)", "(%i / %i)", "(-%i)", "(builtins.add %i %i)", "(builtins.sub %i %i)", "(builtins.mul %i %i)",
		"(builtins.div %i %i)", "(builtins.bitAnd %i %i)", "(builtins.bitOr %i %i)", "(builtins.bitXor %i %i)", "(builtins.stringLength %s)",
		"(builtins.length %l)", "(builtins.ceil %n)", "(builtins.floor %n)", "(builtins.compareVersions %s %s)", "(builtins.foldl' (@i: @a: %i) %i %l)",
		"(builtins.fromJSON (toString %i))", "(builtins.stringLength (builtins.toJSON %a))", "(builtins.length (builtins.attrNames %S))",
	},
	small:  {"(%k + %k)", "(builtins.stringLength %s)", "(builtins.length %l)", "(%k - %k)"},
	number: {"(%n + %n)", "(%n - %n)", "(%n * %n)", "(%n / %n)", "(-%n)", "(%i * %n)", "(builtins.fromJSON (builtins.toJSON %n))", "(%n + %i)", "(%i / %n)", "(builtins.add %n %n)", "(builtins.div %n %n)", "(builtins.fromTOML \"x = 1.5e2\").x"},
	path: {
		"(%p + %s)", "(./. + \"/${%s}\")", "(dirOf %p)", "./a/${%s}/b", "./${%s}", "(%p + %p)", "./a${%s}",
	},
	text: {
		"(%s + %s)", "(%s + %p)", "(toString %a)", "(toString %l)", "(toString %n)", "(builtins.substring %k %k %s)", "(builtins.substring %k (-1) %s)",
		"(builtins.concatStringsSep %s %l)", "(builtins.concatStringsSep %s [ %s %s %s ])", "(builtins.replaceStrings [ %s %s ] [ %s %s ] %s)",
		"(builtins.replaceStrings [ \"\" ] [ %s ] %s)", "(builtins.toJSON %a)", "(builtins.toJSON %S)", "(builtins.toXML %a)", "(baseNameOf %s)", "(baseNameOf %p)",
		"(dirOf %s)", "(builtins.typeOf %a)", "(builtins.hashString \"sha256\" %s)", "(builtins.hashString %s %s)", "(placeholder %s)",
		"(builtins.concatStringsSep \",\" (builtins.attrNames %S))", "(builtins.unsafeDiscardStringContext %s)", "(builtins.parseDrvName %s).name",
		"(builtins.toFile \"n\" %s)", "(builtins.unsafeDiscardOutputDependency %s)", "(builtins.head (builtins.match \"(.*)b?\" %s))",
		"(builtins.concatStringsSep \"\" (map toString %l))", "(derivation { name = \"d\"; builder = %s; system = \"s\"; }).drvPath",
		"\"${derivation { name = \"d\"; builder = \"b\"; system = \"s\"; args = %l; }}\"", "(derivation ({ name = \"d\"; builder = \"b\"; system = \"s\"; } // %S)).outPath",
		"(builtins.addDrvOutputDependencies (derivation { name = \"d\"; builder = \"b\"; system = %s; }).drvPath)",
		"(derivation { name = \"d\"; builder = \"b\"; system = \"s\"; outputs = [ \"out\" \"dev\" ]; x = %a; }).dev",
		"(derivation { name = \"d\"; builder = \"b\"; system = \"s\"; __structuredAttrs = true; x = %a; }).drvPath",
		"(derivation { name = \"d\"; builder = \"b\"; system = \"s\"; __ignoreNulls = %b; x = %a; y = null; }).drvPath",
		"(derivation { name = \"d\"; builder = \"b\"; system = \"s\"; outputHash = builtins.hashString \"sha256\" %s; outputHashAlgo = \"sha256\"; outputHashMode = \"recursive\"; }).outPath",
		"(derivation { name = %s; builder = \"b\"; system = \"s\"; }).name", "(builtins.convertHash { hash = builtins.hashString \"sha1\" %s; hashAlgo = \"sha1\"; toHashFormat = \"sri\"; })",
		"(builtins.elemAt (builtins.splitVersion %s) 0)", "(%S.name or %s)", "(builtins.appendContext %s (builtins.getContext %s))", "(builtins.substring 0 0 %s)",
		"(builtins.toString %p)", "(builtins.readFile (builtins.toFile \"t\" %s))", "(builtins.storeDir)", "(builtins.toJSON (builtins.fromTOML %s))",
	},
	function: {
		"(@a: %a)", "(@i: %i)", "(@a: @a: %a)", "({ a ? %a, b ? %a, ... }: %a)", "({ a, ... }@@S: %a)", "(@S@{ a ? 1 }: %a)", "(builtins.add %i)",
		"(builtins.foldl' %f)", "{ __functor = self: @a: %a; }", "(builtins.map %f)", "(builtins.substring %k)", "(builtins.getAttr %s)", "(@S: %S.#)",
		"(builtins.intersectAttrs %S)", "({ # ? %a }: %a)",
	},
	list: {
		"(%l ++ %l)", "(map %f %l)", "(map (@a: %a) %l)", "(builtins.filter (@a: %b) %l)", "(builtins.tail %l)", "(builtins.genList (@i: %a) %k)",
		"(builtins.concatLists [ %l %l ])", "(builtins.concatLists %l)", "(builtins.concatMap (@a: %l) %l)", "(builtins.sort (@a: @a: %b) %l)", "(builtins.sort builtins.lessThan %l)",
		"(builtins.sort (a: b: a < b) [ %n %n %n %i ])", "(builtins.attrNames %S)", "(builtins.attrValues %S)", "(builtins.split %s %s)", "(builtins.match %s %s)",
		"(builtins.split \"([a-z])(b*)\" %s)", "(builtins.match \"([a-c]+)[^a]*(.*)\" %s)", "(builtins.splitVersion %s)", "(builtins.partition (@a: %b) %l).right",
		"(builtins.genericClosure { startSet = [ { key = %i; } ]; operator = @S: [ { key = 1; } ]; })", "(builtins.catAttrs %s [ %S %S ])",
		"(builtins.concatMap (@a: [ %a ]) %l)", "[ %a %a ]", "(builtins.sort (a: b: a > b) [ %s %s %s ])", "(builtins.split \"(a|b)?\" %s)",
		"(builtins.match %s \"${%s}\")", "(builtins.map (@S: %S.# or %a) [ %S %S ])", "(builtins.attrNames (%S // %S))", "(builtins.split \"[[:space:],]+\" %s)",
		"(builtins.genericClosure { startSet = %l; operator = %f; })", "(builtins.split \"(x*)*\" %s)", "(builtins.match \"(a*)(b|c|)+.*\" %s)",
	},
	set: {
		"(%S // %S)", "(builtins.listToAttrs [ { name = %s; value = %a; } { name = %s; value = %a; } ])", "(builtins.listToAttrs %l)", "(removeAttrs %S %l)",
		"(removeAttrs %S [ %s \"a\" ])", "(builtins.intersectAttrs %S %S)", "(builtins.mapAttrs (@s: @a: %a) %S)", "(builtins.mapAttrs %f %S)",
		"(builtins.groupBy (@a: %s) %l)", "(builtins.groupBy builtins.typeOf %l)", "(builtins.zipAttrsWith (@s: @l: %a) [ %S %S ])", "(builtins.partition (@a: %b) %l)",
		"(builtins.functionArgs %f)", "(builtins.parseDrvName %s)", "(builtins.tryEval %a)", "(builtins.getContext %s)", "(builtins.fromJSON %s)", "(builtins.fromTOML %s)",
		"(builtins.fromJSON (builtins.toJSON %S))", "(let &S = %S; in %S)", "(%S.# or { })", "{ inherit (%S) ~ ~; # = %a; }", "(builtins.zipAttrsWith (n: v: v) %l)",
		"(builtins.genericClosure { startSet = [ { key = %s; } ]; operator = @S: [ ]; })", "(rec { # = %a; # = %a; })", "{ # = %a; #.# = %a; }", "{ ${%a} = %a; }",
		"(builtins.removeAttrs %S (builtins.attrNames %S))", "(builtins.unsafeGetAttrPos \"a\" %S)",
		"(builtins.fromTOML ''a = %i\nb = \"x\"\nc = [ 1, 2 ]\n[d.e]\nf = 1.5\n'')",
	},
}
