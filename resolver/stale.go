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
	Unused      Reason = "unused"      // nothing asks for it any more
	Reordered   Reason = "reordered"   // another version of the tool is the default now
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
	case Reordered:
		return fmt.Sprintf("%s %s is locked in the place of %s", s.Tool, s.Pinned, s.Constraint)
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
	c := checker{project: p, system: system, wanted: p.wanted(outer), pins: pins}
	c.run()
	return c.stale, nil
}

// checker compares requirements with pins.
type checker struct {
	project *Project
	system  string
	wanted  []Requirement
	pins    []lockfile.Tool
	stale   []Stale
}

func (c *checker) run() {
	spare := slices.DeleteFunc(slices.Clone(c.pins), c.isWanted)
	for _, want := range c.wanted {
		pin := pinFor(want, c.pins)
		other := slices.IndexFunc(spare, func(t lockfile.Tool) bool { return t.Name == want.Tool })
		switch {
		case pin == nil && other < 0:
			c.add(want, "", Missing)
		case pin == nil:
			c.add(want, spare[other].Version, Changed)
			spare = slices.Delete(spare, other, other+1)
		case !c.project.fits(want, pin.Version):
			c.add(want, pin.Version, Unsatisfied)
		case len(pin.Platforms[c.system].Parts) == 0:
			c.add(want, pin.Version, NoSystem)
		}
	}
	for _, pin := range spare {
		c.stale = append(c.stale, Stale{Tool: pin.Name, Pinned: pin.Version, Reason: Unused})
	}
	if len(c.stale) == 0 {
		c.order()
	}
}

// order compares which version of each tool comes first, second, …
func (c *checker) order() {
	place := map[string]int{}
	for _, want := range c.wanted {
		same := slices.DeleteFunc(slices.Clone(c.pins), func(t lockfile.Tool) bool { return t.Name != want.Tool })
		if pin := same[place[want.Tool]]; pin.Constraint != want.Constraint {
			c.add(want, pin.Version, Reordered)
		}
		place[want.Tool]++
	}
}

func (c *checker) add(want Requirement, pinned string, reason Reason) {
	c.stale = append(c.stale, Stale{Tool: want.Tool, Constraint: want.Constraint, Pinned: pinned, Reason: reason})
}

// isWanted reports whether a requirement is written as the pin says.
func (c *checker) isWanted(pin lockfile.Tool) bool {
	return slices.ContainsFunc(c.wanted, func(r Requirement) bool { return r.Tool == pin.Name && r.Constraint == pin.Constraint })
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
