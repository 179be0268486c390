# Every recipe is a plain command that works without just as well.

# List the recipes.
default:
    @just --list --unsorted

# Development: serve on port 3000, quickly built.
dev *ARGS:
    cargo run -- serve {{ARGS}}

# Watch: as dev, built and started anew when source or a migration changes (needs watchexec).
watch *ARGS:
    watchexec --watch crates --watch migrations --watch Cargo.toml --restart --stop-signal SIGTERM --stop-timeout 15s -- cargo run -- serve {{ARGS}}

# Production: serve on port 3000, optimised.
start *ARGS:
    cargo run --release -- serve {{ARGS}}

# All tests.
test:
    cargo test --workspace --all-features

# Kill a loaded server many times and check that nothing answered is lost.
torture KILLS="200":
    TORTURE_KILLS={{KILLS}} cargo test --release --package orders-server --test crash -- --nocapture

# Take many backups of a loaded server while both are killed, and restore each.
torture-backups BACKUPS="100":
    TORTURE_BACKUPS={{BACKUPS}} cargo test --release --package orders-server --test crash backups -- --nocapture

# Measure what a backup costs the server beside it (needs wrk and Python 3).
bench-backup *ARGS:
    cargo build --profile dist --package orders-server --bins
    python3 bench/backup.py {{ARGS}}

# The pictures of the console in docs/, and all others in FOLDER (needs Chromium and its driver).
console-pictures FOLDER="target/console-pictures":
    CONSOLE_PICTURES="$(realpath -m {{FOLDER}})" cargo test --workspace --all-features --test console pictures
    cp {{FOLDER}}/orders-wide-light.png docs/console-orders.png
    cp {{FOLDER}}/order-wide-light.png docs/console-order.png

# Measure the server against a bare actix route (needs wrk and Python 3).
bench *ARGS:
    cargo build --profile dist --package orders-server --bins --examples
    python3 bench/bench.py {{ARGS}}

# Measure the server on PostgreSQL against pgbench (needs wrk, PostgreSQL and Python 3).
bench-postgres *ARGS:
    cargo build --profile dist --package orders-server --bins --examples
    python3 bench/postgres.py {{ARGS}}

# Measure how fast the doctor looks at a seeded file (needs Python 3).
bench-doctor *ARGS:
    cargo build --profile dist --package orders-server --bins
    python3 bench/doctor.py {{ARGS}}

# Measure the pages of the console on 2,000,000 orders (needs chromedriver and Python 3).
bench-console *ARGS:
    cargo build --profile dist --package orders-server --bins
    python3 bench/console.py {{ARGS}}

# Measure the domain and the repository alone.
bench-crates:
    cargo bench --package orders-adapters

# The alerts for Prometheus: whether they parse, and when they fire (needs promtool).
alerts:
    promtool check rules docs/prometheus-alerts.yml
    promtool test rules docs/prometheus-alerts.test.yml

# Formatting and lints, as CI wants them.
lint:
    cargo fmt --all -- --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# The rustdoc of the workspace's crates.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --all-features --no-deps

# What is shipped: program, manual, completions, bill of materials, checksums (needs cargo-zigbuild and zig).
dist:
    bash .ci/dist

# Advisories about what is depended on (needs cargo-deny and the network).
advisories:
    cargo deny check advisories

# What the CI runs.
ci:
    bash .ci/run
