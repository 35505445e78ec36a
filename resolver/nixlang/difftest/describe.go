package difftest

// describe is a Nix function that turns any value into a string that says all
// of it that both evaluators must agree on, four levels deep.
const describe = `let
  show = d: v:
    let t = builtins.typeOf v; in
    if t == "string" then
      builtins.toJSON (builtins.unsafeDiscardStringContext v)
      + (if builtins.hasContext v then "^" + builtins.toJSON (builtins.getContext v) else "")
    else if t == "int" then toString v
    else if t == "float" then "f" + builtins.toJSON v + "/" + toString v
    else if t == "bool" then (if v then "true" else "false")
    else if t == "null" then "null"
    else if t == "path" then "p" + toString v
    else if t == "lambda" then "L" + builtins.toJSON (builtins.functionArgs v)
    else if d == 0 then t
    else if t == "list" then "[" + builtins.concatStringsSep "," (map (show (d - 1)) v) + "]"
    else "{" + builtins.concatStringsSep "," (map (n: builtins.toJSON n + "=" + show (d - 1) v.${n}) (builtins.attrNames v)) + "}";
in
v: builtins.unsafeDiscardStringContext (show 4 v)
`

// An Outcome is what an expression gave: a value's description, or the core of
// an error message.
type Outcome struct {
	Failed bool
	Value  string
	Err    string // the first line of the message
}

func (o Outcome) String() string {
	if o.Failed {
		return "error: " + o.Err
	}
	return o.Value
}
