package env

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
)

// ReadLayer reads an environment that was published. The error is fs.ErrNotExist if
// there is none of that key, or it is damaged: then it has to be built again.
func (l Layout) ReadLayer(key string) (Layer, error) {
	if !isKey(key) {
		return Layer{}, &MissingLayerError{key, nil}
	}
	data, err := os.ReadFile(l.snapshot(key))
	if err != nil {
		return Layer{}, &MissingLayerError{key, err}
	}
	var s Snapshot
	if err := json.Unmarshal(data, &s); err != nil {
		return Layer{}, &MissingLayerError{key, err}
	}
	layer := l.Layer(s)
	if layer.Key != key {
		return Layer{}, &MissingLayerError{key, errors.New("its snapshot is another one's")}
	}
	return layer, nil
}

// MissingLayerError is an environment that is not on disk, or not whole.
type MissingLayerError struct {
	Key string
	Err error // nil for a word that is no key
}

func (e *MissingLayerError) Error() string {
	if e.Err == nil || errors.Is(e.Err, fs.ErrNotExist) {
		return "there is no environment " + quoteName(e.Key)
	}
	return "the environment " + e.Key + " is damaged: " + e.Err.Error()
}

// Is makes every such error fs.ErrNotExist.
func (e *MissingLayerError) Is(target error) bool { return target == fs.ErrNotExist }

func (e *MissingLayerError) Unwrap() error { return e.Err }

// Hint is the next step.
func (e *MissingLayerError) Hint() string { return "devenv reload" }
