#include "http/server.hpp"

#include "http/error_mapping.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <ostream>
#include <thread>

namespace token_service::http {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerRequestImpl;
using Poco::Net::HTTPServerResponse;

constexpr int kBacklog = 4096;
constexpr int kMaxQueued = 4096;
constexpr long kKeepAliveSeconds = 15;
constexpr long kReceiveTimeoutSeconds = 5;
constexpr long kSendTimeoutSeconds = 5;
// How long callers that keep their connections open are told to close them before we do.
constexpr std::chrono::milliseconds kFarewell{200};
// How long a server that is destroyed without `drain` waits for its requests.
constexpr std::chrono::milliseconds kLastPatience{1000};

bool wantsClose(const HTTPServerRequest& request) {
  const std::string connection = request.get("Connection", "");
  std::vector<std::string> options;
  HTTPServerRequest::splitElements(connection, options);
  for (const std::string& option : options) {
    if (Poco::icompare(option, "close") == 0) {
      return true;
    }
  }
  return false;
}

void send(const Request& request, const Response& answer, HTTPServerResponse& response) {
  response.setVersion("HTTP/1.1");
  response.setStatusAndReason(static_cast<HTTPServerResponse::HTTPStatus>(answer.status));
  if (answer.close) {
    response.setKeepAlive(false);
  }
  response.setDate(Poco::Timestamp());
  response.set("Cache-Control", "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Request-ID", request.id);
  for (const auto& [name, value] : answer.headers) {
    response.set(std::string(name), value);
  }
  if (answer.status == 204) {
    response.send();
    return;
  }
  response.setContentType("application/json");
  if (!answer.close) {
    response.sendBuffer(answer.body.data(), answer.body.size());
    return;
  }
  // What sendBuffer writes leaves only after the handler has returned.
  response.setContentLength64(static_cast<Poco::Int64>(answer.body.size()));
  std::ostream& stream = response.send();
  stream << (request.method == "HEAD" ? "" : answer.body) << std::flush;
}

// A connection that is closed with bytes unread is reset, and the caller may never see the answer.
void discardRest(HTTPServerRequest& request) {
  constexpr std::size_t kMost = 1024 * 1024;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  std::array<char, 16 * 1024> buffer{};
  try {
    Poco::Net::StreamSocket& socket = static_cast<HTTPServerRequestImpl&>(request).socket();
    socket.shutdownSend();
    socket.setReceiveTimeout(Poco::Timespan(0, 200'000));
    for (std::size_t discarded = 0;
         discarded < kMost && std::chrono::steady_clock::now() < deadline;) {
      const int count = socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
      if (count <= 0) {
        return;
      }
      discarded += static_cast<std::size_t>(count);
    }
  } catch (const Poco::Exception&) {
    // The caller is gone, or says no more.
  }
}

class RequestHandler : public Poco::Net::HTTPRequestHandler {
 public:
  RequestHandler(const ReadLimits& limits, const Router& router, session::Random& random,
                 const std::atomic<bool>& draining)
      : limits_(limits), router_(router), random_(random), draining_(draining) {}

  void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
    Request read;
    Response answer;
    const std::optional<Failure> bad = readRequest(request, limits_, router_, random_, read);
    if (bad) {
      answer = router_.refuse(read, *bad);
      answer.close = true;
    } else {
      answer = router_.answer(read);
      answer.close = answer.close || draining_ || wantsClose(request);
    }
    send(read, answer, response);
    if (bad) {
      discardRest(request);
    }
  }

 private:
  const ReadLimits& limits_;
  const Router& router_;
  session::Random& random_;
  const std::atomic<bool>& draining_;
};

class HandlerFactory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  HandlerFactory(const ReadLimits& limits, const Router& router, session::Random& random,
                 const std::atomic<bool>& draining)
      : limits_(limits), router_(router), random_(random), draining_(draining) {}

  Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest& request) override {
    // Poco asks for the body before the handler has looked at the head, unless the status is one
    // of an error. The handler asks itself.
    request.response().setStatus(HTTPServerResponse::HTTP_EXPECTATION_FAILED);
    return new RequestHandler(limits_, router_, random_, draining_);
  }

