# Everyday commands. `just` alone lists them; `.ci/run` is what decides.

set shell := ["bash", "-euo", "pipefail", "-c"]

_default:
    @just --list --unsorted

# Format, lint and document as the build will ask for it.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked

# All tests, on SQLite and on PostgreSQL where its binaries are installed.
test *arguments:
    cargo test --workspace --locked {{ arguments }}

# Rewrite both published documents from the code.
openapi:
    cargo run --locked -p werkstadt-openapi

# Check the published documents with three linters, and generate and compile the TypeScript client.
contract: tools
    cargo run --locked -p werkstadt-openapi -- --check
    openapi/tools/node_modules/.bin/redocly lint --config redocly.yaml v1@3.1 v1@3.0
    openapi/tools/node_modules/.bin/spectral lint --ruleset .spectral.yaml --fail-severity warn openapi/openapi.json openapi/openapi-3.0.json
    .venv/bin/openapi-spec-validator openapi/openapi.json openapi/openapi-3.0.json
    cd openapi/clients/typescript && npm ci && npm run generate && npm run check

# Install the contract tools, pinned, below this folder.
tools:
    cd openapi/tools && npm ci
    python3 -m venv .venv && .venv/bin/pip install --quiet --requirement openapi/tools/requirements.txt

# The demo network on http://127.0.0.1:8080.
run *arguments:
    cargo run --release --locked -- demo {{ arguments }}

# Licences, bans, sources and known vulnerabilities of the dependencies.
deny:
    cargo deny --all-features check

# Everything that decides whether a change may land.
ci:
    bash .ci/run
