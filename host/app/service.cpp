#include "app/service.hpp"

#include "app/version.hpp"
#include "http/status_endpoints.hpp"
#include "http/token_endpoints.hpp"

namespace token_service::app {
namespace {

session::Policy policyOf(const config::Config& config) {
  return {config.tokens.issuer,           config.tokens.audience, config.tokens.access_lifetime,
          config.tokens.refresh_lifetime, config.tokens.leeway,   config.sessions.max_per_user,
          config.latest_access_only};
}

std::vector<std::string> secretsOf(const config::Config& config) {
  std::vector<std::string> secrets;
  for (const config::ServiceSecret& secret : config.service_secrets) {
    secrets.push_back(secret.secret);
  }
  return secrets;
}

std::vector<http::Readiness::Component> componentsOf(const config::Config& config,
                                                     PluginSet& plugins) {
  std::vector<http::Readiness::Component> components;
  components.push_back({"signer", config.signer.name,
                        [&plugins](sdk::Deadline deadline) { plugins.signer().check(deadline); }});
  if (config.refresh_signer) {
    components.push_back(
        {"refresh_signer", config.refresh_signer->name,
         [&plugins](sdk::Deadline deadline) { plugins.refreshSigner()->check(deadline); }});
  }
  components.push_back({"store", config.store.name,
                        [&plugins](sdk::Deadline deadline) { plugins.store().check(deadline); }});
  return components;
}

http::Router routerFor(const config::Config& config, session::SessionService& sessions,
                       const http::ServiceSecrets& secrets, http::Readiness& readiness,
                       http::FailureLog& failures) {
  http::Router router(http::Cors(config.allowed_origins), failures);
  router.add("/auth/token/gen-tokens",
             std::make_unique<http::GenTokensEndpoint>(sessions, secrets));
  router.add("/auth/token/refresh", std::make_unique<http::RefreshEndpoint>(sessions));
  router.add("/auth/token/validate-token",
             std::make_unique<http::ValidateTokenEndpoint>(sessions, secrets));
  router.add("/auth/token/invalidate-tokens",
             std::make_unique<http::InvalidateTokensEndpoint>(sessions, secrets));
  router.add("/health/live", std::make_unique<http::LiveEndpoint>());
  router.add("/health/ready", std::make_unique<http::ReadyEndpoint>(readiness));
  router.add("/", std::make_unique<http::RootEndpoint>(kVersion));
  return router;
}

}  // namespace

Service::Service(const config::Config& config, PluginSet& plugins, log::Logger& logger,
                 const session::Clock& clock, session::Random& random)
    : sessions_(policyOf(config), plugins.accessKeys(), plugins.refreshKeys(), plugins.store(),
                clock, random, logger),
      secrets_(secretsOf(config)),
      readiness_(componentsOf(config, plugins), logger),
      failures_(logger),
      router_(routerFor(config, sessions_, secrets_, readiness_, failures_)),
      server_({config.server.address,
               config.server.port,
               config.server.threads,
               {config.server.max_body, config.server.request_timeout}},
              router_, random, logger),
      maintenance_(plugins.store(), clock, logger, config.sessions.purge_interval) {}

}  // namespace token_service::app
