package flakeref

// wellKnown are names that people expect to work everywhere. It is our own
// list: the repositories that publish under these names, at the branch that
// they ask users to follow.
var wellKnown = map[string]string{
	"agenix":             "github:ryantm/agenix",
	"arion":              "github:hercules-ci/arion",
	"crane":              "github:ipetkov/crane",
	"devshell":           "github:numtide/devshell",
	"disko":              "github:nix-community/disko",
	"dream2nix":          "github:nix-community/dream2nix",
	"emacs-overlay":      "github:nix-community/emacs-overlay",
	"fenix":              "github:nix-community/fenix",
	"flake-compat":       "github:edolstra/flake-compat",
	"flake-parts":        "github:hercules-ci/flake-parts",
	"flake-utils":        "github:numtide/flake-utils",
	"gomod2nix":          "github:nix-community/gomod2nix",
	"helix":              "github:helix-editor/helix",
	"home-manager":       "github:nix-community/home-manager",
	"impermanence":       "github:nix-community/impermanence",
	"lanzaboote":         "github:nix-community/lanzaboote",
	"naersk":             "github:nix-community/naersk",
	"nickel":             "github:tweag/nickel",
	"nix":                "github:NixOS/nix",
	"nix-darwin":         "github:nix-darwin/nix-darwin",
	"nix-direnv":         "github:nix-community/nix-direnv",
	"nix-index-database": "github:nix-community/nix-index-database",
	"nixos-anywhere":     "github:nix-community/nixos-anywhere",
	"nixos-generators":   "github:nix-community/nixos-generators",
	"nixos-hardware":     "github:NixOS/nixos-hardware",
	"nixpkgs":            "github:NixOS/nixpkgs/nixpkgs-unstable",
	"nixvim":             "github:nix-community/nixvim",
	"nur":                "github:nix-community/NUR",
	"patchelf":           "github:NixOS/patchelf",
	"poetry2nix":         "github:nix-community/poetry2nix",
	"pre-commit-hooks":   "github:cachix/git-hooks.nix",
	"pyproject-nix":      "github:pyproject-nix/pyproject.nix",
	"rust-overlay":       "github:oxalica/rust-overlay",
	"sops-nix":           "github:Mic92/sops-nix",
	"stylix":             "github:nix-community/stylix",
	"systems":            "github:nix-systems/default",
	"templates":          "github:NixOS/templates",
	"treefmt-nix":        "github:numtide/treefmt-nix",
	"uv2nix":             "github:pyproject-nix/uv2nix",
	"zig-overlay":        "github:mitchellh/zig-overlay",
}

// Builtin is the registry for where the global one cannot be had: names that
// are well known, put together by this project.
func Builtin() *Registry {
	r := &Registry{}
	for _, id := range sortedKeys(wellKnown) {
		from, err1 := FromAttrs(Attrs{"type": "indirect", "id": id})
		to, err2 := Parse(wellKnown[id], Options{})
		if err1 != nil || err2 != nil {
			panic("the built-in registry has a mistake at " + id) // a test parses it
		}
		r.Entries = append(r.Entries, Entry{From: from, To: to})
	}
	return r
}
