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

Router::Router(Cors cors, FailureLog& failures) : cors_(std::move(cors)), failures_(failures) {}

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
  Response response;
  try {
    return endpoint.handle(request);
  } catch (const std::exception& error) {
    response = failureOf(error);
    failures_.write(request, response, error.what());
  } catch (...) {
    response = failure(Failure::Internal);
    failures_.write(request, response, "an exception of an unknown type");
  }
  return response;
}

}  // namespace token_service::http
