package fetch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"devenv/resolver/flakeref"
	"devenv/store/nixhash"
	"devenv/transfer"
)

// A forge is a site that tells where its branches point and serves archives of
// commits.
type forge struct {
	host         string // where the reference names none
	tokenExample string
	// header is how a token is sent.
	header func(token string) string
	// rev finds the commit of a branch, a tag or HEAD.
	rev func(ctx context.Context, q forgeQuery, ref string) (string, error)
	// archive is where the archive of a commit is.
	archive func(q forgeQuery, rev string) string
}

// forgeQuery is a question about a repository.
type forgeQuery struct {
	f           *Fetcher
	ref         flakeref.Ref
	host        string
	owner, repo string // as elements of URLs' paths
	own         bool   // the host is not the forge's main site
	header      http.Header
}

var forges = sync.OnceValue(func() map[string]*forge {
	return map[string]*forge{
		"github": {host: "github.com", tokenExample: "ghp_…", header: tokenHeader("token "), rev: githubRev, archive: githubArchive},
		"gitlab": {host: "gitlab.com", tokenExample: "PAT:glpat-…", header: gitlabHeader, rev: gitlabRev, archive: func(q forgeQuery, rev string) string {
			return q.gitlab() + "/archive.tar.gz?sha=" + rev
		}},
		"sourcehut": {host: "git.sr.ht", tokenExample: "…", header: tokenHeader("Bearer "), rev: sourcehutRev, archive: func(q forgeQuery, rev string) string {
			return q.site() + "/archive/" + rev + ".tar.gz"
		}},
	}
})

// fetchForge is the archive of a commit, unpacked into the store.
func (f *Fetcher) fetchForge(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	forge := forges()[ref.Type()]
	q := f.query(forge, ref)
	rev := ref.Rev()
	if rev == "" {
		branch := ref.Text("ref")
		if branch == "" {
			branch = "HEAD"
		}
		var err error
		if rev, err = forge.rev(ctx, q, branch); err != nil {
			return nil, err
		}
	}
	pinned := ref.With("ref", nil).With("rev", rev)
	key := []string{q.host, q.owner, q.repo, rev}
	a, err := f.archive(ctx, pinned, "forge", key, transfer.Request{
		URL: forge.archive(q, rev), Header: q.header, Label: q.repo + " " + rev[:7],
		Heard: func(from *url.URL, _ http.Header) { q.moved(from) },
	})
	if err != nil {
		return nil, err
	}
	return f.stored(pinned.With("lastModified", a.LastModified), a.info), nil
}

// moved tells of a repository that GitHub serves under another name by now.
func (q forgeQuery) moved(from *url.URL) {
	elements := strings.Split(strings.TrimPrefix(from.Path, "/"), "/")
	if from.Host != "codeload.github.com" || len(elements) < 2 {
		return
	}
	if now := elements[0] + "/" + elements[1]; !strings.EqualFold(now, q.owner+"/"+q.repo) {
		q.f.warn("github:" + q.owner + "/" + q.repo + " has moved: write github:" + now)
	}
}

func (f *Fetcher) query(forge *forge, ref flakeref.Ref) forgeQuery {
	q := forgeQuery{f: f, ref: ref, host: hostOf(ref), owner: url.PathEscape(ref.Text("owner")), repo: url.PathEscape(ref.Text("repo"))}
	q.own = q.host != forge.host
	if token := f.token(q.host, ref); token != "" {
		q.header = http.Header{"Authorization": {forge.header(token)}}
	}
	return q
}

// hostOf is the host that a reference of a forge or a URL means.
func hostOf(ref flakeref.Ref) string {
	if host := ref.Text("host"); host != "" {
		return host
	}
	if forge, ok := forges()[ref.Type()]; ok {
		return forge.host
	}
	if u, err := url.Parse(ref.Text("url")); err == nil {
		return u.Host
	}
	return ""
}

func tokenHeader(prefix string) func(string) string {
	return func(token string) string { return prefix + token }
}

