#include "http/request_handler.hpp"

#include "front/request.hpp"
#include "session/session_lookup.hpp"

#include <Poco/Net/HTTPServerResponse.h>

#include <array>
#include <string_view>

namespace token_service::http {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::size_t kMaxRequestIdSize = 128;

const std::string kAuthorization = "Authorization";
const std::string kCacheControl = "Cache-Control";
const std::string kContentEncoding = "Content-Encoding";
const std::string kContentType = "Content-Type";
const std::string kContentTypeOptions = "X-Content-Type-Options";
const std::string kOrigin = "Origin";
const std::string kRequestId = "X-Request-ID";
const std::string kServiceSecret = "X-SERVICE-SECRET";

bool isRequestId(const std::string& text) {
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && text.size() <= kMaxRequestIdSize &&
         text.find_first_not_of(kAllowed) == std::string::npos;
}

std::optional<std::string> header(const HTTPServerRequest& request, const std::string& name) {
  const auto field = request.find(name);
  return field == request.end() ? std::nullopt : std::optional(field->second);
}

// Two of them would leave it open which one counts.
bool hasRepeatedFields(const HTTPServerRequest& request) {
  for (const std::string* name : {&kAuthorization, &kServiceSecret, &kContentType}) {
    const auto first = request.find(*name);
    if (first != request.end() && std::next(first) != request.end() &&
        Poco::icompare(std::next(first)->first, *name) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::span<const std::string> RequestHandler::fieldNames() {
  static const std::array kNames = {kAuthorization, kContentEncoding, kContentType,
                                    kOrigin,        kRequestId,       kServiceSecret};
  return kNames;
}

void RequestHandler::handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) {
  if (hasRepeatedFields(request)) {
    refuse(Failure::InvalidRequest, request, response);
    return;
  }
  Request read = this->read(request);
  read.deadline = deadlineOf(request);
  send(read, router_.answer(read), response);
}

void RequestHandler::answerTogether(std::span<const front::Call> calls) {
  std::vector<Request> requests(calls.size());
  std::vector<session::SharedLookup> lookups(calls.size());
  std::vector<std::size_t> sharing;
  std::vector<session::SharedLookup*> wanted;
  sdk::Deadline first = sdk::Deadline::max();
  for (std::size_t index = 0; index < calls.size(); ++index) {
    const front::Call& call = calls[index];
    if (hasRepeatedFields(call.request)) {
      refuse(Failure::InvalidRequest, call.request, call.response);
      continue;
    }
    requests[index] = read(call.request);
    requests[index].deadline = session::kAtOnce;
    requests[index].shared = &lookups[index];
    const Response answer = router_.answer(requests[index]);
    if (!answer.would_wait) {
      send(requests[index], answer, call.response);
    } else if (!lookups[index].session_id.empty()) {
      requests[index].deadline = deadlineOf(call.request);
      first = std::min(first, requests[index].deadline);
      sharing.push_back(index);
      wanted.push_back(&lookups[index]);
    }
  }
  if (!wanted.empty()) {
    sessions_.findTogether(wanted, first);
  }
  for (const std::size_t index : sharing) {
    send(requests[index], router_.answer(requests[index]), calls[index].response);
  }
}

sdk::Deadline RequestHandler::deadlineOf(const HTTPServerRequest& request) const {
  return static_cast<const front::Request&>(request).received() + timeout_;
}

void RequestHandler::refuse(Failure reason, const HTTPServerRequest& request,
                            HTTPServerResponse& response) {
  const Request read = this->read(request);
  Response answer = router_.refuse(read, reason);
  answer.close = reason != Failure::Unavailable;
  send(read, answer, response);
}

Request RequestHandler::read(const HTTPServerRequest& request) {
  Request read;
  read.id = request.get(kRequestId, "");
  if (!isRequestId(read.id)) {
    read.id = ids_.next();
  }
  read.method = request.getMethod();
  const std::string& uri = request.getURI();
  const std::size_t question = uri.find('?');
  read.path = uri.substr(0, question);
  read.query = question == std::string::npos ? "" : uri.substr(question + 1);
  read.authorization = header(request, kAuthorization);
  read.service_secret = header(request, kServiceSecret);
  read.content_type = header(request, kContentType);
  read.content_encoding = header(request, kContentEncoding);
  read.origin = header(request, kOrigin);
  read.body = static_cast<const front::Request&>(request).body();
  return read;
}

void RequestHandler::send(const Request& request, const Response& answer,
                          HTTPServerResponse& response) {
  static const std::string kNoStore = "no-store";
  static const std::string kNoSniff = "nosniff";
  static const std::string kJson = "application/json";
  response.setStatusAndReason(static_cast<HTTPServerResponse::HTTPStatus>(answer.status));
  response.set(kCacheControl, kNoStore);
  response.set(kContentTypeOptions, kNoSniff);
  response.set(kRequestId, request.id);
  for (const auto& [name, value] : answer.headers) {
    response.set(std::string(name), value);
  }
  if (answer.status != 204) {
    response.set(kContentType, kJson);
  }
  if (answer.close) {
    response.setKeepAlive(false);
  }
  response.sendBuffer(answer.body.data(), answer.body.size());
}

void AtOnceHandler::handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) {
  if (hasRepeatedFields(request)) {
    refuse(Failure::InvalidRequest, request, response);
    return;
  }
  Request read = this->read(request);
  read.deadline = session::kAtOnce;
  const Response answer = router_.answer(read);
  // What would wait is tried again where it may.
  if (!answer.would_wait) {
    send(read, answer, response);
  }
}

}  // namespace token_service::http
