package binarycache

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	// contentHeader has the SHA-256 of what a request sends, in base16.
	contentHeader = "X-Amz-Content-Sha256"
	// emptyHash is that of nothing.
	emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

	defaultRegion = "us-east-1" // as in Nix
)

// openBucket returns the files of a bucket: a web server to which each request
// is signed. Without credentials nothing is signed, as public buckets allow.
func openBucket(l location, o Options) (*httpFiles, error) {
	base, err := bucketURL(l)
	if err != nil {
		return nil, err
	}
	h := &httpFiles{client: o.Client, base: base, progress: o.Progress}
	getenv := o.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	keys, err := findCredentials(l.params.Get("profile"), getenv)
	if err != nil || keys.AccessKeyID == "" {
		return h, err
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	h.authorize = (&signer{keys: keys, region: region(l), prefix: base, now: now, v4: v4.NewSigner(func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = true // as S3 has it, unlike all other services
	})}).sign
	return h, nil
}

func region(l location) string {
	if r := l.params.Get("region"); r != "" {
		return r
	}
	return defaultRegion
}

// bucketURL is where a bucket's files lie. With an endpoint the bucket's name is
// part of the path, else of the host's name, unless it has a dot, which no
// certificate allows.
func bucketURL(l location) (string, error) {
	scheme, endpoint := l.params.Get("scheme"), l.params.Get("endpoint")
	if before, after, ok := strings.Cut(endpoint, "://"); ok {
		scheme, endpoint = before, after
	}
	if scheme == "" {
		scheme = "https"
	}
	endpoint = strings.Trim(endpoint, "/")
	if scheme != "http" && scheme != "https" || strings.ContainsAny(endpoint, "/@?#") {
		return "", &URLError{l.shown, "scheme is http or https, and endpoint a host, with a port if need be"}
	}
	if endpoint != "" {
		return scheme + "://" + endpoint + "/" + l.base, nil
	}
	host := "s3." + region(l) + ".amazonaws.com"
	if strings.Contains(l.base, ".") {
		return scheme + "://" + host + "/" + l.base, nil
	}
	return scheme + "://" + l.base + "." + host, nil
}

// signer signs requests by AWS Signature Version 4.
type signer struct {
	keys   aws.Credentials
	region string
	prefix string // of the URLs that are the bucket's
	now    func() time.Time
	v4     *v4.Signer
}

func (s *signer) sign(r *http.Request) error {
	if !strings.HasPrefix(r.URL.String(), s.prefix+"/") {
		return nil // a redirect led elsewhere
	}
	hash := r.Header.Get(contentHeader)
	if hash == "" {
		hash = emptyHash
		r.Header.Set(contentHeader, hash)
	}
	if err := s.v4.SignHTTP(context.WithoutCancel(r.Context()), s.keys, r, hash, "s3", s.region, s.now()); err != nil {
		return fmt.Errorf("signing a request: %w", err)
	}
	return nil
}