// gitlabHeader takes "PAT:token" and "OAuth2:token". GitLab takes both kinds as
// a bearer's, in the one header that is never sent on to another host.
func gitlabHeader(token string) string {
	if kind, value, ok := strings.Cut(token, ":"); ok && (kind == "PAT" || kind == "OAuth2") {
		token = value
	}
	return "Bearer " + token
}

func (q forgeQuery) site() string { return "https://" + q.host + "/" + q.owner + "/" + q.repo }

// get asks a question whose answer may be as old as the time to live.
func (q forgeQuery) get(ctx context.Context, address string) ([]byte, error) {
	const most = 64 << 20
	body, _, err := q.f.opt.Client.Get(ctx, transfer.Request{URL: address, Header: q.header, MaxAge: q.f.opt.TTL, StaleOK: true}, most)
	return body, err
}

// noRev says that an answer names no commit.
func (q forgeQuery) noRev(branch string) error {
	return refuse(q.ref, q.host+" names no commit of "+branch, "check the branch or tag, and "+q.site())
}

func (q forgeQuery) github() string {
	if q.own {
		return "https://" + q.host + "/api/v3/repos/" + q.owner + "/" + q.repo
	}
	return "https://api." + q.host + "/repos/" + q.owner + "/" + q.repo
}

// githubRev asks GitHub's REST API: "Get a commit".
func githubRev(ctx context.Context, q forgeQuery, branch string) (string, error) {
	body, err := q.get(ctx, q.github()+"/commits/"+escapeBranch(branch))
	if err != nil {
		return "", err
	}
	var answer struct {
		SHA string `json:"sha"`
	}
	if json.Unmarshal(body, &answer) != nil || !isCommit(answer.SHA) {
		return "", q.noRev(branch)
	}
	return answer.SHA, nil
}

// githubArchive takes the site's own archives where nobody logs in: those count
// against no limit.
func githubArchive(q forgeQuery, rev string) string {
	if !q.own && q.header == nil {
		return q.site() + "/archive/" + rev + ".tar.gz"
	}
	return q.github() + "/tarball/" + rev
}

func (q forgeQuery) gitlab() string {
	// An owner with groups is written group%2Fsub in references, and stays so here.
	project := strings.ReplaceAll(q.owner, "%25", "%") + "%2F" + q.repo
	return "https://" + q.host + "/api/v4/projects/" + project + "/repository"
}

// gitlabRev asks GitLab's REST API: "List repository commits".
func gitlabRev(ctx context.Context, q forgeQuery, branch string) (string, error) {
	body, err := q.get(ctx, q.gitlab()+"/commits?ref_name="+url.QueryEscape(branch))
	if err != nil {
		return "", err
	}
	var answer []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer) == 0 || !isCommit(answer[0].ID) {
		return "", q.noRev(branch)
	}
	return answer[0].ID, nil
}

// sourcehutRev reads what Git's dumb HTTP protocol serves: HEAD and info/refs.
func sourcehutRev(ctx context.Context, q forgeQuery, branch string) (string, error) {
	names := []string{"refs/heads/" + branch, "refs/tags/" + branch}
	if branch == "HEAD" {
		head, err := q.get(ctx, q.site()+"/HEAD")
		if err != nil {
			return "", err
		}
		line := strings.TrimSpace(string(head))
		if isCommit(line) {
			return line, nil
		}
		names = []string{strings.TrimPrefix(line, "ref: ")}
	}
	list, err := q.get(ctx, q.site()+"/info/refs")
	if err != nil {
		return "", err
	}
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); {
		id, name, ok := strings.Cut(lines.Text(), "\t")
		for _, want := range names {
			if ok && name == want && isCommit(id) {
				return id, nil
			}
		}
	}
	return "", q.noRev(branch)
}

func escapeBranch(branch string) string {
	return strings.ReplaceAll(url.PathEscape(branch), "%2F", "/")
}

func isCommit(s string) bool {
	h, err := nixhash.ParseAny(s, nixhash.SHA1)
	return err == nil && h.Base16() == s
}
