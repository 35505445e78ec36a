package devshell

import "strings"

// isNoise reports whether a variable is one with which stdenv's builds are told
// what to do, by its name: no command that a person runs wants it. See "The
// Standard Environment" in the Nixpkgs manual.
func isNoise(name string) bool {
	if noise()[name] {
		return true
	}
	for _, prefix := range []string{"deps", "propagated", "dont", "__propagated"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && startsUpper(rest) {
			return true
		}
	}
	for _, suffix := range []string{"Phase", "Phases", "Inputs"} {
		if rest, ok := strings.CutSuffix(name, suffix); ok && rest != "" && rest[0] >= 'a' && rest[0] <= 'z' {
			return true
		}
	}
	return false
}

func startsUpper(s string) bool { return s != "" && s[0] >= 'A' && s[0] <= 'Z' }

var noise = set(
	// Of every derivation, and of the machine that builds it.
	"builder", "name", "out", "outputs", "system", "passAsFile", "preferLocalBuild", "allowSubstitutes", "impureEnvVars",
	"outputHash", "outputHashAlgo", "outputHashMode", "requiredSystemFeatures", "exportReferencesGraph",
	"NIX_ATTRS_JSON_FILE", "NIX_ATTRS_SH_FILE", "NIX_BUILD_CORES", "NIX_STORE", "HOST_PATH",
	// Of stdenv's.
	"stdenv", "pname", "version", "src", "srcs", "sourceRoot", "patches", "patchFlags", "phases", "shellHook", "shell", "initialPath",
	"buildCommand", "buildCommandPath", "strictDeps", "enableParallelBuilding", "enableParallelChecking", "enableParallelInstalling",
	"doCheck", "doInstallCheck", "doDist", "hardeningEnable", "hardeningDisable", "separateDebugInfo", "prefix", "prefixKey",
	"configureFlags", "configureFlagsArray", "configureScript", "configurePlatforms", "cmakeFlags", "mesonFlags", "makeFlags",
	"buildFlags", "checkFlags", "checkTarget", "installFlags", "installTargets", "makefile", "setupHook", "setupHooks", "userHook",
	"defaultBuildInputs", "defaultNativeBuildInputs", "setOutputFlags", "NIX_INDENT_MAKE", "NIX_ENFORCE_NO_NATIVE",
)
