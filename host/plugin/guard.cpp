#include "plugin/guard.hpp"

#include "token_service/sdk/error.hpp"

#include <array>
#include <charconv>

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;

// A number that the contract does not know says nothing.
Code knownCode(Code code) {
  return code >= Code::InvalidConfig && code <= Code::Timeout ? code : Code::Internal;
}

}  // namespace

Guard::Guard(sdk::PluginKind kind, std::string_view name, sdk::Host& host)
    : prefix_(messagePrefix(kind, name)), host_(host) {}

void Guard::refuse(std::string_view what) const {
  throw PluginError(Code::Internal, prefix_ + std::string(what));
}

void Guard::translate(std::string_view operation) const {
  try {
    throw;
  } catch (const sdk::Error& error) {
    throw PluginError(knownCode(error.code()), prefix_ + error.what());
  } catch (const std::exception& error) {
    refuse(std::string(operation) + " threw an exception other than sdk::Error: " + error.what());
  } catch (...) {
    refuse(std::string(operation) + " threw something that is no exception class");
  }
}

void Guard::logSlow(std::string_view operation,
                    std::chrono::steady_clock::duration taken) const noexcept {
  std::array<char, 20> digits{};
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(taken).count();
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), milliseconds).ptr;
  const std::array fields = {
      sdk::LogField{"operation", operation},
      sdk::LogField{"milliseconds",
                    std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()))},
  };
  host_.log(sdk::LogLevel::Warning, "slow plugin call", fields);
}

}  // namespace token_service::plugin
