package flakeref

import "strings"

// downloadScheme is something to be had by one request: "tarball", an archive
// that is unpacked, or "file".
func downloadScheme(name string) *scheme {
	attrs := []string{"url", "narHash", "name", "unpack", "rev", "revCount", "lastModified"}
	return &scheme{
		name:  name,
		attrs: attrs,
		parse: func(u location, tree bool) (Attrs, bool, error) {
			if !isDownload(u, name, tree) {
				return nil, false, nil
			}
			return downloadAttrs(u, attrs), true, nil
		},
		check: func(attrs Attrs) (Attrs, error) {
			address, err := need(attrs, "url")
			if err != nil {
				return nil, err
			}
			if _, err := parseURL(address, false); err != nil {
				return nil, err
			}
			_, err = Ref{attrs: attrs}.NarHash()
			return attrs, err
		},
		url: func(attrs Attrs) (location, error) {
			u, err := parseURL(attrs["url"].(string), false)
			if err != nil {
				return u, err
			}
			return u, setNarHash(&u, attrs)
		},
		override: noOverride,
		locked:   func(attrs Attrs) bool { return attrs["narHash"] != nil },
	}
}

// isDownload tells the two types apart: by "tarball+" or "file+", else by what
// is wanted and by the name.
func isDownload(u location, name string, tree bool) bool {
	switch u.transport() {
	case "file", "http", "https":
	default:
		return false
	}
	if strings.Contains(u.scheme, "+") {
		return u.application() == name
	}
	return (name == "tarball") == (tree || isArchive(u))
}

func isArchive(u location) bool {
	if len(u.path) == 0 {
		return false
	}
	last := u.path[len(u.path)-1]
	for _, suffix := range []string{".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"} {
		if strings.HasSuffix(last, suffix) {
			return true
		}
	}
	return false
}

// downloadAttrs takes the parameters that are ours off the URL; the server gets
// the others.
func downloadAttrs(u location, known []string) Attrs {
	attrs := Attrs{}
	for _, name := range []string{"narHash", "rev"} {
		if value, ok := u.query[name]; ok {
			attrs[name] = value
		}
	}
	for _, name := range []string{"revCount", "lastModified"} {
		if n, ok := number(u.query[name]); ok {
			attrs[name] = n
		}
	}
	for _, name := range known {
		delete(u.query, name)
	}
	u.scheme = u.transport()
	attrs["url"] = u.String()
	return attrs
}
