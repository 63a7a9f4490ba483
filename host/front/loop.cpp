#include "front/loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace token_service::front {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBufferSize = 64 * 1024;
// Events that are fetched, connections that are accepted and requests of one connection that are
// served before others have their turn.
constexpr int kMostEvents = 256;
constexpr int kMostAccepted = 64;
constexpr int kMostRequests = 32;
constexpr int kMostReads = 4;
// How long, and for how many bytes, a client may go on sending after its connection was ended. A
// connection that is closed with bytes unread is reset, and the client may never see the response.
constexpr milliseconds kLingerTimeout{1000};
constexpr std::size_t kMostDiscarded = 1024 * 1024;
// How long a connection that was made just before the end may take to send its request.
constexpr milliseconds kLastCall{200};
// Connections beyond the limit that are still told so.
constexpr std::size_t kMostTurnedAway = 256;

int checked(int descriptor, const char* what) {
  if (descriptor < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return descriptor;
}

// An assignment would keep the memory.
void release(std::string& buffer) { std::string().swap(buffer); }

bool wouldBlock() { return errno == EAGAIN; }

}  // namespace

Loop::Loop(int listener, const Limits& limits, Application& application, Lanes& lanes, Load& load)
    : limits_(limits),
      application_(application),
      lanes_(lanes),
      load_(load),
      poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_up_(checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      acceptor_(listener, poll_, &acceptor_),
      now_(std::chrono::steady_clock::now()),
      buffer_(kBufferSize),
      reader_(std::make_unique<MessageReader>(limits.message)),
      exchange_(std::make_unique<Exchange>()) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = this;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, wake_up_, &event);
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
  ++load_.accepting;
}

Loop::~Loop() {
  retire();
  if (thread_.joinable()) {
    thread_.join();
  }
  ::close(wake_up_);
  ::close(poll_);
}

void Loop::finish(Lane::Exchanges exchanges) {
  {
    const std::lock_guard lock(mutex_);
    std::move(exchanges.begin(), exchanges.end(), std::back_inserter(finished_));
  }
  if (asleep_.exchange(false)) {
    wake();
  }
}

void Loop::retire() {
  retired_ = true;
  wake();
}

