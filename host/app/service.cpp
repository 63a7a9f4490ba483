#include "app/service.hpp"

#include "app/named_secrets.hpp"
#include "app/version.hpp"
#include "config/public_url.hpp"
#include "http/key_set_endpoint.hpp"
#include "http/metadata_endpoint.hpp"
#include "http/oauth_endpoints.hpp"
#include "http/sessions_endpoints.hpp"
#include "http/status_endpoints.hpp"
#include "http/token_endpoints.hpp"
#include "http/verify_endpoint.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace token_service::app {
namespace {

// Few call the admin listener, and they must not take what the main one needs.
constexpr std::size_t kAdminThreads = 4;
constexpr std::size_t kAdminConnections = 256;
// How long callers that keep their connections open are told to close them before we do.
constexpr std::chrono::milliseconds kFarewell{200};

session::Policy policyOf(const config::Config& config) {
  session::Policy policy;
  policy.issuer = config.tokens.issuer;
  policy.audience = config.tokens.audience;
  policy.access_lifetime = config.tokens.access_lifetime;
  policy.refresh_lifetime = config.tokens.refresh_lifetime;
  policy.leeway = config.tokens.leeway;
  policy.access_header =
      config.tokens.at_jwt ? token::HeaderType::AccessToken : token::HeaderType::Jwt;
  policy.latest_access_only = config.latest_access_only;
  policy.rotation = config.refresh.rotation;
  policy.reuse_grace = config.refresh.reuse_grace;
  policy.max_sessions_per_user = config.sessions.max_per_user;
  policy.idle_timeout = config.sessions.idle_timeout;
  policy.absolute_lifetime = config.sessions.absolute_lifetime;
  policy.max_staleness = config.max_staleness;
  return policy;
}

std::vector<http::Readiness::Component> componentsOf(const config::Config& config,
                                                     PluginSet& plugins) {
  std::vector<http::Readiness::Component> components;
  // The signers that are in force; the first key of a ring is one of those that sign.
  const token::KeySource& source = plugins.keys();
  components.push_back({"signer", config.signer.name, [&source](sdk::Deadline deadline) {
                          const std::shared_ptr<const token::KeyRings> keys = source.current();
                          keys->access.entries().front().signer->check(deadline);
                        }});
  if (config.refresh_signer) {
    components.push_back(
        {"refresh_signer", config.refresh_signer->name, [&source](sdk::Deadline deadline) {
           const std::shared_ptr<const token::KeyRings> keys = source.current();
           keys->refresh.entries().front().signer->check(deadline);
         }});
  }
  components.push_back({"store", config.store.name,
                        [&plugins](sdk::Deadline deadline) { plugins.store().check(deadline); }});
  return components;
}

// The key set and, if the issuer is a URL that leads here, the metadata (RFC 8414 section 3).
void addDiscovery(const config::Config& config, const token::KeySource& keys,
                  const session::Clock& clock, http::Router& router) {
  static constexpr std::string_view kMetadata = "/.well-known/oauth-authorization-server";
  const std::chrono::seconds max_age = config.key_set_max_age;
  router.add(http::Method::Get, "/.well-known/jwks.json",
             std::make_unique<http::KeySetEndpoint>(keys, clock, max_age));
  if (config.server.public_url != config.tokens.issuer) {
    return;
  }
  const std::string& issuer = config.tokens.issuer;
  router.add(http::Method::Get, kMetadata,
             std::make_unique<http::MetadataEndpoint>(issuer, max_age));
  const std::string path(config::pathOfUrl(issuer));
  if (!path.empty()) {
    router.add(http::Method::Get, std::string(kMetadata) + path,
               std::make_unique<http::MetadataEndpoint>(issuer, max_age));
  }
}

// Each goes to the listener that the configuration names for it.
void addSessions(session::SessionService& sessions, const http::ServiceSecrets& secrets,
                 http::Router& router) {
  static constexpr const char* kPath = "/v1/users/{id}/sessions";
  router.add(http::Method::Get, kPath,
             std::make_unique<http::ListSessionsEndpoint>(sessions, secrets));
  router.add(http::Method::Delete, kPath,
             std::make_unique<http::EndSessionsEndpoint>(sessions, secrets));
  router.add(http::Method::Delete, "/v1/users/{id}/sessions/{sid}",
             std::make_unique<http::EndSessionEndpoint>(sessions, secrets));
}

void addHealth(http::Readiness& readiness, http::Router& router) {
  router.add(http::Method::Get, "/health/live", std::make_unique<http::LiveEndpoint>());
  router.add(http::Method::Get, "/health/ready", std::make_unique<http::ReadyEndpoint>(readiness));
}

http::Router routerFor(const config::Config& config, session::SessionService& sessions,
                       const http::ServiceSecrets& secrets, const token::KeySource& keys,
                       const session::Clock& clock, http::Readiness& readiness,
                       http::FailureLog& failures) {
  using http::CrossOrigin;
  using http::Method;
  http::Router router(http::Cors(config.allowed_origins), failures);
  router.add(Method::Post, "/auth/token/gen-tokens",
             std::make_unique<http::GenTokensEndpoint>(sessions, secrets));
  router.add(Method::Post, "/auth/token/refresh", std::make_unique<http::RefreshEndpoint>(sessions),
             CrossOrigin::Allowed);
  router.add(Method::Post, "/auth/token/validate-token",
             std::make_unique<http::ValidateTokenEndpoint>(sessions, secrets),
             CrossOrigin::Allowed);
  router.add(Method::Post, "/auth/token/invalidate-tokens",
             std::make_unique<http::InvalidateTokensEndpoint>(sessions, secrets),
             CrossOrigin::Allowed);
  router.add(Method::Any, "/auth/verify/*", std::make_unique<http::VerifyEndpoint>(sessions));
  addDiscovery(config, keys, clock, router);
  router.add(Method::Post, "/oauth2/token", std::make_unique<http::TokenEndpoint>(sessions));
  router.add(Method::Post, "/oauth2/introspect",
             std::make_unique<http::IntrospectEndpoint>(sessions, secrets));
  router.add(Method::Post, "/oauth2/revoke", std::make_unique<http::RevokeEndpoint>(sessions));
  if (config.endpoints.sessions == config::ServedOn::Main) {
    addSessions(sessions, secrets, router);
  }
  addHealth(readiness, router);
  router.add(Method::Get, "/", std::make_unique<http::RootEndpoint>(kVersion));
  return router;
}

http::Router adminRouterFor(const config::Config& config, session::SessionService& sessions,
                            const http::ServiceSecrets& secrets, http::Readiness& readiness,
                            http::FailureLog& failures) {
  http::Router router(http::Cors({}), failures);
  if (config.endpoints.sessions == config::ServedOn::Admin) {
    addSessions(sessions, secrets, router);
  }
  addHealth(readiness, router);
  return router;
}

// Some descriptors are for the store, the files that are read anew, and what is turned away.
std::size_t usableConnections(std::size_t wanted) {
  constexpr std::size_t kOthers = 64;
  constexpr std::size_t kLeast = 16;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  return std::min<std::size_t>(wanted,
                               std::max<rlim_t>(files.rlim_cur, kOthers + kLeast) - kOthers);
}

http::ServerSettings settingsOf(const config::Server& server) {
  http::ServerSettings settings;
  settings.address = server.address;
  settings.port = server.port;
  settings.request_timeout = server.request_timeout;
  front::Limits& limits = settings.limits;
  limits.message = {server.max_head, server.max_body};
  limits.head_timeout = server.head_timeout;
  limits.body_timeout = server.body_timeout;
  limits.write_timeout = server.write_timeout;
  limits.idle_timeout = server.idle_timeout;
  limits.queue_timeout = server.request_timeout;
  limits.max_connections = usableConnections(server.max_connections);
  limits.max_requests = server.max_requests;
  limits.threads = server.threads;
  // The other half of the processors is for what the requests need.
  limits.loops = std::max(1U, std::thread::hardware_concurrency() / 2);
  return settings;
}

std::unique_ptr<http::Server> adminServerFor(const config::Server& server,
                                             const http::Router& router,
                                             session::SessionService& sessions,
                                             session::Random& random, log::Logger& logger) {
  if (!server.admin) {
    return nullptr;
  }
  http::ServerSettings settings = settingsOf(server);
  settings.address = server.admin->address;
  settings.port = server.admin->port;
  settings.limits.threads = kAdminThreads;
  settings.limits.max_connections = std::min(settings.limits.max_connections, kAdminConnections);
  settings.limits.loops = 1;
  return std::make_unique<http::Server>(settings, router, sessions, random, logger);
}

}  // namespace

