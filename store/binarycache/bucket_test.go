package binarycache

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"devenv/store/narinfo"
)

// bucketServer is a server of ours that knows as much of S3 as a cache needs: one
// bucket, GET, HEAD and PUT, and signatures of version 4, which it computes anew
// from the description of the algorithm.
type bucketServer struct {
	mu      sync.Mutex
	objects map[string][]byte
	refused []string
}

const (
	testID     = "AKIDEXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	testToken  = "a/session+token="
	testRegion = "eu-test-1"
)

func (b *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if why := b.unsigned(r, body); why != "" {
		b.mu.Lock()
		b.refused = append(b.refused, why)
		b.mu.Unlock()
		w.WriteHeader(http.StatusForbidden)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/cache.bucket/")
	b.mu.Lock()
	object, there := b.objects[name]
	if r.Method == http.MethodPut {
		b.objects[name] = body
	}
	b.mu.Unlock()
	switch {
	case !ok, r.Method != http.MethodPut && !there:
		http.NotFound(w, r)
	case r.Method == http.MethodPut:
	default:
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(object))
	}
}

// unsigned says what is wrong with a request's signature: "" if nothing is.
func (b *bucketServer) unsigned(r *http.Request, body []byte) string {
	fields := map[string]string{}
	algorithm, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, field := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	date := r.Header.Get("X-Amz-Date")
	at, err := time.Parse("20060102T150405Z", date)
	if algorithm != "AWS4-HMAC-SHA256" || err != nil || time.Since(at).Abs() > 15*time.Minute {
		return "no signature, or an old one"
	}
	sum := sha256.Sum256(body)
	if r.Header.Get(contentHeader) != hex.EncodeToString(sum[:]) {
		return "the content is another one"
	}
	signed := strings.Split(fields["SignedHeaders"], ";")
	if !slices.Contains(signed, "host") || !slices.Contains(signed, "x-amz-security-token") {
		return "host and token are not signed"
	}
	canonical := r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n"
	for _, name := range signed {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = r.Header.Get("Content-Length")
			if value == "" {
				value = strconv.FormatInt(r.ContentLength, 10)
			}
		}
		canonical += name + ":" + strings.TrimSpace(value) + "\n"
	}
	canonical += "\n" + fields["SignedHeaders"] + "\n" + r.Header.Get(contentHeader)
	hashed := sha256.Sum256([]byte(canonical))
	scope := date[:8] + "/" + testRegion + "/s3/aws4_request"
	key := []byte("AWS4" + testSecret)
	for _, part := range []string{date[:8], testRegion, "s3", "aws4_request"} {
		key = sign(key, part)
	}
	want := hex.EncodeToString(sign(key, algorithm+"\n"+date+"\n"+scope+"\n"+hex.EncodeToString(hashed[:])))
	if fields["Credential"] != testID+"/"+scope || fields["Signature"] != want || r.Header.Get("X-Amz-Security-Token") != testToken {
		return "a wrong signature of\n" + canonical
	}
	return ""
}

func sign(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, text)
	return h.Sum(nil)
}

func TestBucket(t *testing.T) {
	server := &bucketServer{objects: map[string][]byte{}}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(home, ".aws/credentials"), "[other]\naws_access_key_id = x\n[ test ]\n# a comment\naws_access_key_id = "+testID+
		"\naws_secret_access_key="+testSecret+"\naws_session_token = "+testToken+"\n")
	url := "s3://cache.bucket?scheme=http&region=" + testRegion + "&endpoint=" + strings.TrimPrefix(web.URL, "http://")
	byVariables := map[string]string{"AWS_ACCESS_KEY_ID": testID, "AWS_SECRET_ACCESS_KEY": testSecret, "AWS_SESSION_TOKEN": testToken}
	bucket := func(url string, env map[string]string) *Cache {
		return openCache(t, url, func(o *Options) { o.Getenv = func(name string) string { return env[name] } })
	}
	small, large := makeObject(t, "small+name", "x"), makeObject(t, "large", text(3<<20))
	to := bucket(url, byVariables)
	small.importTo(t, to)
	large.importTo(t, to)
	for _, from := range []*Cache{bucket(url+"&profile=test", map[string]string{"HOME": home}), bucket(url, map[string]string{"HOME": home, "AWS_PROFILE": "test"})} {
		for _, o := range []object{small, large} {
			var got []byte
			if err := from.Nar(t.Context(), o.Path, read(&got)); err != nil || !bytes.Equal(got, o.nar) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		}
		if _, err := from.Lookup(t.Context(), makeObject(t, "n", "n").Path); !errors.Is(err, narinfo.ErrInvalid) {
			t.Errorf("what is not there: %v", err)
		}
	}
	if len(server.refused) > 0 {
		t.Errorf("refused: %v", server.refused)
	}
	for what, env := range map[string]map[string]string{
		"no key":        {},
		"a wrong key":   {"AWS_ACCESS_KEY_ID": testID, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": testToken},
		"another's key": {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": testSecret, "AWS_SESSION_TOKEN": testToken},
	} {
		c := bucket(url, env)
		if _, err := c.Lookup(t.Context(), small.Path); err == nil || errors.Is(err, narinfo.ErrInvalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", what, err)
		}
		if err := c.Import(t.Context(), small.Info, bytes.NewReader(small.nar)); err == nil {
			t.Errorf("%s: written", what)
		}
	}
	if _, err := Open(url+"&profile=nosuch", Options{Client: client(t)}); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("no such profile: %v", err)
	}
}

func TestBucketURL(t *testing.T) {
	for url, want := range map[string]string{
		"s3://b":                                 "https://b.s3.us-east-1.amazonaws.com",
		"s3://b.c?region=eu-1":                   "https://s3.eu-1.amazonaws.com/b.c",
		"s3://b?endpoint=minio:9000&scheme=http": "http://minio:9000/b",
		"s3://b?endpoint=http://minio:9000":      "http://minio:9000/b",
	} {
		l, err := parseLocation(url)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := bucketURL(l); err != nil || got != want {
			t.Errorf("%s: %s, %v", url, got, err)
		}
	}
}