 private:
  const ReadLimits limits_;
  const Router& router_;
  session::Random& random_;
  const std::atomic<bool>& draining_;
};

// A client that does not read must not hold a thread for ever.
class SendTimeout : public Poco::Net::TCPServerConnectionFilter {
 public:
  bool accept(const Poco::Net::StreamSocket& socket) override {
    Poco::Net::StreamSocket(socket).setSendTimeout(Poco::Timespan(kSendTimeoutSeconds, 0));
    return true;
  }
};

Poco::Net::ServerSocket listenOn(const ServerSettings& settings) {
  const std::string place = settings.address + " port " + std::to_string(settings.port);
  try {
    const Poco::Net::SocketAddress address(settings.address, settings.port);
    Poco::Net::ServerSocket socket;
    if (address.family() == Poco::Net::SocketAddress::IPv6) {
      socket.bind6(address, true, false, false);
    } else {
      // Without the third word Poco lets another process share the port.
      socket.bind(address, true, false);
    }
    socket.listen(kBacklog);
    return socket;
  } catch (const Poco::Exception& error) {
    if (error.code() == EADDRINUSE) {
      throw ListenError(ListenError::Reason::Taken,
                        place + " is in use by another program: stop it or choose another port");
    }
    if (error.code() == EACCES) {
      throw ListenError(ListenError::Reason::Denied,
                        place + " may not be used by this user: choose a port above 1023");
    }
    throw ListenError(ListenError::Reason::Unusable,
                      place + " is not an address of this machine: choose one that is");
  }
}

Poco::Net::HTTPServerParams::Ptr paramsFor(const ServerSettings& settings) {
  Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
  params->setMaxThreads(settings.threads);
  params->setMaxQueued(kMaxQueued);
  params->setKeepAlive(true);
  params->setKeepAliveTimeout(Poco::Timespan(kKeepAliveSeconds, 0));
  params->setTimeout(Poco::Timespan(kReceiveTimeoutSeconds, 0));
  return params;
}

}  // namespace

struct Server::Parts {
  Parts(const ServerSettings& settings, const Router& router, session::Random& random)
      : threads(2, settings.threads + 1),
        listener(listenOn(settings)),
        server(new HandlerFactory(settings.limits, router, random, draining), threads, listener,
               paramsFor(settings)) {
    server.setConnectionFilter(new SendTimeout);
  }

  // Waits for each connection's present request, so a slow client can keep it for long.
  void finish() {
    server.stopAll(false);
    while (server.currentConnections() > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    threads.joinAll();
  }

  std::atomic<bool> draining = false;
  Poco::ThreadPool threads;
  Poco::Net::ServerSocket listener;
  Poco::Net::HTTPServer server;
};

Server::Server(const ServerSettings& settings, const Router& router, session::Random& random)
    : parts_(std::make_unique<Parts>(settings, router, random)) {
  parts_->server.start();
}

Server::~Server() {
  if (!parts_->draining && !drain(kLastPatience)) {
    // Its threads are still there, with what they use.
    [[maybe_unused]] Parts* left = parts_.release();
  }
}

std::uint16_t Server::port() const { return parts_->server.port(); }

bool Server::drain(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  parts_->draining = true;
  std::this_thread::sleep_for(std::min(kFarewell, patience));
  parts_->server.stop();
  parts_->listener.close();

  std::promise<void> finished;
  std::future<void> result = finished.get_future();
  std::thread([parts = parts_.get(), finished = std::move(finished)]() mutable {
    parts->finish();
    finished.set_value();
  }).detach();
  return result.wait_until(deadline) == std::future_status::ready;
}

}  // namespace token_service::http
