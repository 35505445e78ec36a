package binarycache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// findCredentials looks where Amazon's own tools look: the variables
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, unless a profile
// is named; then the profile in the credentials and the config file. None at all
// is no error, unless a profile was named.
func findCredentials(profile string, getenv func(string) string) (aws.Credentials, error) {
	if profile == "" {
		if id := getenv("AWS_ACCESS_KEY_ID"); id != "" {
			return aws.Credentials{AccessKeyID: id, SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: getenv("AWS_SESSION_TOKEN")}, nil
		}
		profile = getenv("AWS_PROFILE")
	}
	named := profile != ""
	if !named {
		profile = "default"
	}
	for _, place := range []struct{ variable, file, section string }{
		{"AWS_SHARED_CREDENTIALS_FILE", "credentials", profile},
		{"AWS_CONFIG_FILE", "config", "profile " + profile},
	} {
		if place.file == "config" && profile == "default" {
			place.section = profile
		}
		file := getenv(place.variable)
		if file == "" {
			file = filepath.Join(getenv("HOME"), ".aws", place.file)
		}
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return aws.Credentials{}, err
		}
		if keys := readSection(string(text), place.section); keys.AccessKeyID != "" {
			return keys, nil
		}
	}
	if named {
		return aws.Credentials{}, fmt.Errorf("the profile %q has no access key in ~/.aws/credentials or ~/.aws/config", profile)
	}
	return aws.Credentials{}, nil
}

// readSection reads the keys in one section of an INI file.
func readSection(text, section string) aws.Credentials {
	var keys aws.Credentials
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			name, _, _ = strings.Cut(name, "]")
			inside = strings.Join(strings.Fields(name), " ") == section
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !inside || !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(name)) {
		case "aws_access_key_id":
			keys.AccessKeyID = value
		case "aws_secret_access_key":
			keys.SecretAccessKey = value
		case "aws_session_token":
			keys.SessionToken = value
		}
	}
	return keys
}
