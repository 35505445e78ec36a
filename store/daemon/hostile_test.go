package daemon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"devenv/store/daemon/daemontest"
	"devenv/store/daemon/wire"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// fake is a stream to a daemon that takes everything and says what it was told
// to say, whatever it is asked.
type fake struct{ net.Conn }

func (fake) Alive() bool         { return true }
func (fake) End(err error) error { return err }

// faked dials a daemon that says what say writes, and then hangs up.
func faked(say func(w io.Writer)) Dial {
	return conversing(func(w io.Writer, _ func()) { say(w) })
}

// conversing is faked for a daemon that can wait until it has been sent
// something once more. The handshake sends twice.
func conversing(say func(w io.Writer, wait func())) Dial {
	return func(context.Context) (Stream, error) {
		ours, its := net.Pipe()
		sent := make(chan struct{}, 1000)
		go func() {
			for buf := make([]byte, 64<<10); ; {
				if _, err := its.Read(buf); err != nil {
					close(sent)
					return
				}
				sent <- struct{}{}
			}
		}()
		go func() {
			say(its, func() { <-sent })
			its.Close()
		}()
		return fake{ours}, nil
	}
}

// words returns what the words are on the wire: numbers, strings, lists of
// strings, and bytes as they are.
func words(ws ...any) []byte {
	var b bytes.Buffer
	w := wire.NewWriter(&b)
	for _, word := range ws {
		switch word := word.(type) {
		case int:
			w.U64(uint64(word))
		case uint64:
			w.U64(word)
		case string:
			w.Text(word)
		case []string:
			w.Strings(word)
		case []byte:
			w.Flush()
			b.Write(word)
		}
	}
	w.Flush()
	return b.Bytes()
}

// greeting is the handshake of Nix 2.8.
func greeting() []byte { return words(daemonMagic, 0x122, "2.8.0", messageLast) }

const (
	somePath = "/nix/store/00000000000000000000000000000001-some"
	someHash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
)

// someInfo is the answer to a QueryPathInfo.
func someInfo(size int) []byte {
	return words(messageLast, 1, "", someHash, []string{somePath}, 1, size, 0, []string{"k:s"}, "")
}

func some(t *testing.T) storepath.Path {
	p, err := storepath.Default.Parse(somePath)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lookup asks a daemon that greets and then says the given bytes.
func lookup(t *testing.T, said []byte) (Info, error) {
	c, err := Open(t.Context(), Options{Dial: faked(func(w io.Writer) { w.Write(greeting()); w.Write(said) })})
	if err != nil {
		return Info{}, err
	}
	defer c.Close()
	return c.Lookup(t.Context(), some(t))
}

func TestCutOff(t *testing.T) {
	whole := append(words(messageNext, "line", messageStart, 1, 3, 105, "text", 2, 0, 7, 1, "field", 0, messageResult, 1, 101, 1, 1, "x", messageStop, 1), someInfo(3)...)
	if info, err := lookup(t, whole); err != nil || info.NarSize != 3 || info.References[0] != some(t) {
		t.Fatalf("the whole answer: %+v, %v", info, err)
	}
	for n := range len(whole) {
		_, err := lookup(t, whole[:n])
		var lost *LostError
		if !errors.As(err, &lost) || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "closed the connection") {
			t.Fatalf("after %d of %d bytes: %v", n, len(whole), err)
		}
	}
	greets := greeting()
	for n := range len(greets) {
		_, err := Open(t.Context(), Options{Dial: faked(func(w io.Writer) { w.Write(greets[:n]) })})
		var no *ConnectError
		if !errors.As(err, &no) {
			t.Fatalf("after %d of %d bytes of the greeting: %v", n, len(greets), err)
		}
	}
}

