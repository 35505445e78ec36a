// Package nixconf reads Nix's settings: nix.conf(5).
//
// They come from several places, each overriding those before it:
//
//	/etc/nix/nix.conf              or $NIX_CONF_DIR/nix.conf
//	<dir>/nix/nix.conf             for each directory of $XDG_CONFIG_DIRS, the last first
//	$XDG_CONFIG_HOME/nix/nix.conf  or all files of $NIX_USER_CONF_FILES, the last first
//	$NIX_CONFIG                    text, not a file
//	Settings.Set                   what the command line says
//
// A line is "name = value", "extra-name = value", which appends to a list, or
// "include FILE" and "!include FILE", of which the second may be missing. What
// follows "#" is a comment.
//
// The package knows how values are written, not which settings there are: the
// room that obeys a setting has its default.
package nixconf
