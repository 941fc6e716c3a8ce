# Each target is one line that calls what does the work. `make help` lists them.
PORT ?= 8080
MAIL_PORT ?= 1080
DATA ?= .data/local
FILE ?= deploy/local.yaml
CLUSTER ?= .data/cluster
CLUSTER_PORT ?= 8090

.PHONY: help up test bench build web tools images cluster cluster-down cluster-test soak gen fmt clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

up: ## run SecureChat on this machine: http://localhost:8080 (PORT, DATA, FILE, MAIL_PORT)
	@deploy/up --file $(FILE) --data $(DATA) --port $(PORT) --mail-port $(MAIL_PORT)

test: ## install what is missing, then run every check that .ci/run runs
	@tests/run

bench: ## print figures: delivery, memory, CPU, start
	@tests/bench/run

build: ## build the programs
	cargo build --workspace

web: ## build the browser application
	deploy/install web

tools: ## install what `make up` needs
	deploy/install up

images: ## build container images into .tools/images
	@deploy/install cluster && deploy/images/build

cluster: images ## a Kubernetes with SecureChat on this machine: http://localhost:8090 (CLUSTER_PORT, CLUSTER)
	@export DATA=$(CLUSTER) PORT=$(CLUSTER_PORT); tests/cluster/up && tests/cluster/demo

cluster-down: ## end that Kubernetes and forget it
	@DATA=$(CLUSTER) tests/cluster/down

cluster-test: images ## prove the operator on a real Kubernetes, with figures
	@tests/cluster/test

soak: ## what takes too long for every change: a thousand deaths of the operator, a thousand platforms (SOAK_RUNS, SOAK_SEED, SOAK_RESOURCES)
	@tests/soak/run

gen: ## write all generated files anew
	tests/gen

fmt: ## format
	cargo fmt --all && npm --prefix web run format

clean: ## forget local data (programs and tools stay)
	rm -rf .data
