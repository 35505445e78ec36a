// Command devenv gives a project directory the tools that it declares.
package main

import (
	"os"

	"devenv/cmd/internal/cli"
)

func main() {
	if code, ours := cli.Helper(os.Args); ours {
		os.Exit(code)
	}
	os.Exit(cli.Main(os.Args[1:]))
}
