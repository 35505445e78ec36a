package cli

import "testing"

func TestNamesStore(t *testing.T) {
	for text, want := range map[string]bool{
		"":                              false,
		"/nix/store/x-y/bin":            true,
		"/usr/bin:/nix/store/x-y/bin":   true,
		"-L/nix/store/x":                false, // a compiler's flag: nothing that runs
		"a=/nix/store/x":                true,
		"/home/me/nix/store/x-y":        false,
		"/home/nix/store/x /nix/store/": true,
		"/nix/storehouse":               false,
		"/nix/store":                    false,
	} {
		if got := namesStore(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
