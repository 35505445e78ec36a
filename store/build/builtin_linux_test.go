package build_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"devenv/store/storepath"
)

// getter fetches as simply as can be.
type getter struct{}

func (getter) Fetch(ctx context.Context, url, file string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

// TestBuiltinsAsNix builds with builders that are part of Nix, and of this
// program.
func TestBuiltinsAsNix(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; strings.HasPrefix(r.URL.Path, "/mirror/") {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, "fetched\n")
	}))
	defer server.Close()
	ours, theirs := newSite(t), newSite(t)
	ours.opts.Fetch, ours.opts.Mirrors = getter{}, []string{server.URL + "/mirror"}
	ours.opts.KeepGoing = true
	args := []string{"testdata/builtins.nix", "--argstr", "url", server.URL + "/file"}
	drvs := ours.instantiateFile(args...)
	if other := theirs.instantiateFile(args...); !slices.Equal(drvs, other) {
		t.Fatalf("%v and %v", drvs, other)
	}
	results, err := ours.build(drvs...)
	if err != nil {
		t.Error(err)
	}
	for i, r := range results {
		nix(t, theirs.root, "nix-store", "-r", storepath.Default.Join(drvs[i]))
		for name, p := range r.Outputs {
			ours.compare(theirs, name, p)
		}
	}
	if asked == 0 {
		t.Error("nobody asked for the file")
	}
	_, err = ours.build(ours.instantiate(`derivation { name = "x"; system = "builtin"; builder = "builtin:unknown"; }`)...)
	if err == nil || !strings.Contains(err.Error(), `no builder "builtin:unknown"`) {
		t.Error(err)
	}
	_, err = ours.build(ours.instantiate(`derivation { name = "x"; system = "builtin"; builder = "builtin:buildenv"; manifest = ""; derivations = [ "true" 5 ]; }`)...)
	if err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Error(err)
	}
}
