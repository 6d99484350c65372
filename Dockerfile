# syntax=docker/dockerfile:1

# ---- build ------------------------------------------------------------------------------------------------------------
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# SQLite and libpq are compiled in: the binary needs the C library and nothing else.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin werkstadt \
    && install -D target/release/werkstadt /out/werkstadt \
    && install -d -m 0750 /out/data

# ---- run --------------------------------------------------------------------------------------------------------------
FROM debian:bookworm-slim AS run
LABEL org.opencontainers.image.title="Werkstadt" \
      org.opencontainers.image.description="Member network directory and matchmaking API" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 werkstadt \
    && useradd --system --uid 10001 --gid werkstadt --home-dir /data --no-create-home --shell /usr/sbin/nologin werkstadt
COPY --from=build /out/werkstadt /usr/local/bin/werkstadt
COPY --from=build --chown=10001:10001 /out/data /data
COPY LICENSE /usr/share/doc/werkstadt/LICENSE

USER 10001:10001
WORKDIR /data
VOLUME /data
# Inside a container the loopback interface reaches nobody; outside, the loopback interface stays the default.
ENV WERKSTADT_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["werkstadt", "healthcheck"]
ENTRYPOINT ["werkstadt"]
CMD ["serve"]
