#include "http/server.hpp"

#include "front/front.hpp"
#include "front/listener.hpp"
#include "http/request_handler.hpp"

#include <Poco/Net/ServerSocket.h>

#include <cstring>

namespace token_service::http {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

// How long a server that is destroyed waits for its requests.
constexpr std::chrono::milliseconds kLastPatience{1000};

Failure failureFor(front::Refusal reason) {
  switch (reason) {
    case front::Refusal::Malformed:
      return Failure::InvalidRequest;
    case front::Refusal::HeadTimeout:
    case front::Refusal::BodyTimeout:
      return Failure::RequestTimeout;
    case front::Refusal::LengthRequired:
      return Failure::LengthRequired;
    case front::Refusal::BodyTooLarge:
      return Failure::PayloadTooLarge;
    case front::Refusal::TargetTooLong:
      return Failure::UriTooLong;
    case front::Refusal::ExpectationFailed:
      return Failure::ExpectationFailed;
    case front::Refusal::HeadTooLarge:
      return Failure::HeadTooLarge;
    case front::Refusal::NotImplemented:
      return Failure::NotImplemented;
    case front::Refusal::Overloaded:
      return Failure::Unavailable;
    case front::Refusal::VersionNotSupported:
      return Failure::VersionNotSupported;
  }
  return Failure::InvalidRequest;
}

std::string_view pathOf(const HTTPServerRequest& request) {
  const std::string_view uri = request.getURI();
  return uri.substr(0, uri.find('?'));
}

}  // namespace

struct Server::Parts final : front::Application {
  Parts(const ServerSettings& settings, const Router& routes, session::SessionService& service,
        session::Random& random, log::Logger& log)
      : router(routes),
        logger(log),
        ids(random),
        sessions(service),
        at_once(router, sessions, ids, settings.request_timeout),
        in_time(router, sessions, ids, settings.request_timeout),
        listener(front::listenOn(settings.address, settings.port)),
        front(listener, settings.limits, *this) {}

  std::span<const std::string> fieldNames() const override { return RequestHandler::fieldNames(); }

  front::Placement placementOf(const HTTPServerRequest& request) const override {
    return router.placementOf(request.getMethod(), pathOf(request));
  }

  bool needsLength(const HTTPServerRequest& request) const override {
    const std::string& method = request.getMethod();
    return (method == HTTPServerRequest::HTTP_POST || method == HTTPServerRequest::HTTP_PUT ||
            method == HTTPServerRequest::HTTP_PATCH) &&
           !router.ignoresBody(pathOf(request));
  }

  Poco::Net::HTTPRequestHandler& atOnceHandler() override { return at_once; }
  Poco::Net::HTTPRequestHandler& handler() override { return in_time; }

  std::size_t lookupsAtOnce() const override { return sessions.lookupsAtOnce(); }
  void answerTogether(std::span<const front::Call> calls) override {
    in_time.answerTogether(calls);
  }

  void refuse(front::Refusal reason, const HTTPServerRequest& request,
              HTTPServerResponse& response) override {
    in_time.refuse(failureFor(reason), request, response);
  }

  void noteLost(int error) override {
    const log::Logger::Field fields[] = {{"reason", std::strerror(error)}};
    logger.write(log::Logger::Level::Debug, "connection lost", fields);
  }

  const Router& router;
  log::Logger& logger;
  RequestIds ids;
  session::SessionService& sessions;
  AtOnceHandler at_once;
  RequestHandler in_time;
  Poco::Net::ServerSocket listener;
  front::Front front;
};

Server::Server(const ServerSettings& settings, const Router& router,
               session::SessionService& sessions, session::Random& random, log::Logger& logger)
    : parts_(std::make_unique<Parts>(settings, router, sessions, random, logger)) {}

Server::~Server() {
  retire();
  if (!waitUntil(std::chrono::steady_clock::now() + kLastPatience)) {
    // Its threads are still there, with what they use.
    [[maybe_unused]] Parts* left = parts_.release();
  }
}

std::uint16_t Server::port() const { return parts_->listener.address().port(); }

void Server::sayFarewell() { parts_->front.sayFarewell(); }

void Server::retire() { parts_->front.retire(); }

bool Server::waitUntil(std::chrono::steady_clock::time_point limit) {
  return parts_->front.waitUntil(limit);
}

}  // namespace token_service::http
