// Package toolstest has what tests of toolchains need: a Python archive in the shape that
// python-build-standalone publishes, made from Debian's Python; loopback servers that speak
// as publishers do; and a cache before the machine's package registries, so that a test that
// runs twice downloads once.
//
// Tests must not skip in CI: where something is missing they fail and say what to install.
package toolstest
