package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"devenv/resolver/flakeref"
	"devenv/transfer"
)

// An UntrackedError is a file of a work tree that Git does not track: it does
// not belong to the tree.
type UntrackedError struct {
	Repo string // the work tree
	Path string // the file, below it
}

func (e *UntrackedError) Error() string {
	return fmt.Sprintf("%s is in the work tree %s, but Git does not track it", e.Path, e.Repo)
}

// Unwrap is fs.ErrNotExist: to the flake the file is not there.
func (e *UntrackedError) Unwrap() error { return fs.ErrNotExist }

// Hint is the command that makes Git know it.
func (e *UntrackedError) Hint() string {
	return fmt.Sprintf("git -C %s add -N -- %s", quote(e.Repo), quote(e.Path))
}

// quote makes a word of sh of s.
func quote(s string) string {
	if s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+=:@%") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// A MismatchError says that a tree is not the one that was asked for.
type MismatchError struct {
	Ref       string // redacted
	Attr      string // "narHash", "rev", …
	Want, Got string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s: the %s is another one\n  expected %s\n  received %s", e.Ref, e.Attr, e.Want, e.Got)
}

// Hint says what it may mean and how to accept it.
func (e *MismatchError) Hint() string {
	if e.Attr != "narHash" {
		return "the lock says one thing and the place another: to take what is there now, devenv lock --update"
	}
	return "what is served there has changed since it was locked, or somebody changed it on the way: find out which, and only then accept it with devenv lock --update"
}

// A RefusedError is a reference that is not fetched.
type RefusedError struct {
	Ref  string // redacted
	Fact string
	Next string
}

func (e *RefusedError) Error() string { return e.Ref + ": " + e.Fact }

// Hint says what to do next.
func (e *RefusedError) Hint() string { return e.Next }

func refuse(ref flakeref.Ref, fact, next string) error {
	return &RefusedError{Ref: shown(ref), Fact: fact, Next: next}
}

// shown is a reference as errors may show it.
func shown(ref flakeref.Ref) string { return flakeref.Redact(withoutPassword(ref).String()) }

// A ForgeError is a forge's or a server's answer that there is no such thing,
// or not for us, or not now.
type ForgeError struct {
	Ref        string // redacted
	Host       string
	Code       int           // HTTP status
	RetryAfter time.Duration // 0: the server does not say
	Token      bool          // a token or a login was sent
	Setting    string        // an example of a line of nix.conf that gives a token
	Err        error
}

func (e *ForgeError) Error() string {
	fact := fmt.Sprintf("%s answers %d %s", e.Host, e.Code, http.StatusText(e.Code))
	switch e.Code {
	case http.StatusNotFound, http.StatusGone:
		fact = e.Host + " knows no such repository or revision, or does not show it to everybody (404)"
	case http.StatusUnauthorized, http.StatusForbidden:
		fact = fmt.Sprintf("%s does not let us have it (%d)", e.Host, e.Code)
	case http.StatusTooManyRequests:
		fact = e.Host + " has had too many requests from here (429)"
	}
	return e.Ref + ": " + fact
}

func (e *ForgeError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *ForgeError) Hint() string {
	give := "give a token in ~/.config/nix/nix.conf: " + e.Setting
	if e.Setting == "" {
		give = "put the login into ~/.netrc"
	}
	switch {
	case e.Code == http.StatusTooManyRequests || e.RetryAfter > 0:
		if e.RetryAfter > 0 {
			return fmt.Sprintf("run it again in %s; who logs in may ask more often: %s", e.RetryAfter.Round(time.Second), give)
		}
		return "run it again later; who logs in may ask more often: " + give
	case e.Token:
		return "check the spelling, and whether the token may read this repository and has not expired"
	case e.Code >= http.StatusInternalServerError:
		return "the server is broken: run it again later"
	}
	return "check the spelling; if the repository is private, " + give
}

// withHost turns a status of a server into words about the reference.
func (f *Fetcher) withHost(ref flakeref.Ref, err error) error {
	var status *transfer.StatusError
	var known *ForgeError
	if !errors.As(err, &status) || errors.As(err, &known) {
		return err
	}
	e := &ForgeError{Ref: shown(ref), Host: hostOf(ref), Code: status.Code, RetryAfter: status.RetryAfter, Err: err}
	if s, ok := forges()[ref.Type()]; ok {
		e.Setting = "access-tokens = " + e.Host + "=" + s.tokenExample
		e.Token = f.token(e.Host, ref) != ""
	}
	return e
}

// ctxErr prefers a context's end over what it caused.
func ctxErr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
