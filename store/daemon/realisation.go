package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// DrvOutput names an output of a derivation whose path only its build tells.
// Daemons up to Nix 2.34 know derivations by their Hash, newer ones by Drv.
type DrvOutput struct {
	Drv    storepath.Path
	Hash   nixhash.Hash // modulo, as package derivation computes it
	Output string
}

// Realisation says which path an output has become.
type Realisation struct {
	ID           DrvOutput
	Path         storepath.Path
	Signatures   []string
	Dependencies map[string]storepath.Path // "<hash>!<output>" to a path; up to Nix 2.34
}

// QueryRealisation returns what id has become. The error is ErrInvalid if it is
// not known.
func (c *Client) QueryRealisation(ctx context.Context, id DrvOutput) (r Realisation, err error) {
	found := false
	err = c.pool.using(ctx, c.events, "asking for output "+id.Output, func(conn *connection) error {
		text, err := conn.drvOutput(id)
		if err != nil {
			return err
		}
		return conn.call(opQueryRealisation, text, func(d *decoder) {
			if d.proto.realisationPath {
				if found = d.Bool(); found {
					r = d.unkeyed(id)
				}
				return
			}
			for range d.Count(8) {
				r, found = d.realisationJSON(), true
			}
			r.ID.Drv = id.Drv
		})
	})
	if err == nil && !found {
		err = fmt.Errorf("output %s of %s: %w", id.Output, id.Drv.Base(), ErrInvalid)
	}
	return r, err
}

// RegisterRealisation tells the daemon what an output has become.
func (c *Client) RegisterRealisation(ctx context.Context, r Realisation) error {
	return c.pool.using(ctx, c.events, "registering output "+r.ID.Output, func(conn *connection) error {
		id, err := conn.drvOutput(r.ID)
		if err != nil {
			return err
		}
		return conn.call(opRegisterDrvOutput, func(e *encoder) {
			if e.proto.realisationPath {
				id(e)
				e.path(r.Path)
				e.Strings(r.Signatures)
			} else {
				e.realisationJSON(r)
			}
		}, nil)
	})
}

// drvOutput returns what writes id, if id has what this daemon knows it by.
func (c *connection) drvOutput(id DrvOutput) (func(*encoder), error) {
	if err := storepath.CheckName(id.Output); err != nil {
		return nil, err
	}
	switch {
	case c.proto.realisationPath && id.Drv.IsZero():
		return nil, fmt.Errorf("output %s: this daemon (%s) knows derivations by their paths, and none is given", id.Output, c.server)
	case c.proto.realisationPath:
		return func(e *encoder) { e.path(id.Drv); e.Text(id.Output) }, nil
	case id.Hash.IsZero():
		return nil, fmt.Errorf("output %s: this daemon (%s) knows derivations by their hashes, and none is given", id.Output, c.server)
	}
	return func(e *encoder) { e.Text(id.text()) }, nil
}

// text returns id as daemons that know derivations by their hashes write it.
func (id DrvOutput) text() string {
	return id.Hash.Algo().String() + ":" + id.Hash.Base16() + "!" + id.Output
}

// realisationText is a realisation as JSON; paths are base names.
type realisationText struct {
	ID           string            `json:"id"`
	OutPath      string            `json:"outPath"`
	Signatures   []string          `json:"signatures"`
	Dependencies map[string]string `json:"dependentRealisations"`
}

func (e *encoder) realisationJSON(r Realisation) {
	t := realisationText{ID: r.ID.text(), OutPath: r.Path.Base(), Signatures: append([]string{}, r.Signatures...), Dependencies: map[string]string{}}
	for id, p := range r.Dependencies {
		t.Dependencies[id] = p.Base()
	}
	text, err := json.Marshal(t)
	e.Fail(err)
	e.Text(string(text))
}

func (d *decoder) realisationJSON() (r Realisation) {
	text := d.Text()
	if d.Err() != nil {
		return Realisation{}
	}
	var t realisationText
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		d.Fail(fmt.Errorf("a realisation: %w", err))
		return Realisation{}
	}
	hash, output, _ := strings.Cut(t.ID, "!")
	var err error
	r = Realisation{ID: DrvOutput{Output: output}, Signatures: t.Signatures}
	r.ID.Hash, err = nixhash.Parse(hash)
	d.Fail(err)
	r.Path, err = storepath.ParseBase(t.OutPath)
	d.Fail(err)
	if len(t.Dependencies) > 0 {
		r.Dependencies = make(map[string]storepath.Path, len(t.Dependencies))
	}
	for id := range maps.Keys(t.Dependencies) {
		r.Dependencies[id], err = storepath.ParseBase(t.Dependencies[id])
		d.Fail(err)
	}
	return r
}

// unkeyed reads a realisation without what it is one of.
func (d *decoder) unkeyed(id DrvOutput) Realisation {
	return Realisation{ID: id, Path: d.path(), Signatures: d.Strings()}
}
