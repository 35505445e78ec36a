package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"devenv/cmd/internal/ui"
	"devenv/store"
	"devenv/store/build"
	"devenv/store/daemon"
	"devenv/store/daemon/machines"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

// remote has other machines build: those of Nix's setting builders.
type remote struct {
	a          *app
	pool       *machines.Pool
	disk       *store.Store
	substitute bool // builders-use-substitutes
}

// remote returns the machines that build for a store on disk, nil if there are
// none.
func (s *stores) remote(disk *store.Store) (build.Remote, error) {
	if s.a.offline {
		return nil, nil
	}
	conf := s.a.getenv("NIX_CONF_DIR")
	if conf == "" {
		conf = "/etc/nix"
	}
	list, err := machines.Parse(s.settings.String("builders", "@"+filepath.Join(conf, "machines")), nixSystem(), os.ReadFile)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	substitute, err := s.settings.Bool("builders-use-substitutes", false)
	if err != nil {
		return nil, err
	}
	pool := machines.NewPool(list, func(ctx context.Context, m machines.Machine) (*daemon.Client, error) {
		return daemon.Open(ctx, daemon.Options{URL: m.StoreURL(), Getenv: s.a.getenv, Unsigned: true})
	})
	s.opened = append(s.opened, pool)
	return &remote{s.a, pool, disk, substitute}, nil
}

// Reserve satisfies build.Remote.
func (r *remote) Reserve(system string, features []string) (build.Place, error) {
	slot, err := r.pool.Reserve(system, features)
	if slot == nil || err != nil {
		return nil, err
	}
	return &remotePlace{slot, r}, nil
}

// remotePlace is a slot on a machine.
type remotePlace struct {
	*machines.Slot
	r *remote
}

// Build satisfies build.Place.
func (p *remotePlace) Build(ctx context.Context, drv storepath.Path, d *derivation.Derivation, line func(string)) (map[string]storepath.Path, error) {
	p.r.a.streams.Notice("%s is built on %s", drvName(drv), p.Machine().URL)
	result, err := p.Slot.Build(ctx, p.r.disk, machines.Job{
		Path: drv, Derivation: d, Inputs: d.InputSrcs, Substitute: p.r.substitute,
		Events: func(e daemon.Event) {
			if text, ok := e.LogLine(); ok {
				line(ui.Clean(uncoloured(text)))
			}
		},
	})
	if gone, ok := errors.AsType[*machines.UnreachableError](err); ok {
		p.r.a.streams.Notice("%s", gone)
		return nil, fmt.Errorf("%w: %w", build.ErrUnreachable, err)
	}
	if err != nil {
		return nil, &build.Error{Status: build.TransientFailure, Drv: drv, Msg: "on another machine", Err: err}
	}
	if !result.Status.OK() {
		result.Target.Path = drv
		failure := daemonFailure(result)
		failure.Next = "It was built on " + p.Machine().URL + ", which has its log."
		return nil, failure
	}
	outputs := map[string]storepath.Path{}
	for name, output := range result.Outputs {
		outputs[name] = output.Path
	}
	return outputs, nil
}
