package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"sync"

	"devenv/resolver/flakeref"
)

// sshKeyTypes are the types of keys as references name them, and as ssh does.
var sshKeyTypes = map[string]string{
	"ssh-dsa": "ssh-dsa", "ssh-ecdsa": "ssh-ecdsa", "ssh-ecdsa-sk": "sk-ecdsa-sha2-nistp256@openssh.com",
	"ssh-ed25519": "ssh-ed25519", "ssh-ed25519-sk": "sk-ssh-ed25519@openssh.com", "ssh-rsa": "ssh-rsa",
}

// verify holds that a commit is signed, where the reference asks for that: by
// one of its keys, or, where it has none, by anybody whom git trusts. rev is ""
// for a work tree with changes, which nobody can have signed.
func (f *Fetcher) verify(ctx context.Context, ref flakeref.Ref, dir, rev string) error {
	keys, err := ref.PublicKeys()
	if err != nil {
		return err
	}
	asked, given := ref.Attrs()["verifyCommit"].(bool)
	if !asked && (given || len(keys) == 0) {
		return nil
	}
	if rev == "" {
		return refuse(ref, "a signature is asked for, but the work tree has changes that are not committed", "commit and sign them: git commit -S")
	}
	if err := os.MkdirAll(f.opt.CacheDir, 0o700); err != nil {
		return err
	}
	signers, err := os.CreateTemp(f.opt.CacheDir, "signers-")
	if err != nil {
		return err
	}
	defer os.Remove(signers.Name())
	for _, key := range keys {
		kind, ok := sshKeyTypes[key.Type]
		if !ok {
			signers.Close()
			return refuse(ref, "there is no kind of key "+key.Type, "write ssh-ed25519, ssh-rsa, ssh-ecdsa, ssh-ed25519-sk or ssh-ecdsa-sk")
		}
		if _, err := signers.WriteString("* " + kind + " " + key.Key + "\n"); err != nil {
			signers.Close()
			return err
		}
	}
	if err := signers.Close(); err != nil {
		return err
	}
	cmd := f.git.command(ctx, dir, "-c", "gpg.ssh.allowedSignersFile="+signers.Name(), "verify-commit", rev)
	said, err := cmd.CombinedOutput()
	if err == nil && (len(keys) == 0 || signedBy(string(said), keys)) {
		return nil
	}
	fact := "the commit " + rev + " is not signed by a key that the reference names"
	if text := strings.TrimSpace(string(said)); text != "" {
		fact += ": " + text
	}
	return ctxErr(ctx, refuse(ref, fact, "see who signed it: git -C "+quote(dir)+" log --show-signature -1 "+rev))
}

var goodSignature = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`Good "git" signature for \* with .* key SHA256:(\S+)`)
})

// signedBy looks for a key's fingerprint in what git printed: it is also
// content with keys that only the user's configuration knows.
func signedBy(said string, keys []flakeref.PublicKey) bool {
	for _, match := range goodSignature().FindAllStringSubmatch(said, -1) {
		for _, key := range keys {
			blob, err := base64.StdEncoding.DecodeString(key.Key)
			sum := sha256.Sum256(blob)
			if err == nil && match[1] == base64.RawStdEncoding.EncodeToString(sum[:]) {
				return true
			}
		}
	}
	return false
}