Service::Service(const config::Config& config, PluginSet& plugins, log::Logger& logger,
                 const session::Clock& clock, session::Random& random)
    : sessions_(policyOf(config), plugins.keys(), plugins.store(), clock, random, logger),
      secrets_(namedSecrets(config)),
      readiness_(componentsOf(config, plugins), logger),
      failures_(logger),
      router_(routerFor(config, sessions_, secrets_, plugins.keys(), clock, readiness_, failures_)),
      admin_router_(adminRouterFor(config, sessions_, secrets_, readiness_, failures_)),
      admin_server_(adminServerFor(config.server, admin_router_, sessions_, random, logger)),
      server_(settingsOf(config.server), router_, sessions_, random, logger),
      maintenance_(plugins.store(), clock, logger, config.sessions.purge_interval) {}

bool Service::drain(std::chrono::milliseconds patience) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  std::vector<http::Server*> servers{&server_};
  if (admin_server_) {
    servers.push_back(admin_server_.get());
  }
  readiness_.retire();
  for (http::Server* server : servers) {
    server->sayFarewell();
  }
  std::this_thread::sleep_for(std::min(kFarewell, patience));
  for (http::Server* server : servers) {
    server->retire();
  }
  return std::ranges::all_of(servers,
                             [&](http::Server* server) { return server->waitUntil(limit); });
}

}  // namespace token_service::app
