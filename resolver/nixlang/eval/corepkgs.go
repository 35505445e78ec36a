package eval

// corePrefix is where the files of <nix/…> appear to be.
const corePrefix = "/__corepkgs__/"

// coreFiles are the files of <nix/…>.
var coreFiles = map[string]string{"fetchurl.nix": fetchurlSource}

// corePath returns where a file of <nix/…> appears to be.
func (ev *Evaluator) corePath(name string) (string, bool) {
	_, ok := coreFiles[name]
	return corePrefix + name, ok
}

// fetchurlSource is <nix/fetchurl.nix>: a derivation that the builder itself
// knows how to build.
const fetchurlSource = `{
  system ? "",
  url,
  hash ? "",
  md5 ? "", sha1 ? "", sha256 ? "", sha512 ? "",
  outputHash ? if hash != "" then hash else if sha512 != "" then sha512 else if sha1 != "" then sha1 else if md5 != "" then md5 else sha256,
  outputHashAlgo ? if hash != "" then "" else if sha512 != "" then "sha512" else if sha1 != "" then "sha1" else if md5 != "" then "md5" else "sha256",
  executable ? false,
  unpack ? false,
  name ? baseNameOf (toString url),
  impure ? false,
}:
derivation ({
  builder = "builtin:fetchurl";
  outputHashMode = if unpack || executable then "recursive" else "flat";
  inherit name url executable unpack;
  system = "builtin";
  preferLocalBuild = true;
  impureEnvVars = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];
  urls = [ url ];
} // (if impure then { __impure = true; } else { inherit outputHashAlgo outputHash; }))
`

// CoreFiles returns the files of <nix/…> by the paths at which a Host must have
// them.
func CoreFiles() map[string]string {
	files := map[string]string{}
	for name, text := range coreFiles {
		files[corePrefix+name] = text
	}
	return files
}
