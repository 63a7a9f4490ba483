#include "http/router.hpp"

#include "session/session_lookup.hpp"

#include <algorithm>

namespace token_service::http {
namespace {

// `/a/b` and `/a/b/` are [a, b]; `/` is []; `//` is [""], which no route has.
std::vector<std::string_view> segmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.starts_with('/')) {
    return {""};
  }
  while (path.size() > 1) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool isParameter(const std::string& segment) { return segment.starts_with('{'); }

bool matches(const std::vector<std::string>& wanted, const std::vector<std::string_view>& segments,
             std::vector<std::string>& parameters) {
  parameters.clear();
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    if (wanted[index] == "*") {
      return true;
    }
    if (index == segments.size()) {
      return false;
    }
    if (isParameter(wanted[index]) && !segments[index].empty()) {
      parameters.emplace_back(segments[index]);
    } else if (wanted[index] != segments[index]) {
      return false;
    }
  }
  return wanted.size() == segments.size();
}

template <typename Endpoints>
std::string allowHeader(const Endpoints& endpoints) {
  static constexpr std::pair<Method, const char*> kNames[] = {
      {Method::Get, "GET, HEAD, "}, {Method::Post, "POST, "}, {Method::Delete, "DELETE, "}};
  std::string allow;
  for (const auto& [method, name] : kNames) {
    allow.append(endpoints.contains(method) ? name : "");
  }
  return allow + "OPTIONS";
}

template <typename Endpoints>
Endpoint* endpointFor(std::string_view method, const Endpoints& endpoints) {
  const Method wanted = endpoints.contains(Method::Any)       ? Method::Any
                        : method == "GET" || method == "HEAD" ? Method::Get
                        : method == "POST"                    ? Method::Post
                        : method == "DELETE"                  ? Method::Delete
                                                              : Method::Any;
  const auto found = endpoints.find(wanted);
  return found == endpoints.end() ? nullptr : found->second.get();
}

}  // namespace

Router::Router(Cors cors, FailureLog& failures) : cors_(std::move(cors)), failures_(failures) {}

void Router::add(Method method, std::string_view path, std::unique_ptr<Endpoint> endpoint,
                 CrossOrigin cross_origin) {
  const std::vector<std::string_view> views = segmentsOf(path);
  if (path.find_first_of("{*") == std::string_view::npos) {
    exact_.try_emplace(std::string(path), routes_.size());
  }
  const std::vector<std::string> segments(views.begin(), views.end());
  auto route = std::find_if(routes_.begin(), routes_.end(),
                            [&](const Route& known) { return known.segments == segments; });
  if (route == routes_.end()) {
    routes_.push_back({segments, cross_origin == CrossOrigin::Allowed, {}});
    route = std::prev(routes_.end());
  }
  route->endpoints.emplace(method, std::move(endpoint));
}

front::Placement Router::placementOf(std::string_view method, std::string_view path) const {
  std::vector<std::string> parameters;
  const Route* route = find(path, parameters);
  const Endpoint* endpoint = route == nullptr ? nullptr : endpointFor(method, route->endpoints);
  return endpoint == nullptr ? front::kAtOnce : endpoint->placement();
}

bool Router::ignoresBody(std::string_view path) const {
  std::vector<std::string> parameters;
  const Route* route = find(path, parameters);
  return route != nullptr && route->endpoints.contains(Method::Any);
}

Response Router::answer(const Request& request) const {
  std::vector<std::string> parameters;
  const Route* route = find(request.path, parameters);
  if (route == nullptr) {
    return failure(Failure::NotFound);
  }
  Endpoint* endpoint = endpointFor(request.method, route->endpoints);
  Response response;
  if (endpoint != nullptr) {
    response = call(*endpoint, request, parameters);
  } else if (request.method == "OPTIONS") {
    response.status = 204;
    response.headers.emplace_back("Allow", allowHeader(route->endpoints));
    if (route->cross_origin) {
      cors_.addPreflightHeaders(request.origin, response);
    }
    return response;
  } else {
    response = failure(Failure::MethodNotAllowed);
    response.headers.emplace_back("Allow", allowHeader(route->endpoints));
  }
  if (route->cross_origin) {
    cors_.addHeaders(request.origin, response);
  }
  return response;
}

Response Router::refuse(const Request& request, Failure reason) const {
  std::vector<std::string> parameters;
  const Route* route = find(request.path, parameters);
  const Endpoint* endpoint =
      route == nullptr ? nullptr : endpointFor(request.method, route->endpoints);
  Response response = endpoint == nullptr ? failure(reason) : endpoint->refuse(reason);
  if (route != nullptr && route->cross_origin) {
    cors_.addHeaders(request.origin, response);
  }
  return response;
}

const Router::Route* Router::find(std::string_view path,
                                  std::vector<std::string>& parameters) const {
  const bool has_slash = path.size() > 1 && path.ends_with('/') && !path.ends_with("//");
  const auto exact = exact_.find(path.substr(0, path.size() - (has_slash ? 1 : 0)));
  if (exact != exact_.end()) {
    return &routes_[exact->second];
  }
  const std::vector<std::string_view> segments = segmentsOf(path);
  const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
    return matches(route.segments, segments, parameters);
  });
  return found == routes_.end() ? nullptr : &*found;
}

Response Router::call(Endpoint& endpoint, const Request& request,
                      const std::vector<std::string>& parameters) const {
  Response response;
  try {
    return endpoint.handle(request, parameters);
  } catch (const std::exception& error) {
    if (request.deadline == session::kAtOnce) {
      // Who was given time may still succeed.
      return wouldWait();
    }
    response = failureOf(error);
    failures_.write(request, response, error.what());
  } catch (...) {
    response = failure(Failure::Internal);
    failures_.write(request, response, "an exception of an unknown type");
  }
  return response;
}

}  // namespace token_service::http
