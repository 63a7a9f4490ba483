#pragma once

#include "http/cors.hpp"
#include "http/endpoint.hpp"
#include "http/error_mapping.hpp"
#include "http/failure_log.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::http {

enum class Method { Get, Post, Delete, Any };

// Whether browsers of other origins may call a path.
enum class CrossOrigin { Refused, Allowed };

// From a request to its answer: path, method, cross-origin rules, endpoint, and whatever the
// endpoint throws.
class Router {
 public:
  Router(Cors cors, FailureLog& failures);

  // `path` has no trailing slash; it is served with one, too. A segment `{...}` stands for any one
  // that is not empty, a last segment `*` for everything below, and nothing. HEAD is answered where
  // Get is, OPTIONS everywhere; Any takes every method for itself, these two as well, and ignores
  // bodies. Several methods may be added to one path; its cross-origin rule is that of the first.
  void add(Method method, std::string_view path, std::unique_ptr<Endpoint> endpoint,
           CrossOrigin cross_origin = CrossOrigin::Refused);

  front::Placement placementOf(std::string_view method, std::string_view path) const;

  // Whether a request to the path may be without a body, whatever its method.
  bool ignoresBody(std::string_view path) const;

  Response answer(const Request& request) const;

  // The answer to a request that could not be read, of which id, path and origin are known.
  Response refuse(const Request& request, Failure reason) const;

 private:
  struct Route {
    std::vector<std::string> segments;
    bool cross_origin = false;
    std::map<Method, std::unique_ptr<Endpoint>> endpoints;
  };

  const Route* find(std::string_view path, std::vector<std::string>& parameters) const;
  Response call(Endpoint& endpoint, const Request& request,
                const std::vector<std::string>& parameters) const;

  Cors cors_;
  FailureLog& failures_;
  std::vector<Route> routes_;
  // Where the routes without parameters stand, by path.
  std::map<std::string, std::size_t, std::less<>> exact_;
};

}  // namespace token_service::http
