#pragma once

#include "front/message_reader.hpp"
#include "front/placement.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <cstddef>
#include <span>
#include <string>

namespace token_service::front {

// A request and where its answer goes.
struct Call {
  Poco::Net::HTTPServerRequest& request;
  Poco::Net::HTTPServerResponse& response;
};

// What a front serves. Called from many threads at once; nothing that it is given may be kept.
class Application {
 public:
  virtual ~Application() = default;

  // The header fields that it reads; others do not reach it.
  virtual std::span<const std::string> fieldNames() const = 0;

  virtual Placement placementOf(const Poco::Net::HTTPServerRequest& request) const = 0;

  // Whether a request that does not say how long its body is cannot be served.
  virtual bool needsLength(const Poco::Net::HTTPServerRequest& request) const = 0;

  // Answers, or sends nothing if that would mean to wait. Must not throw.
  virtual Poco::Net::HTTPRequestHandler& atOnceHandler() = 0;

  // Answers. Must not throw.
  virtual Poco::Net::HTTPRequestHandler& handler() = 0;

  // How many requests of the lane Lookup are best answered together.
  virtual std::size_t lookupsAtOnce() const = 0;

  // Answers them, at most lookupsAtOnce(), and sends nothing to those that would have to wait for
  // something of their own: they go to the handler, one by one. Must not throw.
  virtual void answerTogether(std::span<const Call> calls) = 0;

  // Answers a request that the front does not accept, of which perhaps nothing is known. Must not
  // throw.
  virtual void refuse(Refusal reason, const Poco::Net::HTTPServerRequest& request,
                      Poco::Net::HTTPServerResponse& response) = 0;

  // A connection ended before its client had the response; `error` is an errno.
  virtual void noteLost(int error) = 0;
};

}  // namespace token_service::front
