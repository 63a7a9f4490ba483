#include "http/status_endpoints.hpp"

#include "http/error_mapping.hpp"

#include <Poco/JSON/Object.h>

#include <sstream>

namespace token_service::http {
namespace {

std::string textOf(const Poco::JSON::Object& object) {
  std::ostringstream stream;
  object.stringify(stream);
  return stream.str();
}

}  // namespace

RootEndpoint::RootEndpoint(std::string version) : version_(std::move(version)) {}

Response RootEndpoint::handle(const Request&, const std::vector<std::string>&) {
  Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
  object.set("name", "token-service").set("version", version_);
  return {200, textOf(object), {}, false};
}

Response LiveEndpoint::handle(const Request&, const std::vector<std::string>&) {
  return {200, R"({"status":"live"})", {}, false};
}

ReadyEndpoint::ReadyEndpoint(Readiness& readiness) : readiness_(readiness) {}

Response ReadyEndpoint::handle(const Request&, const std::vector<std::string>&) {
  bool ready = !readiness_.retired();
  Poco::JSON::Object components(Poco::JSON_PRESERVE_KEY_ORDER);
  for (const Readiness::State& state : readiness_.states()) {
    Poco::JSON::Object component(Poco::JSON_PRESERVE_KEY_ORDER);
    component.set("plugin", state.component->plugin)
        .set("state", state.ready ? "ready" : "unavailable");
    components.set(state.component->role, component);
    ready = ready && state.ready;
  }
  Response response = failure(Failure::Unavailable);
  Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
  if (ready) {
    response = {};
    object.set("status", "ready");
  } else {
    object.set("error", "Service unavailable").set("code", "unavailable");
    object.set("status", "unavailable");
  }
  object.set("components", components);
  response.body = textOf(object);
  return response;
}

}  // namespace token_service::http
