#pragma once

#include "front/application.hpp"
#include "http/message.hpp"
#include "http/request_ids.hpp"
#include "http/router.hpp"
#include "session/session_service.hpp"

#include <Poco/Net/HTTPRequestHandler.h>

#include <chrono>
#include <span>
#include <string>

namespace token_service::http {

// Between Poco's requests and responses and ours. One object serves all requests and threads.
class RequestHandler : public Poco::Net::HTTPRequestHandler {
 public:
  RequestHandler(const Router& router, session::SessionService& sessions, RequestIds& ids,
                 std::chrono::milliseconds timeout)
      : router_(router), sessions_(sessions), ids_(ids), timeout_(timeout) {}

  // The header fields that it looks at.
  static std::span<const std::string> fieldNames();

  // Answers within the time-out, which begins when the request was received.
  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override;

  // Answers requests whose look-ups are carried out together. Sends nothing to those that wait for
  // anything else.
  void answerTogether(std::span<const front::Call> calls);

  // Answers a request that cannot be accepted. Unless it is only for now, its connection ends.
  void refuse(Failure reason, const Poco::Net::HTTPServerRequest& request,
              Poco::Net::HTTPServerResponse& response);

 protected:
  Request read(const Poco::Net::HTTPServerRequest& request);
  static void send(const Request& request, const Response& answer,
                   Poco::Net::HTTPServerResponse& response);

  const Router& router_;

 private:
  sdk::Deadline deadlineOf(const Poco::Net::HTTPServerRequest& request) const;

  session::SessionService& sessions_;
  RequestIds& ids_;
  const std::chrono::milliseconds timeout_;
};

// The same for requests that may be answered without any waiting. Sends nothing if they cannot.
class AtOnceHandler final : public RequestHandler {
 public:
  using RequestHandler::RequestHandler;

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override;
};

}  // namespace token_service::http
