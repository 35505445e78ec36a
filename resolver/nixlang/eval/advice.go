package eval

import "strings"

// packageHints says which line lets a package through that a package set such
// as nixpkgs refuses: what the set throws is long, and names no line to paste.
func packageHints(msg string) []string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(msg), "Package ‘")
	if !ok || !strings.Contains(rest, "refusing to evaluate") {
		return nil
	}
	name, rest, _ := strings.Cut(rest, "’")
	why, _, _ := strings.Cut(rest, "refusing to evaluate")
	line := ""
	switch {
	case strings.Contains(why, "unfree license"):
		line = `allowUnfreePredicate = p: builtins.elem (p.pname or (builtins.parseDrvName p.name).name) [ "` + withoutVersion(name) + `" ];`
	case strings.Contains(why, "is marked as broken"):
		line = "allowBroken = true;"
	case strings.Contains(why, "insecure"):
		line = `permittedInsecurePackages = [ "` + name + `" ];`
	case strings.Contains(why, "not available on") || strings.Contains(why, "is not supported on"):
		line = "allowUnsupportedSystem = true;"
	case strings.Contains(why, "non-source") || strings.Contains(why, "elements not built from source"):
		line = "allowNonSource = true;"
	case strings.Contains(why, "blocklisted license") || strings.Contains(why, "blocklisted"):
		return []string{"the configuration of the package set refuses its license: take it off blocklistedLicenses"}
	default:
		return nil
	}
	return []string{"to use " + name + " all the same, add this line to the config of the package set (import nixpkgs { config = { … }; }):\n  " + line}
}

// withoutVersion is the name of a package without its version.
func withoutVersion(name string) string {
	for i := 0; i+1 < len(name); i++ {
		if name[i] == '-' && (name[i+1] < 'A' || name[i+1] > 'z' || name[i+1] > 'Z' && name[i+1] < 'a') {
			return name[:i]
		}
	}
	return name
}
