package tools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
)

// goSumDB is the verifier key of sum.golang.org, which the go command has built in as well.
const goSumDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

// database looks hashes up in the checksum database. Its answers are proved by the
// database's signed tree: a proxy that passes them on cannot change them.
type database struct {
	r    *Resolver
	key  string // verifier key: name+hash+key
	base string // where its files are
}

// SumDBOffError: toolchains are only taken with a hash of the checksum database.
type SumDBOffError struct{}

func (*SumDBOffError) Error() string {
	return "the checksum database is switched off (GOSUMDB=off), and a toolchain is only used when it can be checked"
}

// Hint is the variable to set.
func (*SumDBOffError) Hint() string { return "export GOSUMDB=sum.golang.org" }

// database finds out where the checksum database is read: through the first proxy that passes
// it on, as the go command does, else at its own address.
func (s *goproxySource) database(ctx context.Context) (*database, error) {
	key, direct, err := parseGosumdb(s.sumdb)
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(key, "+")
	db := &database{r: s.r, key: key, base: direct}
	for _, p := range s.proxies {
		base := p.url + "/sumdb/" + name
		if _, err := s.r.get(ctx, base+"/supported", nil, settledAge, 1<<16); err == nil {
			db.base = base
			break
		}
	}
	return db, nil
}

// parseGosumdb reads GOSUMDB: "name", "name+key" or either with an address after a space.
func parseGosumdb(value string) (key, base string, err error) {
	fields := strings.Fields(value)
	switch {
	case value == "off":
		return "", "", &SumDBOffError{}
	case len(fields) == 0:
		fields = []string{"sum.golang.org"}
	case len(fields) > 2:
		return "", "", fmt.Errorf("GOSUMDB=%q: a name or a key, and an address at most", value)
	}
	key = fields[0]
	switch key {
	case "sum.golang.org":
		key = goSumDB
	case "sum.golang.google.cn": // the same database at an address that China can reach
		key, fields = goSumDB, append(fields, "https://sum.golang.google.cn")
	}
	name, _, hasKey := strings.Cut(key, "+")
	if !hasKey {
		return "", "", fmt.Errorf("GOSUMDB=%q: the key of this database is not known; write name+hash+key", value)
	}
	base = "https://" + name
	if len(fields) > 1 {
		base = strings.TrimRight(fields[1], "/")
	}
	return key, base, nil
}

// lookup gives the h1: hash of a module's zip, "" where the database has no such version.
func (db *database) lookup(ctx context.Context, mod module.Version) (string, error) {
	ops := &sumdbOps{ctx: ctx, db: db}
	lines, err := sumdb.NewClient(ops).Lookup(mod.Path, mod.Version)
	if err != nil {
		if ops.absent {
			return "", nil
		}
		if ops.alarm != "" {
			return "", fmt.Errorf("%s: %s", shown(db.base), ops.alarm)
		}
		return "", err
	}
	for _, line := range lines {
		if f := strings.Fields(line); len(f) == 3 && f[0] == mod.Path && f[1] == mod.Version {
			return f[2], nil
		}
	}
	return "", &ChecksumMissingError{File: mod.String(), Where: db.base}
}

// sumdbOps is what the client of the checksum database asks for, during one lookup: the
// network, and a directory that keeps tiles and the newest tree that was seen.
type sumdbOps struct {
	ctx    context.Context
	db     *database
	absent bool   // the version was not found
	alarm  string // the database contradicts itself
}

func (o *sumdbOps) ReadRemote(path string) ([]byte, error) {
	data, err := o.db.r.get(o.ctx, o.db.base+path, nil, 0, 1<<22)
	if strings.HasPrefix(path, "/lookup/") && isNotFound(err) {
		o.absent = true
	}
	return data, err
}

func (o *sumdbOps) ReadConfig(file string) ([]byte, error) {
	if file == "key" {
		return []byte(o.db.key), nil
	}
	data, err := os.ReadFile(o.db.path(file))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// WriteConfig replaces the newest known tree if it is still the one that was read.
func (o *sumdbOps) WriteConfig(file string, old, new []byte) error {
	o.db.r.sumdbLock.Lock()
	defer o.db.r.sumdbLock.Unlock()
	now, err := o.ReadConfig(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return sumdb.ErrWriteConflict
	}
	return o.db.write(file, new)
}

func (o *sumdbOps) ReadCache(file string) ([]byte, error) { return os.ReadFile(o.db.path(file)) }

// WriteCache may fail: a cache that cannot be written is only slower.
func (o *sumdbOps) WriteCache(file string, data []byte) { _ = o.db.write(file, data) }

func (o *sumdbOps) Log(string) {}

func (o *sumdbOps) SecurityError(msg string) { o.alarm = strings.TrimSpace(msg) }

// path keeps names inside the cache: they hold the database's name, which the user wrote.
func (db *database) path(file string) string {
	return filepath.Join(db.r.cacheDir, "sumdb", filepath.FromSlash(filepath.Clean("/"+file)))
}

func (db *database) write(file string, data []byte) error {
	target := db.path(file)
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), ".tmp*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), target)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

var _ sumdb.ClientOps = (*sumdbOps)(nil)
