package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"devenv/resolver/nixlang/eval"
)

// evalStats are the numbers of --stats: those of the evaluator and of the
// process, under the names of Nix's NIX_SHOW_STATS where it has them.
type evalStats struct {
	CPUTime  float64 `json:"cpuTime"`         // seconds, user and system
	WallTime float64 `json:"wallTime"`        // seconds
	Cache    string  `json:"cache,omitempty"` // whether the answer was known
	eval.Stats
	GC struct {
		Cycles    uint32 `json:"cycles"`
		HeapSize  uint64 `json:"heapSize"` // bytes
		Allocated uint64 `json:"totalBytes"`
	} `json:"gc"`
}

func (e *evaluation) printStats(a *app) {
	s := evalStats{Stats: e.Stats(), WallTime: time.Since(e.start).Seconds(), CPUTime: cpuTime().Seconds()}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.GC.Cycles, s.GC.HeapSize, s.GC.Allocated = m.NumGC, m.HeapSys, m.TotalAlloc
	s.Cache = e.cached
	if e.o.statsJSON {
		text, _ := json.MarshalIndent(s, "", "  ") // numbers only: never fails
		fmt.Fprintf(a.streams.Err, "%s\n", text)
		return
	}
	if s.Cache != "" {
		fmt.Fprintf(a.streams.Err, "cache        %s\n", s.Cache)
	}
	const mib = 1 << 20
	fmt.Fprintf(a.streams.Err, `time         %.3f s, processor %.3f s
read         %d files, %.2f MiB: %d names, %d functions, %d expressions
evaluated    %.2f MiB of values, sets, lists and scopes
made         %d derivations; %d store paths mentioned, %d regular expressions
memory       %.2f MiB allocated, heap of %.2f MiB, collected %d times
`, s.WallTime, s.CPUTime, s.Files, float64(s.SourceBytes)/mib, s.Symbols, s.Functions, s.Expressions,
		float64(s.Bytes)/mib, s.Derivations, s.Contexts, s.Patterns,
		float64(s.GC.Allocated)/mib, float64(s.GC.HeapSize)/mib, s.GC.Cycles)
}

// cpuTime is what this process has used, user and system.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
