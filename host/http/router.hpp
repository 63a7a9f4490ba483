#pragma once

#include "http/cors.hpp"
#include "http/endpoint.hpp"
#include "http/error_mapping.hpp"
#include "http/failure_log.hpp"

#include <map>
#include <memory>
#include <string>

namespace token_service::http {

// From a request to its answer: path, method, cross-origin rules, endpoint, and whatever the
// endpoint throws.
class Router {
 public:
  Router(Cors cors, FailureLog& failures);

  // `path` without a trailing slash; it is served with one, too.
  void add(std::string path, std::unique_ptr<Endpoint> endpoint);

  Response answer(const Request& request) const;

  // The answer to a request that could not be read, of which id, path and origin are known.
  Response refuse(const Request& request, Failure reason) const;

 private:
  Endpoint* find(const std::string& path) const;
  Response call(Endpoint& endpoint, const Request& request) const;

  Cors cors_;
  FailureLog& failures_;
  std::map<std::string, std::unique_ptr<Endpoint>, std::less<>> endpoints_;
};

}  // namespace token_service::http
