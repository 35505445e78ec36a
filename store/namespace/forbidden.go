package namespace

// A ForbiddenError says that this machine does not let its users make namespaces.
type ForbiddenError struct {
	Reason string // the setting that forbids them, as far as it can be told
	Remedy string // a sentence
	Err    error  // of the kernel
}

func (e *ForbiddenError) Error() string {
	return "this machine allows no namespaces: " + e.Reason + ": " + e.Err.Error()
}

// Unwrap returns the kernel's error.
func (e *ForbiddenError) Unwrap() error { return e.Err }

// Hint returns what changes it.
func (e *ForbiddenError) Hint() string { return e.Remedy }

// Explain returns a *ForbiddenError if err is one with which the kernel refuses
// to start a process in new namespaces, and otherwise err itself.
func Explain(err error) error {
	if !forbidden(err) {
		return err
	}
	reason, remedy := ban()
	return &ForbiddenError{reason, remedy, err}
}
