// Command devenv gives a project directory the tools that it declares.
package main

import (
	"os"

	"devenv/cmd/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:]))
}
