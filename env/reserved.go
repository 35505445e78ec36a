package env

// ownedByShell reports whether bash, zsh or fish keeps the variable for itself:
// read-only, computed, or (zsh) an array or tied to one, so that a script that
// exports it fails or breaks the shell.
func ownedByShell(name string) bool {
	switch name {
	case "PWD", "OLDPWD", "SHLVL", "_", // of all three
		"status", "pipestatus", "history", "argv":
		return true
	case "BASHOPTS", "BASHPID", "BASH_ARGC", "BASH_ARGV", "BASH_COMMAND", "BASH_LINENO", "BASH_SOURCE",
		"BASH_SUBSHELL", "BASH_VERSINFO", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME",
		"GROUPS", "HISTCMD", "LINENO", "PPID", "RANDOM", "SECONDS", "SHELLOPTS", "SRANDOM", "UID":
		return true
	case "ARGC", "EGID", "GID", "TRY_BLOCK_ERROR", "TRY_BLOCK_INTERRUPT", "TTYIDLE", "USERNAME",
		"ZSH_EVAL_CONTEXT", "ZSH_SUBSHELL", "zsh_eval_context", "zsh_scheduled_events",
		"path", "cdpath", "fpath", "fignore", "mailpath", "manpath", "module_path", "psvar",
		"HISTCHARS", "KEYBOARD_HACK", "histchars", "signals",
		"aliases", "builtins", "commands", "functions", "galiases", "saliases", "options", "parameters",
		"modules", "nameddirs", "userdirs", "usergroups", "dirstack", "historywords", "keymaps", "widgets",
		"jobdirs", "jobstates", "jobtexts", "patchars", "reswords", "termcap", "terminfo",
		"funcfiletrace", "funcsourcetrace", "funcstack", "functrace", "functions_source",
		"dis_aliases", "dis_builtins", "dis_functions", "dis_functions_source", "dis_galiases",
		"dis_patchars", "dis_reswords", "dis_saliases":
		return true
	case "FISH_VERSION", "fish_kill_signal", "fish_killring", "fish_pid", "hostname", "status_generation",
		"umask", "version":
		return true
	}
	return false
}
