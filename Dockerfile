FROM debian:bookworm-slim AS build
COPY . /src
RUN /src/scripts/container/build.sh /opt/token-service

FROM debian:bookworm-slim
COPY --from=build --chown=0:0 /opt/token-service /usr/local
RUN --mount=type=bind,source=scripts,target=/scripts /scripts/container/runtime.sh
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/usr/local/libexec/token-service/health"]
ENTRYPOINT ["/usr/local/bin/token-service"]
CMD ["serve", "--config", "/etc/token-service/config.yaml"]
