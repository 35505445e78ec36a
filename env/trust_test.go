package env

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTrust(t *testing.T) {
	type step struct {
		do   string
		s    Subject
		want Verdict
	}
	main := Subject{Dir: "/repo", Identity: "/repo/.git:", Digest: "1"}
	edited := Subject{Dir: "/repo", Identity: "/repo/.git:", Digest: "2"}
	worktree := Subject{Dir: "/elsewhere", Identity: "/repo/.git:", Digest: "1"}
	alone := Subject{Dir: "/alone", Digest: "1"}
	for name, steps := range map[string][]step{
		"unknown":                           {{"check", main, Unknown}},
		"allowed":                           {{"allow", main, Allowed}, {"check", edited, Unknown}, {"check", alone, Unknown}},
		"worktrees share":                   {{"allow", main, Allowed}, {"check", worktree, Allowed}},
		"an edit and back":                  {{"allow", main, Allowed}, {"allow", edited, Allowed}, {"check", main, Allowed}},
		"without identity":                  {{"allow", alone, Allowed}, {"check", Subject{Dir: "/other", Digest: "1"}, Unknown}},
		"denial wins":                       {{"allow", main, Allowed}, {"deny", main, Forbidden}, {"check", edited, Forbidden}, {"check", worktree, Allowed}},
		"allow takes denial back":           {{"deny", main, Forbidden}, {"allow", main, Allowed}, {"check", edited, Unknown}},
		"allowing elsewhere does not":       {{"deny", main, Forbidden}, {"allow", worktree, Allowed}, {"check", main, Forbidden}},
		"revoke":                            {{"allow", main, Allowed}, {"allow", edited, Allowed}, {"revoke", main, Unknown}, {"check", edited, Unknown}, {"check", worktree, Unknown}},
		"revoke a denial":                   {{"deny", alone, Forbidden}, {"revoke", alone, Unknown}},
		"revoke leaves others":              {{"allow", alone, Allowed}, {"allow", main, Allowed}, {"revoke", main, Unknown}, {"check", alone, Allowed}},
		"nothing to allow":                  {{"check", Subject{Dir: "/a"}, Unknown}},
		"parts do not run into one another": {{"allow", Subject{Dir: "/a", Digest: "b1"}, Allowed}, {"check", Subject{Dir: "/ab", Digest: "1"}, Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			trust := Layout{Data: t.TempDir()}.Trust()
			for _, s := range steps {
				var err error
				switch s.do {
				case "allow":
					err = trust.Allow(s.s, noon)
				case "deny":
					err = trust.Deny(s.s.Dir, noon)
				case "revoke":
					_, err = trust.Revoke(s.s.Dir, s.s.Identity)
				}
				check(t, err)
				if got, err := trust.Check(s.s); got != s.want || err != nil {
					t.Fatalf("after %s of %+v: %s, %v; want %s", s.do, s.s, got, err, s.want)
				}
			}
		})
	}
	if err := (Layout{Data: t.TempDir()}).Trust().Allow(Subject{Dir: "/a"}, noon); err == nil {
		t.Error("nothing was allowed")
	}
}

func TestTrustIsListedAndPruned(t *testing.T) {
	trust := Layout{Data: t.TempDir()}.Trust()
	if all, err := trust.List(); all != nil || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	check(t, trust.Allow(Subject{Dir: "/b\xff", Identity: "id", Digest: "2"}, noon.Add(time.Hour)))
	check(t, trust.Allow(Subject{Dir: "/b\xff", Identity: "id", Digest: "1"}, noon))
	check(t, trust.Deny("/a", noon))
	all, err := trust.List()
	check(t, err)
	if len(all) != 3 || all[0].Verdict != Forbidden || all[0].Dir != "/a" || all[1].Digest != "1" || all[2].Dir != "/b\xff" || all[2].Identity != "id" || all[1].When != noon {
		t.Errorf("%+v", all)
	}
	removed, err := trust.Prune(func(g Grant) bool { return g.Dir == "/a" })
	check(t, err)
	if left, _ := trust.List(); len(removed) != 1 || len(left) != 2 {
		t.Errorf("removed %+v, left %+v", removed, left)
	}
}

// A record that is damaged still counts; whoever cannot look gets no permission.
func TestTrustIsNotLost(t *testing.T) {
	data := t.TempDir()
	trust := Layout{Data: data}.Trust()
	s, denied := Subject{Dir: "/a", Digest: "1"}, Subject{Dir: "/d", Digest: "1"}
	check(t, trust.Allow(s, noon))
	check(t, trust.Deny("/d", noon))
	for _, file := range []string{trust.allowFile(s), trust.denyFile("/d")} {
		check(t, os.Truncate(file, 0))
	}
	if v, err := trust.Check(s); v != Allowed || err != nil {
		t.Errorf("%s, %v", v, err)
	}
	if v, err := trust.Check(denied); v != Forbidden || err != nil {
		t.Errorf("%s, %v", v, err)
	}
	if all, err := trust.List(); len(all) != 2 || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	check(t, os.RemoveAll(filepath.Join(data, "trust", "deny")))
	check(t, os.WriteFile(filepath.Join(data, "trust", "deny"), nil, 0o600))
	if v, err := trust.Check(s); v == Allowed || err == nil {
		t.Errorf("where denials cannot be read: %s, %v", v, err)
	}
}
