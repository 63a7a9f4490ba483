#include "http/key_set_endpoint.hpp"

#include "http/cache_control.hpp"
#include "token/key_set.hpp"

namespace token_service::http {

KeySetEndpoint::KeySetEndpoint(const token::KeySource& keys, const session::Clock& clock,
                               std::chrono::seconds max_age)
    : keys_(keys), clock_(clock), max_age_(max_age) {}

Response KeySetEndpoint::handle(const Request&, const std::vector<std::string>&) {
  Response response;
  response.body = token::keySet(keys_.current()->access, clock_.now());
  response.headers.push_back(publicFor(max_age_));
  return response;
}

}  // namespace token_service::http
