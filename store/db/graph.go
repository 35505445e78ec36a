package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"devenv/store/storepath"
)

// Node is what a valid path is to a garbage collection.
type Node struct {
	Path       storepath.Path
	NarSize    int64
	Deriver    storepath.Path // zero if none is known
	References []storepath.Path
}

// Graph returns every valid path with what it refers to, by base name. It is All
// with what a garbage collection needs, in a part of the time.
func (d *DB) Graph(ctx context.Context) ([]Node, error) {
	var nodes []Node
	err := d.read(ctx, func(tx *sql.Tx) (err error) {
		var index map[int64]int
		if nodes, index, err = d.nodes(ctx, tx); err != nil {
			return err
		}
		return d.edges(ctx, tx, index, func(from, to int) {
			nodes[from].References = append(nodes[from].References, nodes[to].Path)
		})
	})
	for i := range nodes {
		slices.SortFunc(nodes[i].References, storepath.Compare)
	}
	slices.SortFunc(nodes, func(a, b Node) int { return storepath.Compare(a.Path, b.Path) })
	return nodes, err
}

// nodes returns the valid paths in the order of their rows, and where those are.
func (d *DB) nodes(ctx context.Context, tx *sql.Tx) ([]Node, map[int64]int, error) {
	rows, err := tx.QueryContext(ctx, "select id, path, coalesce(narSize, 0), coalesce(deriver, '') from ValidPaths")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var nodes []Node
	index := map[int64]int{}
	for rows.Next() {
		var id int64
		var n Node
		var path, deriver string
		if err := rows.Scan(&id, &path, &n.NarSize, &deriver); err != nil {
			return nil, nil, err
		}
		n.Path, err = d.parse(path)
		if err == nil && deriver != "" {
			n.Deriver, err = d.parse(deriver)
		}
		if err != nil {
			return nil, nil, &CorruptError{File: d.file(), Err: fmt.Errorf("row %d of ValidPaths: %w", id, err)}
		}
		index[id] = len(nodes)
		nodes = append(nodes, n)
	}
	return nodes, index, rows.Err()
}

// edges calls add for every row of Refs with the places of its ends in index.
func (d *DB) edges(ctx context.Context, tx *sql.Tx, index map[int64]int, add func(from, to int)) error {
	rows, err := tx.QueryContext(ctx, "select referrer, reference from Refs")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return err
		}
		referrer, ok1 := index[from]
		reference, ok2 := index[to]
		if !ok1 || !ok2 {
			return &CorruptError{File: d.file(), Err: fmt.Errorf("Refs has (%d, %d), ValidPaths has not both", from, to)}
		}
		add(referrer, reference)
	}
	return rows.Err()
}

// parse reads a full path as the database has it.
func (d *DB) parse(full string) (storepath.Path, error) {
	if base, ok := strings.CutPrefix(full, string(d.store)+"/"); ok {
		return storepath.ParseBase(base)
	}
	return d.store.Parse(full)
}