func TestNonsense(t *testing.T) {
	huge := uint64(1) << 62
	for name, test := range map[string]struct {
		said []byte
		why  string
	}{
		"message":           {words(0x1234), "message 0x1234"},
		"long line":         {words(messageNext, huge), "length of 4611686018427387904"},
		"longest line":      {words(messageNext, ^uint64(0)), "length of 18446744073709551615"},
		"line over limit":   {words(messageNext, maxMessage), "length of 16777216"},
		"padding":           {words(messageNext, 1, []byte("xPADDING")), "not with zeros"},
		"fields":            {words(messageResult, 1, 101, huge), "length of"},
		"type of field":     {words(messageResult, 1, 101, 1, 2, 3), "field of type 2"},
		"level":             {words(messageStart, 1, 256, 0, "", 0, 0), "256"},
		"error of no type":  {words(messageError, "Fault", 0, "", "m", 0, 0), `type "Fault"`},
		"error with place":  {words(messageError, "Error", 0, "", "m", 1, 0), "position"},
		"traces":            {words(messageError, "Error", 0, "", "m", 0, huge), "length of"},
		"wants a stream":    {words(messageRead, 4096), "not asked for"},
		"sends a stream":    {words(messageWrite, "x"), "not asked for"},
		"references":        {words(messageLast, 1, "", someHash, huge), "length of"},
		"path elsewhere":    {words(messageLast, 1, "/etc/passwd", someHash, 0), "not in the store directory"},
		"path that climbs":  {words(messageLast, 1, "/nix/store/../../etc/passwd", someHash, 0), "not in the store directory"},
		"hash":              {words(messageLast, 1, "", "abc", 0, 0, 0, 0, 0, ""), "hash"},
		"size":              {words(messageLast, 1, "", someHash, 0, 1, ^uint64(0)), "the most"},
		"time":              {words(messageLast, 1, "", someHash, 0, huge), "the most"},
		"content addressed": {words(messageLast, 1, "", someHash, 0, 1, 1, 0, 0, "by hand"), "content address"},
	} {
		_, err := lookup(t, append(test.said, someInfo(0)...))
		var lost *LostError
		if !errors.As(err, &lost) || !strings.Contains(err.Error(), test.why) {
			t.Errorf("%s: %v; want an error with %q", name, err, test.why)
		}
	}
}

func TestNotADaemon(t *testing.T) {
	for said, why := range map[string]string{
		"HTTP/1.1 400 Bad Request\r\n\x1b[31m":                                             `it says "HTTP/1.1 400 Bad Request"`,
		string(words(daemonMagic, 0x115)):                                                  "protocol is 1.21",
		string(words(daemonMagic, 0x222)):                                                  "protocol is 2.34",
		string(words(daemonMagic, ^uint64(0))):                                             "the most",
		string(words(daemonMagic, 0x126, ^uint64(0))):                                      "length of",
		string(words(daemonMagic, 0x123, "2.15", 3)):                                       "2 is the most",
		string(words(daemonMagic, 0x122, "2.8", messageError, "Error", 0, "", "no", 0, 0)): "cannot connect to daemon: no",
	} {
		_, err := Open(t.Context(), Options{Dial: faked(func(w io.Writer) { io.WriteString(w, said); time.Sleep(20 * time.Millisecond) })})
		var no *ConnectError
		if !errors.As(err, &no) || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v; want an error with %q", said, err, why)
		}
	}
}

// What a daemon claims is not allocated before it came.
func TestClaims(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := lookup(t, words(messageLast, 1, "", someHash, maxReply/16)); err == nil {
		t.Error("a list that does not come is taken")
	}
	if _, err := lookup(t, words(messageLast, 1, maxReply/2)); err == nil {
		t.Error("a string that does not come is taken")
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}

// A daemon that only talks is listened to until the context ends, and what it
// says is not kept.
func TestEndlessLog(t *testing.T) {
	t.Parallel()
	lines := 0
	c, err := Open(t.Context(), Options{
		Events: func(Event) { lines++ },
		Dial: faked(func(w io.Writer) {
			w.Write(greeting())
			line := bytes.Repeat(words(messageNext, strings.Repeat("x", 1000)), 10)
			for err := error(nil); err == nil; {
				_, err = w.Write(line)
			}
		})})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stop := errors.New("enough")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, stop)
	defer cancel()
	if err := c.Ping(ctx); !errors.Is(err, stop) || lines == 0 {
		t.Errorf("%v after %d lines", err, lines)
	}
}

