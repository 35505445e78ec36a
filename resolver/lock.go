package resolver

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"devenv/lockfile"
)

// Locker finds the version that a constraint means today, with everything that
// is needed to have it on every system. It may use the network.
type Locker interface {
	Lock(ctx context.Context, tool, constraint string) (lockfile.Tool, error)
}

// LockRequest asks for a project's pins.
type LockRequest struct {
	Project *Project
	Old     *lockfile.Lock // the pins so far; nil for none
	System  string         // the system that has to be pinned at least
	Update  []string       // tools whose pins shall move to the newest version
	All     bool           // as if Update named every tool
	// Outer is the version of a tool that the next outer layer has; nil if
	// there is none. Soft requirements of a project whose pins are in the
	// user's state are content with it. A devenv.lock never depends on it:
	// it is the same wherever the repository lies.
	Outer  func(tool string) (version string, ok bool)
	Locker Locker
}

// Locked are a project's pins.
type Locked struct {
	Lock    *lockfile.Lock
	Tools   []lockfile.Tool // the pins of Lock
	Changes []lockfile.Change
}

// Lock pins every requirement of a project. A pin stays, whatever is newer, as
// long as its requirement is written the same and it fits; no network is then
// asked. A pin without the parts for this system gets them, at its version.
func Lock(ctx context.Context, req LockRequest) (*Locked, error) {
	if err := req.checkUpdate(); err != nil {
		return nil, err
	}
	pins, err := pinsOf(req.Old)
	if err != nil {
		return nil, err
	}
	wanted := req.Project.wanted(req.Outer)
	tools := make([]lockfile.Tool, len(wanted))
	group, ctx := errgroup.WithContext(ctx)
	for i, want := range wanted {
		group.Go(func() (err error) {
			tools[i], err = req.pin(ctx, want, pins)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return newLocked(req.Old, tools)
}

// pin is the pin of one requirement: the old one, the old one with this system
// added, or a new one.
func (req LockRequest) pin(ctx context.Context, want Requirement, pins []lockfile.Tool) (lockfile.Tool, error) {
	old := pinFor(want, pins)
	keep := old != nil && !req.All && !slices.Contains(req.Update, want.Tool) && req.Project.fits(want, old.Version)
	switch {
	case !keep:
		tool, err := req.Locker.Lock(ctx, want.Tool, want.Constraint)
		if err != nil {
			return tool, &RequirementError{Requirement: want, Err: err}
		}
		tool.Constraint = want.Constraint
		return keepHashes(tool, old), nil
	case len(old.Platforms[req.System].Parts) > 0:
		return *old, nil
	default:
		return req.addSystem(ctx, want, *old)
	}
}

// addSystem completes a pin that lacks this system, without moving it.
func (req LockRequest) addSystem(ctx context.Context, want Requirement, pin lockfile.Tool) (lockfile.Tool, error) {
	same, err := req.Locker.Lock(ctx, pin.Name, pin.Version)
	if err == nil && same.Version != pin.Version {
		err = fmt.Errorf("%s %s is pinned, and %s was found in its place", pin.Name, pin.Version, same.Version)
	}
	if err != nil {
		return pin, &RequirementError{Requirement: want, Err: err}
	}
	platforms := map[string]lockfile.Platform{}
	for system, p := range same.Platforms {
		platforms[system] = p
	}
	for system, p := range pin.Platforms {
		if len(p.Parts) > 0 {
			platforms[system] = p
		}
	}
	pin.Platforms = platforms
	return pin, nil
}

// keepHashes gives a pin that was looked up again the tree hashes that were
// known of the same parts.
func keepHashes(tool lockfile.Tool, old *lockfile.Tool) lockfile.Tool {
	if old == nil || old.Version != tool.Version {
		return tool
	}
	for system, p := range tool.Platforms {
		if before := old.Platforms[system]; p.NarHash == "" && slices.Equal(p.Parts, before.Parts) {
			p.NarHash = before.NarHash
			tool.Platforms[system] = p
		}
	}
	return tool
}

// checkUpdate refuses names that the project does not ask for.
func (req LockRequest) checkUpdate() error {
	for _, name := range req.Update {
		if !slices.ContainsFunc(req.Project.Tools, func(r Requirement) bool { return r.Tool == name }) {
			return &NotRequiredError{Dir: req.Project.Dir, Tool: name, Tools: req.Project.toolNames()}
		}
	}
	return nil
}

// wanted are the requirements that need a pin: not those soft ones that an outer
// layer meets.
func (p *Project) wanted(outer func(tool string) (string, bool)) []Requirement {
	if outer == nil || !p.LeansOut() {
		return p.Tools
	}
	return slices.DeleteFunc(slices.Clone(p.Tools), func(r Requirement) bool {
		version, ok := outer(r.Tool)
		return r.Soft && ok && p.fits(r, version)
	})
}

// LeansOut reports whether what is pinned depends on the tools of outer layers.
func (p *Project) LeansOut() bool {
	return p.LockPath != p.OwnLock() && slices.ContainsFunc(p.Tools, func(r Requirement) bool { return r.Soft })
}

func (p *Project) toolNames() []string {
	var names []string
	for _, r := range p.Tools {
		if !slices.Contains(names, r.Tool) {
			names = append(names, r.Tool)
		}
	}
	return names
}

func pinsOf(lock *lockfile.Lock) ([]lockfile.Tool, error) {
	if lock == nil {
		return nil, nil
	}
	return lock.Tools()
}

// pinFor is the pin of a requirement as it is written now, or nil.
func pinFor(r Requirement, pins []lockfile.Tool) *lockfile.Tool {
	for i := range pins {
		if pins[i].Name == r.Tool && pins[i].Constraint == r.Constraint {
			return &pins[i]
		}
	}
	return nil
}

// newLocked is old with tools in place of its own. The old lock is not changed.
func newLocked(old *lockfile.Lock, tools []lockfile.Tool) (*Locked, error) {
	next := lockfile.New()
	if old != nil {
		var err error
		if next, err = lockfile.Parse(old.Bytes(), LockName); err != nil {
			return nil, err
		}
	}
	next.SetTools(tools)
	tools, err := next.Tools()
	return &Locked{Lock: next, Tools: tools, Changes: lockfile.Diff(old, next)}, err
}
