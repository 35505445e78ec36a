# Short names for what is typed often; every target is a plain Go command.
export CGO_ENABLED = 0
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64

.PHONY: build test race lint fuzz bench cross clean
build:            ; go build -trimpath -ldflags '-s -w' -o devenv ./cmd/devenv
test:             ; go test ./...
race:             ; CGO_ENABLED=1 go test -race ./...
lint:             ; golangci-lint run
bench:            ; go run ./bench
cross:            ; $(foreach p,$(PLATFORMS),GOOS=$(word 1,$(subst /, ,$(p))) GOARCH=$(word 2,$(subst /, ,$(p))) \
                    go build -trimpath -ldflags '-s -w' -o dist/devenv-$(subst /,-,$(p)) ./cmd/devenv &&) true
clean:            ; rm -rf devenv dist

# Every fuzz target for FUZZTIME each.
FUZZTIME ?= 30s
fuzz:
	@set -e; for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; done