bool Loop::waitUntil(TimePoint limit) {
  while (thread_.joinable() && !ended_) {
    if (std::chrono::steady_clock::now() >= limit) {
      return false;
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

void Loop::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_up_, &one, sizeof one);
}

void Loop::run() {
  while (!retiring_ || !isEmpty()) {
    pass();
    if (retired_ && !retiring_) {
      retiring_ = true;
      while (acceptSome()) {
      }
      acceptor_.stop();
      if (load_.accepting.fetch_sub(1) == 1) {
        acceptor_.closeListener();
      }
      endWaiting();
      handOver();
    }
  }
  ended_ = true;
}

bool Loop::isEmpty() const {
  return std::all_of(lists_.begin(), lists_.end(), [](const auto& list) { return list.empty(); });
}

// One round: what lanes have finished, what happened on the sockets, what took too long.
void Loop::pass() {
  std::array<epoll_event, kMostEvents> events;
  asleep_ = true;
  takeBack();
  const bool busy = retired_ != retiring_ || !answered_.empty() || !postponed_.empty();
  const int count = ::epoll_wait(poll_, events.data(), kMostEvents, busy ? 0 : patience());
  asleep_ = false;
  now_ = Clock::now();
  takeBack();
  for (const std::unique_ptr<Exchange>& exchange : answered_) {
    load_.requests.fetch_sub(1, std::memory_order_relaxed);
    Connection& connection = *exchange->connection;
    connection.last = exchange->close;
    respond(connection, exchange->bytes);
    proceed(connection);
  }
  answered_.clear();
  for (int index = 0; index < count; ++index) {
    const epoll_event& event = events[static_cast<std::size_t>(index)];
    if (event.data.ptr == &acceptor_) {
      acceptSome();
    } else if (event.data.ptr != this) {
      onEvent(*static_cast<Connection*>(event.data.ptr), event.events);
    }
  }
  std::vector<Connection*> postponed;
  postponed.swap(postponed_);
  for (Connection* connection : postponed) {
    connection->postponed = false;
    proceed(*connection);
  }
  endOverdue();
  handOver();
  closed_.clear();
}

void Loop::takeBack() {
  const std::lock_guard lock(mutex_);
  std::move(finished_.begin(), finished_.end(), std::back_inserter(answered_));
  finished_.clear();
}

void Loop::handOver() {
  for (std::size_t lane = 0; lane < read_.size(); ++lane) {
    if (!read_[lane].empty()) {
      lanes_[lane]->offer(std::exchange(read_[lane], {}));
    }
  }
}

// In milliseconds, until the first deadline.
int Loop::patience() const {
  std::optional<TimePoint> first = acceptor_.pausedUntil();
  for (const std::list<Connection>& list : lists_) {
    if (!list.empty() && list.front().phase != Phase::Served) {
      first = std::min(first.value_or(TimePoint::max()), list.front().deadline);
    }
  }
  if (!first) {
    return -1;
  }
  const auto left = std::chrono::ceil<milliseconds>(*first - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

// False if there are no more.
bool Loop::acceptSome() {
  for (int accepted = 0; accepted < kMostAccepted; ++accepted) {
    int socket = -1;
    switch (acceptor_.accept(socket, now_)) {
      case Acceptor::Result::Nothing:
        return false;
      case Acceptor::Result::Accepted:
        add(socket);
        break;
      case Acceptor::Result::LastOne:
        turnAway(socket);
        ::close(socket);
        acceptor_.restore();
        break;
    }
  }
  return true;
}

void Loop::add(int socket) {
  const std::size_t others = load_.connections.fetch_add(1, std::memory_order_relaxed);
  std::list<Connection>& list = listOf(Phase::Head);
  Connection& connection = list.emplace_back();
  connection.self = std::prev(list.end());
  connection.socket = socket;
  enter(connection, Phase::Head);
  if (others >= limits_.max_connections) {
    if (others < limits_.max_connections + kMostTurnedAway) {
      turnAway(socket);
      linger(connection);
    } else {
      close(connection);
    }
    if (connection.socket < 0) {
      return;
    }
  }
  // Every edge comes once: a connection that waits for a lane costs nothing, whatever its client
  // sends meanwhile.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  if (::epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event) != 0) {
    close(connection);
  }
}

// Tells the client of a fresh connection to come again later.
void Loop::turnAway(int socket) {
  exchange_->response.reset();
  exchange_->request.assign(Message(), {}, socket, now_);
  exchange_->bytes.clear();
  application_.refuse(Refusal::Overloaded, exchange_->request, exchange_->response);
  exchange_->response.write(false, true, exchange_->bytes);
  [[maybe_unused]] const auto sent =
      ::send(socket, exchange_->bytes.data(), exchange_->bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Who has had an answer is told in it that the connection ends; who has only just connected has
// not.
void Loop::endWaiting() {
  while (!listOf(Phase::Idle).empty()) {
    Connection& connection = listOf(Phase::Idle).front();
    // Its next request may be there already.
    connection.readable = true;
    proceed(connection);
    if (connection.phase == Phase::Idle) {
      close(connection);
    }
  }
  std::vector<Connection*> fresh;
  for (Connection& connection : listOf(Phase::Head)) {
    if (!connection.reader) {
      fresh.push_back(&connection);
    }
  }
  for (Connection* connection : fresh) {
    enter(*connection, Phase::Idle);
    connection->deadline = now_ + kLastCall;
  }
}

void Loop::onEvent(Connection& connection, std::uint32_t events) {
  if (connection.socket < 0) {
    return;
  }
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    connection.hung_up = true;
  }
  connection.readable = connection.readable || connection.hung_up || (events & EPOLLIN) != 0;
  if (connection.phase == Phase::Writing && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
    flush(connection);
  }
  proceed(connection);
}

// Serves what is there, until the connection waits for something again.
void Loop::proceed(Connection& connection) {
  const auto reads = [&] {
    return connection.socket >= 0 && connection.phase <= Phase::Body && !connection.postponed;
  };
  int requests = kMostRequests;
  // What came behind a request that is answered now.
  if (reads() && connection.phase == Phase::Idle && !connection.input.empty()) {
    std::string input;
    input.swap(connection.input);
    keep(connection, std::string_view(input).substr(serve(connection, input, requests)));
  }
  for (int count = 0; reads() && connection.readable; ++count) {
    if (count == kMostReads) {
      postpone(connection);
      break;
    }
    std::string_view input;
    if (!receive(connection, input)) {
      return;
    }
    keep(connection, input.substr(serve(connection, input, requests)));
  }
  if (connection.phase == Phase::Lingering && connection.readable) {
    discard(connection);
  }
}

// `rest` is what the requests have left of the input, and may lead into what is kept already.
void Loop::keep(Connection& connection, std::string_view rest) {
  if (rest.empty() || connection.phase == Phase::Lingering) {
    release(connection.input);
  } else if (connection.input.empty()) {
    connection.input.assign(rest);
  } else {
    connection.input.erase(0, connection.input.size() - rest.size());
  }
  if (connection.reader) {
    // The loop's buffer holds another client's bytes next.
    connection.reader->moveTo(connection.input);
  }
}

// Gives all bytes that no request has taken yet, new ones among them. False if there are no new
// ones.
bool Loop::receive(Connection& connection, std::string_view& input) {
  ssize_t count = 0;
  do {
    count = ::recv(connection.socket, buffer_.data(), buffer_.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    connection.readable = false;
    if (!wouldBlock()) {
      abort(connection, errno);
    }
    return false;
  }
  if (count == 0) {
    if (connection.reader) {
      refuse(connection, Refusal::Malformed, connection.reader->message());
    } else {
      close(connection);
    }
    return false;
  }
  const auto size = static_cast<std::size_t>(count);
  connection.readable = size == buffer_.size() || connection.hung_up;
  input = {buffer_.data(), size};
  if (!connection.input.empty()) {
    connection.input.append(input);
    input = connection.input;
  }
  return true;
}

// Gives how many bytes the requests in `input` took, of which it serves at most `requests`.
std::size_t Loop::serve(Connection& connection, std::string_view input, int& requests) {
  std::size_t used = 0;
  for (; used < input.size() && connection.phase <= Phase::Body; --requests) {
    if (requests == 0) {
      postpone(connection);
      break;
    }
    MessageReader& reader = connection.reader ? *connection.reader : *reader_;
    const MessageReader::Progress progress = reader.read(input.substr(used));
    if (progress == MessageReader::Progress::Refused) {
      refuse(connection, reader.refusal(), reader.message());
      used = input.size();
    } else if (progress == MessageReader::Progress::Complete) {
      used += reader.size();
      handle(connection, reader.message());
    } else {
      await(connection, progress);
      return used;
    }
    reader.reset();
    connection.reader.reset();
    connection.continued = false;
  }
  return used;
}

// Others have their turn first.
void Loop::postpone(Connection& connection) {
  connection.postponed = true;
  postponed_.push_back(&connection);
}

// The rest of a message has to come.
void Loop::await(Connection& connection, MessageReader::Progress progress) {
  if (!connection.reader) {
    connection.reader = std::exchange(reader_, std::make_unique<MessageReader>(limits_.message));
  }
  const Phase phase = progress == MessageReader::Progress::NeedsHead ? Phase::Head : Phase::Body;
  if (connection.phase != phase) {
    enter(connection, phase);
  }
  if (!connection.continued && connection.reader->expectsContinue()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    connection.continued = true;
    if (::send(connection.socket, kContinue.data(), kContinue.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(kContinue.size())) {
      abort(connection, errno);
    }
  }
}

void Loop::handle(Connection& connection, const Message& message) {
  Exchange& exchange = *exchange_;
  exchange.response.reset();
  exchange.request.assign(message, application_.fieldNames(), connection.socket, now_);
  connection.last = !message.keep_alive || load_.farewell;
  if (!message.has_length && application_.needsLength(exchange.request)) {
    refuse(connection, Refusal::LengthRequired, message);
    return;
  }
  const Placement placement = application_.placementOf(exchange.request);
  if (placement.at_once) {
    application_.atOnceHandler().handleRequest(exchange.request, exchange.response);
    if (exchange.response.sent()) {
      answer(connection);
      return;
    }
  }
  if (load_.requests.fetch_add(1, std::memory_order_relaxed) >= limits_.max_requests) {
    load_.requests.fetch_sub(1, std::memory_order_relaxed);
    application_.refuse(Refusal::Overloaded, exchange.request, exchange.response);
    answer(connection);
    return;
  }
  exchange.connection = &connection;
  exchange.loop = this;
  exchange.close = connection.last;
  enter(connection, Phase::Served);
  read_[static_cast<std::size_t>(placement.lane)].push_back(
      std::exchange(exchange_, std::make_unique<Exchange>()));
}

void Loop::refuse(Connection& connection, Refusal reason, const Message& message) {
  exchange_->response.reset();
  exchange_->request.assign(message, application_.fieldNames(), connection.socket, now_);
  application_.refuse(reason, exchange_->request, exchange_->response);
  connection.last = true;
  answer(connection);
}

// Sends the response that was given at once.
void Loop::answer(Connection& connection) {
  exchange_->close = connection.last;
  exchange_->finish();
  connection.last = exchange_->close;
  respond(connection, exchange_->bytes);
}

void Loop::respond(Connection& connection, std::string_view bytes) {
  const ssize_t count = ::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count < 0 && !wouldBlock()) {
    abort(connection, errno);
    return;
  }
  const auto sent = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  if (sent == bytes.size()) {
    onAnswered(connection);
    return;
  }
  connection.output.assign(bytes.substr(sent));
  enter(connection, Phase::Writing);
}

void Loop::flush(Connection& connection) {
  std::string& output = connection.output;
  const ssize_t count = ::send(connection.socket, output.data(), output.size(), MSG_NOSIGNAL);
  if (count < 0) {
    if (!wouldBlock()) {
      abort(connection, errno);
    }
    return;
  }
  output.erase(0, static_cast<std::size_t>(count));
  if (output.empty()) {
    release(output);
    onAnswered(connection);
  }
}

void Loop::onAnswered(Connection& connection) {
  if (connection.last) {
    linger(connection);
  } else {
    enter(connection, Phase::Idle);
  }
}

void Loop::linger(Connection& connection) {
  ::shutdown(connection.socket, SHUT_WR);
  release(connection.input);
  enter(connection, Phase::Lingering);
  if (connection.readable || connection.hung_up) {
    discard(connection);
  }
}

void Loop::discard(Connection& connection) {
  std::array<char, 4096> bytes;
  while (connection.discarded <= kMostDiscarded) {
    const ssize_t count = ::recv(connection.socket, bytes.data(), bytes.size(), 0);
    if (count < 0 && wouldBlock()) {
      connection.readable = false;
      return;
    }
    if (count <= 0) {
      break;
    }
    connection.discarded += static_cast<std::size_t>(count);
  }
  close(connection);
}

void Loop::endOverdue() {
  if (acceptor_.pausedUntil() && *acceptor_.pausedUntil() <= now_) {
    acceptor_.resume();
  }
  for (std::list<Connection>& list : lists_) {
    while (!list.empty() && list.front().phase != Phase::Served && list.front().deadline <= now_) {
      endOverdue(list.front());
    }
  }
}

void Loop::endOverdue(Connection& connection) {
  const Phase phase = connection.phase;
  if (connection.reader && (phase == Phase::Head || phase == Phase::Body)) {
    refuse(connection, phase == Phase::Head ? Refusal::HeadTimeout : Refusal::BodyTimeout,
           connection.reader->message());
  } else if (phase == Phase::Writing) {
    // What it has not taken must not stay with the system either.
    const struct linger at_once { 1, 0 };
    ::setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    abort(connection, ETIMEDOUT);
  } else {
    close(connection);
  }
}

void Loop::enter(Connection& connection, Phase phase) {
  std::list<Connection>& list = listOf(phase);
  list.splice(list.end(), listOf(connection.phase), connection.self);
  connection.phase = phase;
  connection.deadline = now_ + timeoutOf(phase);
}

milliseconds Loop::timeoutOf(Phase phase) const {
  switch (phase) {
    case Phase::Idle:
      return limits_.idle_timeout;
    case Phase::Head:
      return limits_.head_timeout;
    case Phase::Body:
      return limits_.body_timeout;
    case Phase::Writing:
      return limits_.write_timeout;
    case Phase::Served:
    case Phase::Lingering:
      break;
  }
  return kLingerTimeout;
}

void Loop::close(Connection& connection) {
  if (connection.socket < 0) {
    return;
  }
  ::close(connection.socket);
  connection.socket = -1;
  std::erase(postponed_, &connection);
  load_.connections.fetch_sub(1, std::memory_order_relaxed);
  closed_.splice(closed_.end(), listOf(connection.phase), connection.self);
  connection.phase = Phase::Lingering;
}

void Loop::abort(Connection& connection, int error) {
  application_.noteLost(error);
  close(connection);
}

}  // namespace token_service::front