// A daemon that says nothing is left when the context ends, in the handshake and
// in a request.
func TestSilence(t *testing.T) {
	for _, greets := range []bool{true, false} {
		hold := make(chan struct{})
		dial := faked(func(w io.Writer) {
			if greets {
				w.Write(greeting())
			}
			<-hold
		})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		c, err := Open(ctx, Options{Dial: dial})
		if err == nil {
			_, err = c.Lookup(ctx, some(t))
			c.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		cancel()
		close(hold)
	}
}

func TestHostileNar(t *testing.T) {
	archive := words("nix-archive-1", "(", "type", "regular", "contents", "abc", ")")
	h := nixhash.NewHasher(nixhash.SHA256)
	h.Write(archive)
	right := bytes.ReplaceAll(someInfo(len(archive)), []byte(someHash), []byte(h.Sum().Base16()))
	for name, test := range map[string]struct {
		info, nar []byte
		why       string // empty: all is well
	}{
		"right":          {right, archive, ""},
		"another hash":   {someInfo(len(archive)), archive, "is damaged"},
		"another size":   {bytes.Replace(right, words(len(archive)), words(len(archive)+1), 1), archive, "is damaged"},
		"cut off":        {right, archive[:len(archive)-1], "closed the connection"},
		"more":           {right, append(bytes.Clone(archive), 0), "1 bytes follow the end"},
		"no archive":     {right, words("something", "else"), "not a NAR"},
		"a huge word":    {right, words("nix-archive-1", "(", "type", 1<<40), "not a NAR"},
		"an empty word":  {right, words("nix-archive-1", ""), "not a NAR"},
		"a huge file":    {right, words("nix-archive-1", "(", "type", "regular", "contents", ^uint64(0)), "not a NAR"},
		"only the start": {right, words("nix-archive-1", ")"), "is damaged"},
		"an error":       {right, words(messageError, "Error", 0, "", "it is gone", 0, 0), "it is gone"},
	} {
		for reads, sink := range map[string]func(io.Reader) error{
			"all":     func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err },
			"nothing": func(io.Reader) error { return nil },
		} {
			c := open(t, Options{Dial: conversing(func(w io.Writer, wait func()) {
				w.Write(greeting())
				for range 3 {
					wait()
				}
				w.Write(test.info)
				wait()
				w.Write(append(words(messageLast), test.nar...))
			})})
			err := c.Nar(t.Context(), some(t), sink)
			if test.why == "" && err != nil || test.why != "" && (err == nil || !strings.Contains(err.Error(), test.why)) {
				t.Errorf("%s, of which %s is read: %v; want an error with %q", name, reads, err, test.why)
			}
		}
	}
}

// A sink's error is its own, and the connection is not used again.
func TestSinkError(t *testing.T) {
	t.Parallel()
	c, _ := started(t)
	info, err := c.AddText(t.Context(), "text", bytes.Repeat([]byte("x"), 1<<20), nil)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	for range 3 {
		if err := c.Nar(t.Context(), info.Path, func(r io.Reader) error { r.Read(make([]byte, 10)); return full }); !errors.Is(err, full) {
			t.Error(err)
		}
		if _, err := c.Lookup(t.Context(), info.Path); err != nil {
			t.Error(err)
		}
	}
}

// A daemon that was restarted is connected to again.
func TestStale(t *testing.T) {
	dials := 0
	dial := conversing(func(w io.Writer, wait func()) {
		w.Write(greeting())
		for range 3 {
			wait()
		}
		if dials > 1 {
			w.Write(someInfo(3))
		}
	})
	c := open(t, Options{Dial: func(ctx context.Context) (Stream, error) { dials++; return dial(ctx) }})
	if info, err := c.Lookup(t.Context(), some(t)); err != nil || info.NarSize != 3 || dials != 2 {
		t.Errorf("%+v, %v after %d connections", info, err, dials)
	}
}

// Requests that call back do not wait for themselves.
func TestNested(t *testing.T) {
	t.Parallel()
	nix := daemontest.New(t).Start(t)
	c := open(t, Options{URL: "daemon?max-connections=1", Getenv: nix.Getenv})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	info, err := c.AddText(ctx, "text", []byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Nar(ctx, info.Path, func(r io.Reader) error {
		return c.Nar(ctx, info.Path, func(io.Reader) error { return c.Import(ctx, info, r) })
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNobodyThere(t *testing.T) {
	dir := t.TempDir()
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: dir + "/left", Net: "unix"})
	if err != nil {
		t.Skip(err) // a path that is too long
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	for path, why := range map[string]string{
		dir + "/none": "no such file", dir + "/left": "connection refused", "/" + strings.Repeat("x", 200): "the system allows",
	} {
		_, err := Open(t.Context(), Options{URL: "unix://" + path})
		var no *ConnectError
		if !errors.As(err, &no) || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "unix://"+path) {
			t.Errorf("%s: %v", path, err)
		}
		if strings.HasPrefix(path, dir) && !strings.Contains(no.Hint(), "systemctl start") {
			t.Errorf("%s: hint %q", path, no.Hint())
		}
	}
}
