# Every target works from a fresh clone with Go and make alone; scripts/prepare.sh
# brings what some tests need besides, or says what is missing.
GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
GOFUMPT  := mvdan.cc/gofumpt@v0.12.0
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: build test crash fuzz mutants powerloss locks matrix model hostile bench check fmt generate demo clean help

help: ## show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build bin/kktctl
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/kktctl ./cmd/kktctl

test: ## run every test with the race detector; skipped tests are named and counted
	scripts/test.sh

crash: ## kill kktctl at every point of its work: up to an hour, make test has a sample
	KKTCTL_CRASH=all $(GO) test -v -count=1 -timeout 3h ./cmd/kktctl/internal/crash

powerloss: ## cut the power 100,000 times, without each sync in turn, and fail every write
	GOGC=400 KKTCTL_POWERLOSS_SCENES=100000 $(GO) test -v -count=1 -run 'TestPowerLoss|TestEverySync|TestWriteErrors|TestKilledAfterFailedSync' ./state/local

locks: ## 32 processes take one lock, 200 rounds each remote store; holders are stopped and killed
	KKTCTL_HERD_ROUNDS=50 $(GO) test -v -count=1 -run 'TestHerd|TestStopped|TestKilledHolder' ./state/local
	KKTCTL_HERD_ROUNDS=200 $(GO) test -v -count=1 -p 1 -timeout 2h -run TestHerd ./state/httpstore ./state/objectstore ./state/postgres

fuzz: ## fuzz every decoder of what comes from outside, 30 s each (FUZZTIME=2m FUZZ=Redact make fuzz)
	GO=$(GO) scripts/fuzz.sh

mutants: ## plant bugs in a copy, one at a time: each has to be caught (MUTANTS=PATTERN)
	$(GO) run ./internal/mutants -run '$(MUTANTS)'

matrix: ## every fault on every call that changes something, before and after its effect
	KKTCTL_MATRIX=all $(GO) test ./providers/ofd -run TestFaultMatrix -count=1 -v -timeout 20m

model: ## play 4,000 random lives of a fleet against the laws, some minutes (KKTCTL_MODEL_CHECKS, KKTCTL_MODEL_SEED)
	KKTCTL_MODEL_CHECKS=$${KKTCTL_MODEL_CHECKS:-4000} $(GO) test -v -count=1 -timeout 1h -run 'TestModel' ./providers/ofd

hostile: ## a hostile service: every text, shape and size; secrets searched for everywhere
	KKTCTL_HOSTILE=all $(GO) test ./cmd/kktctl -run 'TestHostile|TestCanaries' -count=1 -v -timeout 40m

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

check: ## formatting, vet, linters and import layers, go.mod, generated files
	@files=$$($(GO) run $(GOFUMPT) -l .); if [ -n "$$files" ]; then echo "gofumpt would change:"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(GOLANGCI) run
	scripts/generated.sh
	scripts/tidy.sh

fmt: ## format the code
	$(GO) run $(GOFUMPT) -w .

generate: ## make the generated files anew (goldens of the commands, the README's output)
	$(GO) generate ./...
	$(GO) test ./cmd/kktctl -run 'TestScripts|TestReadme|TestSchemas' -count=1 -update

demo: build ## a few seconds with a simulated service: plan, apply, drift
	@PATH="$(CURDIR)/bin:$$PATH" scripts/demo.sh examples

clean: ## remove what was built
	rm -rf bin dist
