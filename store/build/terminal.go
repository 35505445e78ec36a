package build

import (
	"os"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// openTerminal makes a terminal that passes on what is written to slave as it is:
// as with Nix, builders that look see one.
func openTerminal(who account) (master, slave *os.File, err error) {
	master, slave, err = pty.Open()
	if err != nil {
		return nil, nil, err
	}
	if _, err = term.MakeRaw(int(slave.Fd())); err == nil {
		err = who.own(slave.Name())
	}
	if err != nil {
		master.Close()
		slave.Close()
	}
	return master, slave, err
}
