package env

import (
	"encoding/json"
	"time"
)

const stateFormat = 1

// stateFile is the form of state.json.
type stateFile struct {
	Format     int               `json:"format"`
	Dir        string            `json:"dir"`
	Generation uint64            `json:"generation"`
	Key        string            `json:"key,omitempty"`
	Label      string            `json:"label,omitempty"`
	Status     Status            `json:"status"`
	Message    string            `json:"message,omitempty"`
	Why        []reasonFile      `json:"why,omitempty"`
	Root       bool              `json:"root,omitempty"`
	Tools      []Tool            `json:"tools,omitempty"`
	Lock       string            `json:"lock,omitempty"`
	Built      time.Time         `json:"built"`
	Engine     string            `json:"engine"`
	Vars       map[string]string `json:"vars,omitempty"`
	Files      []inputFile       `json:"files,omitempty"`
	Parents    []parentFile      `json:"parents,omitempty"`
	Seen       time.Time         `json:"seen"`
}

type reasonFile struct {
	Name string `json:"name"`
	Fact string `json:"fact"`
}

type inputFile struct {
	Path    string    `json:"path"`
	Kind    Kind      `json:"kind"`
	Hash    string    `json:"hash,omitempty"`
	Stat    *statFile `json:"stat,omitempty"`
	Link    *statFile `json:"link,omitempty"`
	Missing string    `json:"missing,omitempty"`
}

type parentFile struct {
	Dir   string    `json:"dir"`
	Stat  *statFile `json:"stat,omitempty"`
	Whole bool      `json:"whole,omitempty"`
}

// statFile is mtime, ctime (ns), size, inode.
type statFile [4]uint64

func (s Stat) file() *statFile {
	if s == (Stat{}) {
		return nil
	}
	return &statFile{uint64(s.Mtime), uint64(s.Ctime), uint64(s.Size), s.Inode}
}

func (f *statFile) stat() Stat {
	if f == nil {
		return Stat{}
	}
	return Stat{Mtime: int64(f[0]), Ctime: int64(f[1]), Size: int64(f[2]), Inode: f[3]}
}

func (st *State) encode() ([]byte, error) {
	f := stateFile{
		Format: stateFormat, Dir: toText(st.Dir), Generation: st.Generation, Key: st.Key, Label: toText(st.Label),
		Status: st.Status, Message: toText(st.Message), Root: st.Root, Tools: st.Tools, Lock: toText(st.Lock),
		Built: st.Built, Engine: st.Inputs.Engine, Vars: st.Inputs.Vars, Seen: st.Inputs.Seen,
	}
	for _, r := range st.Why {
		f.Why = append(f.Why, reasonFile{toText(r.Name), r.Fact})
	}
	for _, in := range st.Inputs.Files {
		f.Files = append(f.Files, inputFile{toText(in.Path), in.Kind, in.Hash, in.Stat.file(), in.Link.file(), toText(in.Missing)})
	}
	for _, p := range st.Inputs.Parents {
		f.Parents = append(f.Parents, parentFile{toText(p.Dir), p.Stat.file(), p.Whole})
	}
	data, err := json.Marshal(f)
	return append(data, '\n'), err
}

func (f *stateFile) state() State {
	st := State{
		Dir: fromText(f.Dir), Generation: f.Generation, Key: f.Key, Label: fromText(f.Label),
		Status: f.Status, Message: fromText(f.Message), Root: f.Root, Tools: f.Tools, Lock: fromText(f.Lock),
		Built: f.Built, Inputs: Inputs{Engine: f.Engine, Vars: f.Vars, Seen: f.Seen},
	}
	for _, r := range f.Why {
		st.Why = append(st.Why, Reason{fromText(r.Name), r.Fact})
	}
	st.Inputs.Files = make([]Input, len(f.Files))
	for i, in := range f.Files {
		st.Inputs.Files[i] = Input{fromText(in.Path), in.Kind, in.Hash, in.Stat.stat(), in.Link.stat(), fromText(in.Missing)}
	}
	for _, p := range f.Parents {
		st.Inputs.Parents = append(st.Inputs.Parents, Parent{fromText(p.Dir), p.Stat.stat(), p.Whole})
	}
	return st
}
