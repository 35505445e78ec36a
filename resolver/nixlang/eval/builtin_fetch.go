package eval

import (
	"fmt"
	"strings"
	"time"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

var fetchBuiltins = []primop{
	{name: "fetchurl", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		return ev.fetchURL("fetchurl", "", pos, a)
	}},
	{name: "fetchTarball", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		return ev.fetchURL("fetchTarball", "source", pos, a)
	}},
	{name: "fetchGit", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		return ev.fetchTree("fetchGit", pos, a)
	}},
	{name: "fetchTree", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		return ev.fetchTree("fetchTree", pos, a)
	}},
	{name: "fetchClosure", arity: 1, one: fetchClosure},
	{name: "fetchMercurial", arity: 1, one: func(ev *Evaluator, pos Pos, _ *Value) Value {
		ev.throw(&Error{
			Kind: Failed, pos: pos, Msg: "Mercurial repositories cannot be fetched",
			Hints: []string{"fetch the same revision as an archive (builtins.fetchTarball) or from a Git mirror (builtins.fetchGit)"},
		})
		return null
	}},
}

// fetchURL is fetchurl, or fetchTarball where files have a name.
func (ev *Evaluator) fetchURL(who, name string, pos Pos, a *Value) Value {
	u := FetchURL{Unpack: who == "fetchTarball", Name: name}
	named := false
	v := ev.force(a)
	if v.kind() == kAttrs {
		for _, x := range ev.sortedByName(v.attrs()) {
			switch attr := ev.name(x.sym); attr {
			case "url":
				u.URL = ev.forcePlainString(x.val, pos)
			case "sha256":
				u.Want = ev.parseHash(ev.forcePlainString(x.val, pos), nixhash.SHA256, pos)
			case "name":
				named = true
				u.Name = ev.forcePlainString(x.val, pos)
			default:
				ev.fail(pos, "unsupported argument '%s' to '%s'", attr, who)
			}
		}
		if u.URL == "" {
			ev.fail(pos, "'url' argument required")
		}
	} else {
		u.URL = ev.plainString(v, pos)
	}
	if u.Unpack {
		u.URL = pseudoURL(u.URL)
	}
	if u.Name == "" {
		u.Name = baseName(strings.TrimRight(u.URL, "/"))
	}
	ev.checkFetchName(who, u, named, v.kind() == kAttrs, pos)
	if ev.opts.Pure && u.Want.IsZero() {
		ev.throw(&Error{
			Kind: Failed, pos: pos, Msg: fmt.Sprintf("in pure evaluation mode, '%s' requires a 'sha256' argument", who),
			Hints: []string{"write " + who + " { url = …; sha256 = …; }, or evaluate with --impure"},
		})
	}
	p, err := ev.host.FetchURL(ev.life, u)
	if err != nil {
		ev.rethrow(pos, err)
	}
	return ev.storePathValue(p)
}

// checkFetchName refuses what cannot be the name of a store path.
func (ev *Evaluator) checkFetchName(who string, u FetchURL, named, attrs bool, pos Pos) {
	if storepath.CheckName(u.Name) == nil {
		return
	}
	next := fmt.Sprintf("Please pass an attribute set with 'url' and 'name' attributes to '%s',  so that it can create a valid store path.", who)
	switch {
	case named:
		next = fmt.Sprintf("Please change the value for the 'name' attribute passed to '%s', so that it can create a valid store path.", who)
	case attrs:
		next = fmt.Sprintf("Please add a valid 'name' attribute to the argument for '%s', so that it can create a valid store path.", who)
	}
	ev.fail(pos, "invalid store path name when fetching URL '%s': %s. %s", u.URL, nameProblem(u.Name), next)
}

func (ev *Evaluator) storePathValue(p string) Value {
	return mkContextString(p, ev.contextOf(ContextElem{Kind: OpaquePath, Path: p}))
}

// fetchTree is fetchTree and fetchGit.
func (ev *Evaluator) fetchTree(who string, pos Pos, a *Value) Value {
	t := FetchTree{Builtin: who, Pure: ev.opts.Pure}
	v := ev.force(a)
	git := who == "fetchGit"
	switch {
	case v.kind() == kAttrs:
		t.Attrs = ev.fetchAttrs(who, v.attrs(), pos)
	case git:
		var ctx Context
		t.Attrs = map[string]FetchAttr{"type": "git", "url": ev.coerce(v, pos, &ctx, coercePath)}
	default:
		var ctx Context
		t.Ref = ev.coerce(v, pos, &ctx, coercePath)
		if !ev.opts.feature("flakes") {
			ev.fail(pos, "passing a string argument to '%s' requires the 'flakes' experimental feature", who)
		}
	}
	if git && t.Attrs["exportIgnore"] == nil && t.Attrs["submodules"] != true {
		t.Attrs["exportIgnore"] = true
	}
	if !git && t.Attrs["type"] == "git" && t.Attrs["shallow"] == nil {
		t.Attrs["shallow"] = true
	}
	if t.Attrs["__final"] != nil {
		ev.fail(pos, "input is not allowed to use the '__final' attribute")
	}
	tree, err := ev.host.FetchTree(ev.life, t)
	if err != nil {
		ev.rethrow(pos, err)
	}
	return ev.treeAttrs(tree, pos, git)
}

