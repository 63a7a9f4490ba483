#include "http/router.hpp"

namespace token_service::http {
namespace {

bool allows(Endpoint::Method allowed, const std::string& method) {
  return allowed == Endpoint::Method::Post ? method == "POST" : method == "GET" || method == "HEAD";
}

std::string allowHeader(Endpoint::Method method) {
  return method == Endpoint::Method::Post ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

}  // namespace

Router::Router(Cors cors, log::Logger& logger) : cors_(std::move(cors)), logger_(logger) {}

void Router::add(std::string path, std::unique_ptr<Endpoint> endpoint) {
  endpoints_.emplace(std::move(path), std::move(endpoint));
}

Response Router::answer(const Request& request) const {
  Endpoint* endpoint = find(request.path);
  if (endpoint == nullptr) {
    return failure(Failure::NotFound);
  }
  Response response;
  if (request.method == "OPTIONS") {
    response.status = 204;
    response.headers.emplace_back("Allow", allowHeader(endpoint->method()));
    if (endpoint->cors()) {
      cors_.addPreflightHeaders(request.origin, response);
    }
    return response;
  }
  if (allows(endpoint->method(), request.method)) {
    response = call(*endpoint, request);
  } else {
    response = failure(Failure::MethodNotAllowed);
    response.headers.emplace_back("Allow", allowHeader(endpoint->method()));
  }
  if (endpoint->cors()) {
    cors_.addHeaders(request.origin, response);
  }
  return response;
}

Response Router::refuse(const Request& request, Failure reason) const {
  Response response = failure(reason);
  const Endpoint* endpoint = find(request.path);
  if (endpoint != nullptr && endpoint->cors()) {
    cors_.addHeaders(request.origin, response);
  }
  return response;
}

Endpoint* Router::find(const std::string& path) const {
  auto found = endpoints_.find(path);
  if (found == endpoints_.end() && path != "//" && path.ends_with('/')) {
    found = endpoints_.find(std::string_view(path).substr(0, path.size() - 1));
  }
  return found == endpoints_.end() ? nullptr : found->second.get();
}

Response Router::call(Endpoint& endpoint, const Request& request) const {
  try {
    return endpoint.handle(request);
  } catch (const std::exception& error) {
    Response response = failureOf(error);
    const log::Logger::Field fields[] = {{"request_id", request.id},
                                         {"path", request.path},
                                         {"status", std::to_string(response.status)},
                                         {"reason", error.what()}};
    logger_.write(response.status == 503 ? log::Logger::Level::Warning : log::Logger::Level::Error,
                  "request failed", fields);
    return response;
  } catch (...) {
    logger_.error("request failed", {{"request_id", request.id},
                                     {"path", request.path},
                                     {"status", "500"},
                                     {"reason", "an exception of an unknown type"}});
    return failure(Failure::Internal);
  }
}

}  // namespace token_service::http
