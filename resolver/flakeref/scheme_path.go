package flakeref

import (
	"path"
	"strconv"
	"strings"
)

// pathScheme is a directory of this machine, or one beside the flake that
// refers to it.
func pathScheme() *scheme {
	return &scheme{
		name:  "path",
		attrs: []string{"path", "rev", "revCount", "lastModified", "narHash"},
		parse: parsePathURL,
		check: func(attrs Attrs) (Attrs, error) {
			if _, err := need(attrs, "path"); err != nil {
				return nil, err
			}
			_, err := Ref{attrs: attrs}.NarHash()
			return attrs, err
		},
		url:      pathURL,
		override: noOverride,
		locked:   func(attrs Attrs) bool { return attrs["narHash"] != nil },
	}
}

func parsePathURL(u location, _ bool) (Attrs, bool, error) {
	if u.scheme != "path" {
		return nil, false, nil
	}
	if u.authority != nil && u.authority.host != "" {
		return nil, true, refError(u.String(), "a path has no host, but this has %q", u.authority.host).next("write path:/" + u.authority.host + "/… or path:./" + u.authority.host + "/…")
	}
	file, err := u.file()
	if err != nil {
		return nil, true, err
	}
	attrs := Attrs{"path": file}
	for _, name := range sortedKeys(u.query) {
		value := u.query[name]
		switch name {
		case "rev", "narHash":
			attrs[name] = value
		case "revCount", "lastModified":
			n, ok := number(value)
			if !ok {
				return nil, true, refError(u.String(), "the parameter %s is no number: %q", name, value)
			}
			attrs[name] = n
		default:
			return nil, true, refError(u.String(), "a path has no parameter %q", name).next("there are: dir, rev, revCount, lastModified, narHash")
		}
	}
	return attrs, true, nil
}

func pathURL(attrs Attrs) (location, error) {
	u := location{scheme: "path", query: map[string]string{}}
	for name, v := range attrs {
		switch v := v.(type) {
		case string:
			u.query[name] = v
		case int64:
			u.query[name] = strconv.FormatInt(v, 10)
		case bool:
			u.query[name] = map[bool]string{true: "1", false: "0"}[v]
		}
	}
	u.path = strings.Split(u.query["path"], "/")
	delete(u.query, "path")
	delete(u.query, "type")
	return u, nil
}

// file is the URL's path as one of a file system.
func (u *location) file() (string, error) {
	if len(u.path) == 1 && u.path[0] == "" {
		return "/", nil
	}
	for _, element := range u.path {
		if strings.ContainsAny(element, "/\x00") {
			return "", noURL(-1, "the file name %q holds what none can", element)
		}
	}
	return squeeze(strings.Join(u.path, "/")), nil
}

// squeeze makes one slash of several.
func squeeze(file string) string {
	for strings.Contains(file, "//") {
		file = strings.ReplaceAll(file, "//", "/")
	}
	return file
}

// number reads a number that is not negative.
func number(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil
}

func noOverride(attrs Attrs, ref, rev string) (Attrs, error) {
	if ref == "" && rev == "" {
		return attrs, nil
	}
	return nil, attrsError(attrs, "references of type %v have no branch or revision that could be set to %q", attrs["type"], path.Join(ref, rev))
}
