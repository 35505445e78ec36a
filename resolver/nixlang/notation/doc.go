// Package notation is how Nix values are written: in Nix itself ([AppendString],
// [AppendAttrName], [AppendFloat]), in JSON ([ParseJSON], [AppendJSONString],
// [AppendJSONFloat]), in TOML ([ParseTOML]) and in XML ([AppendXML]).
//
// It knows no values: a text is read into a [Builder], which makes them.
package notation