// fetchAttrs reads the argument of a fetcher.
func (ev *Evaluator) fetchAttrs(who string, attrs []Attr, pos Pos) map[string]FetchAttr {
	out := map[string]FetchAttr{}
	typ := get(attrs, ev.sym.typ)
	switch {
	case who == "fetchGit" && typ != nil:
		ev.fail(pos, "unexpected argument 'type'")
	case who == "fetchGit":
		out["type"] = "git"
	case typ == nil:
		ev.fail(pos, "argument 'type' is missing in call to '%s'", who)
	default:
		out["type"] = ev.forcePlainString(typ, pos)
	}
	for _, x := range ev.sortedByName(attrs) {
		name := ev.name(x.sym)
		if x.sym == ev.sym.typ {
			continue
		}
		v := ev.force(x.val)
		if name == "publicKeys" && !v.isString() {
			ev.require("verified-fetches", "", pos)
			var ctx Context
			out[name] = string(ev.appendJSON(nil, x.val, pos, &ctx, true))
			continue
		}
		value, ok := ev.fetchAttr(v, fmt.Sprintf("'%s' argument '%s'", who, name), pos)
		if !ok {
			ev.fail(pos, "argument '%s' to '%s' is %s while a string, Boolean or integer is expected", name, who, typeName(v))
		}
		out[name] = value
	}
	if who != "fetchGit" && out["name"] != nil {
		ev.fail(pos, "argument 'name' isn’t supported in call to '%s'", who)
	}
	return out
}

// fetchAttr reads a string, a path, a Boolean or an integer; what names it in
// messages.
func (ev *Evaluator) fetchAttr(v Value, what string, pos Pos) (FetchAttr, bool) {
	switch v.kind() {
	case kString, kContext:
		return v.str(), true
	case kPath:
		return ev.asText(v.str()), true
	case kBool:
		return v.bool(), true
	case kInt:
		if v.int() < 0 {
			ev.fail(pos, "negative value given for %s: %d", what, v.int())
		}
		return v.int(), true
	}
	return nil, false
}

// noRevision stands for the revision of a Git tree that is not committed.
const noRevision = "0000000000000000000000000000000000000000"

// shortRevision is how long an abbreviated revision is.
const shortRevision = 7

// treeAttrs says what was fetched. fetchGit has a revision in any case.
func (ev *Evaluator) treeAttrs(t Tree, pos Pos, fetchGit bool) Value {
	b := ev.buildAttrs(10)
	b.add("outPath", ev.storePathValue(t.Path))
	text := func(name string) string { s, _ := t.Attrs[name].(string); return s }
	if h := text("narHash"); h != "" {
		b.add("narHash", mkString(h))
	}
	if text("type") == "git" {
		submodules, _ := t.Attrs["submodules"].(bool)
		b.add("submodules", mkBool(submodules))
	}
	rev := text("rev")
	if rev == "" && fetchGit {
		rev = noRevision
	}
	if rev != "" {
		b.add("rev", mkString(rev))
		b.add("shortRev", mkString(rev[:min(shortRevision, len(rev))]))
	}
	if n, ok := t.Attrs["revCount"].(int64); ok || fetchGit {
		b.add("revCount", mkInt(n))
	}
	if dirty := text("dirtyRev"); dirty != "" {
		b.add("dirtyRev", mkString(dirty))
		b.add("dirtyShortRev", mkString(text("dirtyShortRev")))
	}
	if n, ok := t.Attrs["lastModified"].(int64); ok {
		b.add("lastModified", mkInt(n))
		b.add("lastModifiedDate", mkString(time.Unix(n, 0).UTC().Format("20060102150405")))
	}
	for i := range b.list {
		b.list[i].pos = pos
	}
	return b.value()
}

// fetchClosure is builtins.fetchClosure.
func fetchClosure(ev *Evaluator, pos Pos, a *Value) Value {
	var c FetchClosure
	dir := storepath.Dir(ev.host.StoreDir())
	storePath := func(x *Value) storepath.Path {
		var ctx Context
		text := ev.coerceCell(x, pos, &ctx, coercePath)
		p, err := dir.Parse(text)
		if err != nil {
			ev.fail(pos, "path '%s' is not in the Nix store", text)
		}
		return p
	}
	toPath := false
	for _, x := range ev.sortedByName(ev.forceAttrs(a, pos)) {
		switch name := ev.name(x.sym); name {
		case "fromPath":
			c.From = storePath(x.val)
		case "toPath":
			toPath = true
			if v := ev.force(x.val); v.isString() && v.str() == "" {
				c.Rewrite = true
			} else {
				c.To = storePath(x.val)
			}
		case "fromStore":
			c.Store = ev.forcePlainString(x.val, pos)
		case "inputAddressed":
			c.InputAddressed = ev.forceBool(x.val, pos)
		default:
			ev.fail(pos, "attribute '%s' isn't supported in call to 'fetchClosure'", name)
		}
	}
	scheme, rest, _ := strings.Cut(c.Store, "://")
	switch {
	case c.From.IsZero():
		ev.fail(pos, "attribute 'fromPath' is missing in call to 'fetchClosure'")
	case c.InputAddressed && toPath:
		ev.fail(pos, "attribute 'inputAddressed' is set to true, but 'toPath' is also set. Please remove one of them")
	case c.Store == "":
		ev.fail(pos, "attribute 'fromStore' is missing in call to 'fetchClosure'")
	case scheme != "http" && scheme != "https":
		ev.fail(pos, "'fetchClosure' only supports http:// and https:// stores")
	case strings.Contains(rest, "?"):
		ev.fail(pos, "'fetchClosure' does not support URL query parameters (in '%s')", c.Store)
	}
	p, err := ev.host.FetchClosure(ev.life, c)
	if err != nil {
		ev.rethrow(pos, err)
	}
	return ev.storePathValue(p)
}
