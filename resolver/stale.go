package resolver

import (
	"fmt"
	"path/filepath"
	"slices"

	"devenv/lockfile"
)

// Reason says why a lock is stale.
type Reason string

// The reasons.
const (
	Missing     Reason = "missing"     // the tool is not pinned
	Changed     Reason = "changed"     // its requirement is written differently now
	Unsatisfied Reason = "unsatisfied" // the pinned version does not fit
	NoSystem    Reason = "system"      // there is nothing pinned for this system
	Unused      Reason = "unused"      // nothing asks for the tool any more
)

// Stale is one way in which a lock differs from its project.
type Stale struct {
	Tool       string
	Constraint string // what the project asks for; "" if Unused
	Pinned     string // the pinned version; "" if Missing
	Reason     Reason
}

// String is one line for people.
func (s Stale) String() string {
	switch s.Reason {
	case Missing:
		return fmt.Sprintf("%s %s is not in the lock", s.Tool, s.Constraint)
	case Changed:
		return fmt.Sprintf("%s is locked at %s for another constraint than %s", s.Tool, s.Pinned, s.Constraint)
	case Unsatisfied:
		return fmt.Sprintf("%s is locked at %s, which %s does not allow", s.Tool, s.Pinned, s.Constraint)
	case NoSystem:
		return fmt.Sprintf("%s %s is not locked for this system", s.Tool, s.Pinned)
	default:
		return fmt.Sprintf("%s %s is locked, and nothing asks for it", s.Tool, s.Pinned)
	}
}

// Check tells how a lock differs from what its project asks for; nothing if it
// is satisfied. It needs no network. outer is as in LockRequest.
func Check(p *Project, lock *lockfile.Lock, system string, outer func(tool string) (string, bool)) ([]Stale, error) {
	pins, err := pinsOf(lock)
	if err != nil {
		return nil, err
	}
	var stale []Stale
	wanted := p.wanted(outer)
	for _, want := range wanted {
		s := Stale{Tool: want.Tool, Constraint: want.Constraint}
		pin := pinFor(want, pins)
		if pin != nil {
			s.Pinned = pin.Version
		}
		other := slices.IndexFunc(pins, func(t lockfile.Tool) bool { return t.Name == want.Tool })
		switch {
		case pin == nil && other >= 0:
			s.Reason, s.Pinned = Changed, pins[other].Version
		case pin == nil:
			s.Reason = Missing
		case !p.fits(want, pin.Version):
			s.Reason = Unsatisfied
		case len(pin.Platforms[system].Parts) == 0:
			s.Reason = NoSystem
		default:
			continue
		}
		stale = append(stale, s)
	}
	for _, pin := range pins {
		if !slices.ContainsFunc(wanted, func(r Requirement) bool { return r.Tool == pin.Name }) {
			stale = append(stale, Stale{Tool: pin.Name, Pinned: pin.Version, Reason: Unused})
		}
	}
	return stale, nil
}

// Conflicts are the overruled requirements that the pinned versions do not meet.
func (p *Project) Conflicts(tools []lockfile.Tool) []Note {
	var notes []Note
	for _, r := range p.Overruled {
		i := slices.IndexFunc(tools, func(t lockfile.Tool) bool { return t.Name == r.Tool })
		if i >= 0 && !p.fits(r, tools[i].Version) {
			notes = append(notes, Note{At: r.Origin, Text: fmt.Sprintf("%s here is %s; %s asks for %s",
				r.Tool, tools[i].Version, r.where(), r.Constraint)})
		}
	}
	return notes
}

// where names the requirement's place for people.
func (r Requirement) where() string {
	name := filepath.Base(r.Origin.File)
	if r.Key == "" {
		return name
	}
	return r.Key + " in " + name
}
