package resolver

import "devenv/resolver/layers"

// Find gives the directories at and above dir that declare something, outermost
// first: the last is the nearest project. See [layers.Find].
func (r *Reader) Find(dir string, ceilings []string) ([]string, error) {
	return layers.Find(dir, ceilings, func(path string) []byte { return r.files.get(path).data })
}
