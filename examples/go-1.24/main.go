// Command hello prints the version of Go that it was built with.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	fmt.Println("built with", runtime.Version())
}
