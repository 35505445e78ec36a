package machines

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"devenv/store/daemon"
)

// Opener connects to a machine: [daemon.Open] with the machine's StoreURL, and
// Unsigned, for what is copied there was signed by nobody.
type Opener func(ctx context.Context, m Machine) (*daemon.Client, error)

// Pool is a set of machines and what they are busy with. It may be used by many
// goroutines at once.
type Pool struct {
	open Opener

	mu       sync.Mutex // guards what follows, of the machines too
	machines []*machine
}

// machine is a machine with its state.
type machine struct {
	Machine
	busy   int
	failed error // why it is not used any more

	connecting sync.Mutex // held by who connects; guards client
	client     *daemon.Client
	upload     sync.Mutex // held by who copies to it: several at once would all be slow
}

// NewPool returns a pool of machines, to which it connects when it has to.
func NewPool(all []Machine, open Opener) *Pool {
	p := &Pool{open: open}
	for _, m := range all {
		p.machines = append(p.machines, &machine{Machine: m})
	}
	return p
}

// Close closes the connections.
func (p *Pool) Close() error {
	for _, m := range p.machines {
		m.connecting.Lock()
		if m.client != nil {
			m.client.Close()
		}
		m.connecting.Unlock()
	}
	return nil
}

// Reserve returns a slot on the machine that suits best: the one with the least
// load for its speed, of equals the fastest. It is nil if all machines that can
// build for system with these features are busy, and an error, a
// *NoMachineError, if there are none.
func (p *Pool) Reserve(system string, features []string) (*Slot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var best *machine
	able := false
	for _, m := range p.machines {
		if m.failed != nil || m.MaxJobs == 0 || !m.Can(system, features) {
			continue
		}
		able = true
		if m.busy < m.MaxJobs && (best == nil || m.better(best)) {
			best = m
		}
	}
	if !able {
		return nil, &NoMachineError{System: system, Features: features, Machines: p.describe()}
	}
	if best == nil {
		return nil, nil
	}
	best.busy++
	return &Slot{pool: p, machine: best}, nil
}

// better reports whether m is to be preferred to other.
func (m *machine) better(other *machine) bool {
	mine, its := float64(m.busy)/m.Speed, float64(other.busy)/other.Speed
	switch {
	case mine != its:
		return mine < its
	case m.Speed != other.Speed:
		return m.Speed > other.Speed
	}
	return m.busy < other.busy
}

// describe returns what the machines are, for errors.
func (p *Pool) describe() []string {
	var all []string
	for _, m := range p.machines {
		text := m.String()
		if m.failed != nil {
			text += ": " + m.failed.Error()
		}
		all = append(all, text)
	}
	return all
}

// NoMachineError says that no machine can build something, now or later.
type NoMachineError struct {
	System   string
	Features []string
	Machines []string // what there is
}

// Error says what was wanted and what there is.
func (e *NoMachineError) Error() string {
	text := fmt.Sprintf("no machine builds for %s with the features %s", e.System, list(e.Features))
	if len(e.Machines) > 0 {
		text += "; there are " + strings.Join(e.Machines, ", ")
	}
	return text
}

// Slot is a place for one build on a machine.
type Slot struct {
	pool    *Pool
	machine *machine
	once    sync.Once
}

// Machine returns the machine.
func (s *Slot) Machine() Machine { return s.machine.Machine }

// Release gives the place back. It may be called more than once.
func (s *Slot) Release() {
	s.once.Do(func() {
		s.pool.mu.Lock()
		defer s.pool.mu.Unlock()
		s.machine.busy--
	})
}

// connect returns the connection to the machine. One that cannot be reached is
// not tried again.
func (s *Slot) connect(ctx context.Context) (*daemon.Client, error) {
	m := s.machine
	m.connecting.Lock()
	defer m.connecting.Unlock()
	if m.client != nil {
		return m.client, nil
	}
	client, err := s.pool.open(ctx, m.Machine)
	if err != nil {
		if ctx.Err() == nil {
			s.pool.mu.Lock()
			m.failed = err
			s.pool.mu.Unlock()
		}
		return nil, &UnreachableError{m.Machine, err}
	}
	m.client = client
	return client, nil
}

// UnreachableError says that a machine cannot be connected to. Whoever wanted it
// may reserve another.
type UnreachableError struct {
	Machine Machine
	Err     error
}

// Error names the machine and says why it cannot be reached.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("cannot build on %s: %v", e.Machine.URL, e.Err)
}

// Unwrap returns the reason.
func (e *UnreachableError) Unwrap() error { return e.Err }
