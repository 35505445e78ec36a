package daemon

import (
	"maps"
	"runtime"
	"testing"

	"devenv/nixconf"
)

func TestSettingsFrom(t *testing.T) {
	var conf nixconf.Settings
	s, err := SettingsFrom(&conf)
	if err != nil || s.MaxJobs != 1 || !s.UseSubstitutes || s.KeepGoing || s.Verbosity != LevelInfo || len(s.Others) != 0 {
		t.Errorf("nothing set: %+v, %v", s, err)
	}
	for _, line := range [][2]string{
		{"max-jobs", "auto"}, {"keep-going", "true"}, {"cores", "3"}, {"substitute", "false"}, {"timeout", "60"},
		{"builders", "a x - 1 1 ; b x - 1 1"}, {"sandbox-paths", "/a /b"}, {"extra-sandbox-paths", "/b /c"},
	} {
		conf.Set(line[0], line[1], "--option")
	}
	s, err = SettingsFrom(&conf, "timeout", "builders", "sandbox-paths", "connect-timeout")
	want := map[string]string{"timeout": "60", "builders": "a x - 1 1 ; b x - 1 1", "sandbox-paths": "/a /b /c"}
	if err != nil || s.MaxJobs != int64(runtime.NumCPU()) || s.UseSubstitutes || !s.KeepGoing || s.Cores != 3 || !maps.Equal(s.Others, want) {
		t.Errorf("%+v, %v", s, err)
	}
	conf.Set("max-jobs", "many", "--option")
	if _, err := SettingsFrom(&conf); err == nil {
		t.Error("many jobs are taken")
	}
	conf.Set("max-jobs", "-1", "--option")
	if _, err := SettingsFrom(&conf); err == nil {
		t.Error("less than no jobs are taken")
	}
}
