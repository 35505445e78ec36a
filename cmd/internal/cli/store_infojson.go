package cli

import (
	"strconv"

	"devenv/store"
	"devenv/store/storepath"
)

// pathInfoJSON is what Nix's path-info prints of a path, in the order of the
// names. References and deriver are full paths in format 1, base names in 2.
type pathInfoJSON struct {
	CA          any      `json:"ca"`
	ClosureSize *int64   `json:"closureSize,omitempty"`
	Deriver     *string  `json:"deriver"`
	NarHash     string   `json:"narHash"`
	NarSize     int64    `json:"narSize"`
	References  []string `json:"references"`
	Registered  int64    `json:"registrationTime"`
	Signatures  []string `json:"signatures"`
	StoreDir    string   `json:"storeDir"`
	Ultimate    bool     `json:"ultimate"`
	Version     int      `json:"version"`
}

// addressJSON is a content address in format 2.
type addressJSON struct {
	Hash   string `json:"hash"`
	Method string `json:"method"`
}

func printPathInfoJSON(a *app, dir storepath.Dir, o pathInfoOptions, infos []store.Info, missing []storepath.Path, sizes map[storepath.Path]int64) error {
	name := dir.Join
	if o.format == 2 {
		name = storepath.Path.Base
	}
	all := map[string]*pathInfoJSON{}
	for _, p := range missing {
		all[name(p)] = nil
	}
	for _, info := range infos {
		one := newPathInfoJSON(dir, info, o.format, name)
		if o.closureSize {
			size := sizes[info.Path]
			one.ClosureSize = &size
		}
		all[name(info.Path)] = one
	}
	if o.format == 1 {
		return a.compactJSON(all)
	}
	return a.compactJSON(struct {
		Info     map[string]*pathInfoJSON `json:"info"`
		StoreDir string                   `json:"storeDir"`
		Version  int                      `json:"version"`
	}{all, string(dir), 2})
}

func newPathInfoJSON(dir storepath.Dir, info store.Info, format int, name func(storepath.Path) string) *pathInfoJSON {
	one := &pathInfoJSON{
		NarHash:    info.NarHash.SRI(),
		NarSize:    info.NarSize,
		References: []string{},
		Registered: info.Registered.Unix(),
		Signatures: append([]string{}, info.Signatures...),
		StoreDir:   string(dir),
		Ultimate:   info.Ultimate,
		Version:    format,
	}
	for _, r := range info.References {
		one.References = append(one.References, name(r))
	}
	if !info.Deriver.IsZero() {
		deriver := name(info.Deriver)
		one.Deriver = &deriver
	}
	if !info.CA.IsZero() {
		one.CA = info.CA.String()
		if format == 2 {
			one.CA = addressJSON{info.CA.Hash.SRI(), info.CA.Method.String()}
		}
	}
	return one
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
