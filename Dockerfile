# syntax=docker/dockerfile:1

# Has gcc and libc6-dev, which is all that the bundled SQLite and aws-lc need beside cargo.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
# .cargo/config.toml says how SQLite is compiled; the migrations are compiled into the program.
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock ./
COPY migrations migrations
COPY crates crates
# The repository is not in here, so `orders --version` knows no commit unless it is told:
# docker build --build-arg ORDERS_COMMIT="$(git show --no-patch --format='%h %cs')" --tag orders .
ARG ORDERS_COMMIT=""
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --package orders-server --features full \
    && mkdir -p /out/data/db \
    && cp target/dist/orders /out/orders

# glibc, libgcc and CA certificates, and neither a shell nor a package manager: the program needs no more.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/orders /orders
# 65532 is the image's user nonroot. The default database is db/orders.sqlite, below the working directory.
COPY --from=build --chown=65532:65532 /out/data /data
WORKDIR /data
VOLUME /data
USER 65532:65532
# Reachable from outside the container: without AUTH=jwt it does not start, as on any machine, unless
# ALLOW_INSECURE_AUTH=true says that the header user_id, which proves nothing, is to be believed.
ENV HOST=0.0.0.0 PORT=3000
EXPOSE 3000
# The program asks itself, for there is nothing else in here that could. /health/live touches no database: a restart does not
# help one that is away.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/orders", "health"]
ENTRYPOINT ["/orders"]
CMD ["serve"]
